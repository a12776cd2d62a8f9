//! Reads a request's body within its limits, and within what all bodies together may hold. Makes nothing of it.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Poll;

use bytes::Bytes;
use hyper::body::{Body, Incoming};

use crate::answer::Refusal;
use crate::crowd::{Guest, Leave};

/// What all bodies may hold together, in bytes, or as much as [`LARGEST`] of the largest. Those that came in one piece are
/// not counted: they hold what was read ahead anyway.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const LARGEST: usize = 4;

/// A body that comes in many pieces is kept in blocks of these sizes, in bytes, until it is whole: all alike, so that what one
/// leaves serves the next. The first is small, for those who send a byte a second.
const FIRST_BLOCK: usize = 1024;
const BLOCK: usize = 16 * 1024;

/// What bodies hold, from their second piece to their answer.
#[derive(Debug)]
pub struct Budget {
    held: AtomicUsize,
    most: usize,
    limit: u32,
}

/// A whole body. It counts for its budget until it is dropped.
#[derive(Debug)]
pub struct Payload<'a> {
    /// The bytes, as they arrived.
    pub bytes: Bytes,
    /// Whether it came after its head.
    pub was_awaited: bool,
    _held: Held<'a>,
}

#[derive(Debug)]
struct Held<'a> {
    budget: &'a Budget,
    bytes: usize,
}

impl Budget {
    /// A budget for bodies of at most `limit` bytes each.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self {
            held: AtomicUsize::new(0),
            most: MOST_BYTES.max(limit as usize * LARGEST),
            limit,
        }
    }

    /// Reads `body` to its end.
    ///
    /// # Errors
    /// Why it was given up.
    pub async fn read(&self, mut body: Incoming, guest: &Guest) -> Result<Payload<'_>, Refusal> {
        let limit = self.limit as usize;
        // An announced length is enough to know; a chunked body shows its length only as it comes.
        if body.size_hint().lower() > u64::from(self.limit) {
            return Err(Refusal::TooLarge(self.limit));
        }
        let mut held = Held { budget: self, bytes: 0 };
        let mut was_awaited = false;
        let first = next(&mut body, guest, &mut was_awaited).await?.unwrap_or_default();
        if first.len() <= limit && body.is_end_stream() {
            return Ok(Payload {
                bytes: first,
                was_awaited,
                _held: held,
            });
        }
        // Grown as it comes: what a sender announces costs nothing.
        let mut blocks: Vec<Vec<u8>> = Vec::new();
        let (mut length, mut piece) = (0, Some(first));
        while let Some(bytes) = piece {
            length += bytes.len();
            if length > limit {
                return Err(Refusal::TooLarge(self.limit));
            }
            held.keep(&mut blocks, &bytes, guest)?;
            drop(bytes);
            piece = next(&mut body, guest, &mut was_awaited).await?;
        }
        Ok(Payload {
            bytes: blocks.concat().into(),
            was_awaited,
            _held: held,
        })
    }
}

impl Held<'_> {
    /// Copies `bytes` behind what `blocks` hold, and accounts for all of their room.
    fn keep(&mut self, blocks: &mut Vec<Vec<u8>>, mut bytes: &[u8], guest: &Guest) -> Result<(), Refusal> {
        while !bytes.is_empty() {
            let free = blocks.last().map_or(0, |block| block.capacity() - block.len());
            if free == 0 {
                let size = if blocks.is_empty() { FIRST_BLOCK } else { BLOCK };
                self.add(size, guest)?;
                blocks.push(Vec::with_capacity(size));
                continue;
            }
            let (now, later) = bytes.split_at(free.min(bytes.len()));
            if let Some(block) = blocks.last_mut() {
                block.extend_from_slice(now);
            }
            bytes = later;
        }
        Ok(())
    }

    fn add(&mut self, bytes: usize, guest: &Guest) -> Result<(), Refusal> {
        self.bytes += bytes;
        guest.holds(self.bytes);
        if self.budget.held.fetch_add(bytes, Relaxed) + bytes > self.budget.most {
            // Those who are slow with much of it go; who sends this again finds room.
            guest.wants_memory();
            return Err(Refusal::Overloaded);
        }
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Relaxed);
    }
}

/// The next piece, `None` at the end. Gives up when the guest is told to leave; sets `was_awaited` when it has to wait.
async fn next(body: &mut Incoming, guest: &Guest, was_awaited: &mut bool) -> Result<Option<Bytes>, Refusal> {
    poll_fn(|context| {
        loop {
            let frame = match Pin::new(&mut *body).poll_frame(context) {
                Poll::Ready(frame) => frame,
                Poll::Pending => {
                    *was_awaited = true;
                    return match guest.told() {
                        None => Poll::Pending,
                        Some(Leave::Late) => Poll::Ready(Err(Refusal::TooSlow)),
                        Some(Leave::Crowded) => Poll::Ready(Err(Refusal::Overloaded)),
                    };
                }
            };
            return Poll::Ready(match frame {
                None => Ok(None),
                Some(Err(_)) => Err(Refusal::Broken),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if data.is_empty() => continue,
                    Ok(data) => Ok(Some(data)),
                    // Trailers: nobody asked for them.
                    Err(_) => continue,
                },
            });
        }
    })
    .await
}
