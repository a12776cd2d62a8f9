//! A sender's stream: says when the first byte of a request comes, and can end gently. A socket closed while bytes of its
//! sender are unread makes the kernel send a reset, which can reach the sender before the answer it should have read, so a
//! refusal of a body that is still on its way would be lost. Such a stream says that it will write no more and reads what
//! still comes, for a while. Knows nothing of HTTP.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::crowd::Guest;

/// How long the rest of what a sender sends is read for.
const TIME: Duration = Duration::from_secs(1);

/// How much of it is read, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A TCP stream whose shutdown lingers when its switch is on.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: TcpStream,
    guest: Arc<Guest>,
    lingers: Arc<AtomicBool>,
    ending: Option<Ending>,
}

#[derive(Debug)]
struct Ending {
    until: Pin<Box<Sleep>>,
    left: usize,
}

impl Stream {
    /// The stream of `guest`. It lingers when `lingers` is true at its end.
    pub(crate) fn new(socket: TcpStream, guest: Arc<Guest>, lingers: Arc<AtomicBool>) -> Self {
        Self {
            socket,
            guest,
            lingers,
            ending: None,
        }
    }
}

impl Ending {
    fn poll(&mut self, stream: &mut TcpStream, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut space = [0; 8192];
        while self.until.as_mut().poll(context).is_pending() && self.left > 0 {
            let mut unread = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut *stream).poll_read(context, &mut unread))?;
            match unread.filled().len() {
                0 => break,
                length => self.left = self.left.saturating_sub(length),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.ending.is_none() {
            ready!(Pin::new(&mut this.socket).poll_shutdown(context))?;
            if !this.lingers.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        let ending = this.ending.get_or_insert_with(|| Ending {
            until: Box::pin(tokio::time::sleep(TIME)),
            left: MOST_BYTES,
        });
        ending.poll(&mut this.socket, context)
    }

    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, space: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = space.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, space))?;
        if space.filled().len() > before {
            self.guest.got_bytes();
        }
        Poll::Ready(Ok(()))
    }
}
