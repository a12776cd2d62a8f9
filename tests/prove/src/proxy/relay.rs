//! A watch on its way through the proxy: line by line, so that its events can be counted, held back and spoilt.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use kube::client::Body;
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};

use super::State;
use super::answers::error_event;
use super::fault::{DELAY, Stream, WITHHOLDING};

/// What a body of the proxy's is: an error in it ends the connection.
pub(super) type Reply = BoxBody<Bytes, std::io::Error>;

type Out = mpsc::Sender<Result<Frame<Bytes>, std::io::Error>>;

/// Passes a watch on, with what goes wrong in it after so many of the run's events.
pub(super) fn relay(body: Body, state: Arc<State>, entry: usize, fault: Option<(Stream, usize)>) -> Reply {
    let (out, pieces) = mpsc::channel(64);
    tokio::spawn(async move {
        let watch = Watch {
            lines: read(body),
            out,
            state,
            entry,
            told: 0,
        };
        watch.run(fault).await;
    });
    BodyExt::boxed(StreamBody::new(pieces))
}

/// One line, and when it came.
type Line = (Instant, Bytes);

/// Splits what comes into lines.
fn read(mut body: Body) -> mpsc::UnboundedReceiver<Line> {
    let (lines, read) = mpsc::unbounded();
    tokio::spawn(async move {
        let mut rest = BytesMut::new();
        // It ends when nobody reads any more, or when the API server ends the watch.
        while let Some(Ok(frame)) = body.frame().await {
            rest.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line = rest.split_to(end + 1).freeze();
                if lines.unbounded_send((Instant::now(), line)).is_err() {
                    return;
                }
            }
        }
    });
    read
}

struct Watch {
    lines: mpsc::UnboundedReceiver<Line>,
    out: Out,
    state: Arc<State>,
    entry: usize,
    told: usize,
}

/// Nobody reads the watch any more.
struct Left;

impl Watch {
    async fn run(mut self, fault: Option<(Stream, usize)>) {
        let _ = match fault {
            None => self.pass(usize::MAX).await,
            Some((Stream::CloseEachSecond, _)) => {
                let _ = tokio::time::timeout(Duration::from_secs(1), self.pass(usize::MAX)).await;
                self.state.act();
                Ok(())
            }
            Some((stream, after)) => match self.pass(after).await {
                Ok(()) if self.told >= after => self.spoil(stream).await,
                ended => ended,
            },
        };
    }

    /// Passes on lines until so many events of the run were among them, or the watch ends.
    async fn pass(&mut self, limit: usize) -> Result<(), Left> {
        while self.told < limit {
            let Some((_, line)) = self.lines.next().await else {
                return Ok(());
            };
            self.send(line).await?;
        }
        Ok(())
    }

    async fn send(&mut self, line: Bytes) -> Result<(), Left> {
        if self.is_own(&line) {
            self.told += 1;
            self.state.record.told(self.entry);
        }
        self.out.send(Ok(Frame::data(line))).await.map_err(|_| Left)
    }

    async fn spoil(&mut self, stream: Stream) -> Result<(), Left> {
        match stream {
            Stream::Freeze => {
                self.state.act();
                futures::future::poll_fn(|context| match self.out.poll_ready(context) {
                    std::task::Poll::Ready(Err(_)) => std::task::Poll::Ready(()),
                    _ => std::task::Poll::Pending,
                })
                .await;
                Ok(())
            }
            Stream::Delay => {
                while let Some((at, line)) = self.lines.next().await {
                    sleep_until(at + DELAY).await;
                    let is_own = self.is_own(&line);
                    self.send(line).await?;
                    if is_own {
                        self.state.act();
                    }
                }
                Ok(())
            }
            Stream::Unobserved => {
                self.withhold().await;
                Ok(())
            }
            Stream::Gone | Stream::CloseEachSecond => {
                self.state.act();
                Ok(())
            }
            Stream::ErrorEvent => self.end_with(error_event(410)).await,
            Stream::InternalErrorEvent => self.end_with(error_event(500)).await,
            Stream::Garbage => {
                self.end_with(Bytes::from_static(b"this is no JSON\n")).await?;
                self.pass(usize::MAX).await
            }
        }
    }

    async fn end_with(&mut self, line: Bytes) -> Result<(), Left> {
        self.state.act();
        self.out.send(Ok(Frame::data(line))).await.map_err(|_| Left)
    }

    /// Swallows the next event of the run, and all that come within a moment after it.
    async fn withhold(&mut self) {
        let mut until = None;
        loop {
            let line = match until {
                None => self.lines.next().await,
                Some(until) => tokio::select! {
                    line = self.lines.next() => line,
                    () = sleep_until(until) => None,
                },
            };
            let Some((_, line)) = line else { break };
            if until.is_none() && self.is_own(&line) {
                until = Some(Instant::now() + WITHHOLDING);
            }
        }
        if until.is_some() {
            self.state.act();
        }
    }

    /// Whether an event is about an object of this run; other runs share the cluster.
    fn is_own(&self, line: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Event<'a> {
            #[serde(rename = "type")]
            type_: &'a str,
            object: Object,
        }
        #[derive(Deserialize)]
        struct Object {
            metadata: Metadata,
        }
        #[derive(Deserialize)]
        struct Metadata {
            namespace: Option<String>,
        }
        let event: Result<Event<'_>, _> = serde_json::from_slice(line);
        event.is_ok_and(|event| {
            let namespace = event.object.metadata.namespace;
            event.type_ != "BOOKMARK" && namespace.is_some_and(|namespace| self.state.places.holds(&namespace))
        })
    }
}

/// A body that is there as a whole.
pub(super) fn whole(bytes: Bytes) -> Reply {
    let never = |never: Infallible| match never {};
    BodyExt::boxed(http_body_util::Full::new(bytes).map_err(never))
}

/// A body that breaks off after these bytes.
pub(super) fn broken_off(bytes: Bytes) -> Reply {
    let pieces = [
        Ok(Frame::data(bytes)),
        Err(std::io::Error::other("cut off by the fault proxy")),
    ];
    // Hyper writes what it has once nothing more is ready: without the pause it would drop the first piece with the second.
    let pieces = futures::stream::iter(pieces).then(|piece| async {
        if piece.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        piece
    });
    BodyExt::boxed(StreamBody::new(Box::pin(pieces)))
}

/// A body that says nothing and ends when `end` does.
pub(super) fn silent(end: impl Future<Output = ()> + Send + Sync + 'static) -> Reply {
    let nothing = futures::stream::once(end).filter_map(|()| std::future::ready(None));
    BodyExt::boxed(StreamBody::new(Box::pin(nothing)))
}
