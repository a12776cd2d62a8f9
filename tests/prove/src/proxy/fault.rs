//! What goes wrong, at which request: plain data, and the decision which request it meets. No I/O, and no clock but the one it is given.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::call::{Call, Verb};

/// How long an outage lasts.
pub const OUTAGE: Duration = Duration::from_secs(2);

/// How long each watch is closed again after a second.
pub const CLOSING: Duration = Duration::from_secs(5);

/// How late a delayed event is.
pub const DELAY: Duration = Duration::from_secs(3);

/// How long events are withheld before the watch is gone.
pub const WITHHOLDING: Duration = Duration::from_secs(1);

/// The n-th request like this one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// What it is like.
    pub call: Call,
    /// From 1.
    pub nth: usize,
}

impl fmt::Display for Point {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.call, self.nth)
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The operator is killed, and the request never arrives.
    KillBefore,
    /// The request arrives, and the operator is killed before it hears of that.
    KillAfter,
    /// The request arrives, and the connection closes without an answer.
    DropReply,
    /// The API server says this instead of doing it.
    Answer(u16),
    /// The connection is reset, and the request never arrives.
    Reset,
    /// The request arrives, and half of the answer comes back.
    Truncate,
    /// The request never arrives, and there is never an answer.
    BlackHole,
    /// A watch goes wrong after it has told of so many of the run's events.
    Watch(Stream, usize),
}

/// How a watch goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Nothing more comes, and the connection stays.
    Freeze,
    /// Each event comes late.
    Delay,
    /// Events are withheld for a moment, and then the API server has forgotten them: only a new list tells what came of them.
    /// (An event that is lost for good while the watch goes on is beyond what a watch promises, and beyond any client.)
    Unobserved,
    /// It closes each second.
    CloseEachSecond,
    /// It closes, and the next one is answered 410.
    Gone,
    /// It says that it has expired, as an event.
    ErrorEvent,
    /// It says that something failed inside, as an event.
    InternalErrorEvent,
    /// It says something that is no JSON.
    Garbage,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(code) => write!(out, "answer-{code}"),
            Self::Watch(_, after) => write!(out, "{}-after-{after}", self.family()),
            _ => out.write_str(self.family()),
        }
    }
}

impl Kind {
    /// By what it is counted.
    #[must_use]
    pub fn family(self) -> &'static str {
        match self {
            Self::KillBefore => "kill-before",
            Self::KillAfter => "kill-after",
            Self::DropReply => "drop-reply",
            Self::Answer(409) => "answer-409",
            Self::Answer(410) => "answer-410",
            Self::Answer(429) => "answer-429",
            Self::Answer(503) => "answer-503",
            Self::Answer(504) => "answer-504",
            Self::Answer(_) => "answer-500",
            Self::Reset => "reset",
            Self::Truncate => "truncate",
            Self::BlackHole => "black-hole",
            Self::Watch(Stream::Freeze, _) => "freeze",
            Self::Watch(Stream::Delay, _) => "delay",
            Self::Watch(Stream::Unobserved, _) => "unobserved",
            Self::Watch(Stream::CloseEachSecond, _) => "close-each-second",
            Self::Watch(Stream::Gone, _) => "gone",
            Self::Watch(Stream::ErrorEvent, _) => "error-event",
            Self::Watch(Stream::InternalErrorEvent, _) => "internal-error-event",
            Self::Watch(Stream::Garbage, _) => "garbage",
        }
    }
}

/// One fault of one run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    /// Where it begins.
    pub point: Point,
    /// What goes wrong.
    pub kind: Kind,
    /// Whether every request, of any kind, meets it for [`OUTAGE`] from there on.
    pub is_outage: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outage = if self.is_outage { "outage-" } else { "" };
        write!(out, "{}:{outage}{}", self.point, self.kind)
    }
}

/// Decides which request meets the fault.
#[derive(Debug, Default)]
pub struct Decider {
    fault: Option<Fault>,
    met: usize,
    began: Option<Instant>,
    is_forgotten: bool,
}

impl Decider {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(fault: Option<Fault>) -> Self {
        Self {
            fault,
            ..Self::default()
        }
    }

    /// What happens to this request, if anything.
    pub fn decide(&mut self, call: &Call, now: Instant) -> Option<Kind> {
        let fault = self.fault.as_ref()?;
        let is_like = *call == fault.point.call;
        if is_like {
            self.met += 1;
        }
        if let Some(began) = self.began {
            let within = |limit: Duration| now.duration_since(began) < limit;
            return match fault.kind {
                Kind::Watch(Stream::Gone | Stream::Unobserved, _) if is_like => {
                    std::mem::take(&mut self.is_forgotten).then_some(Kind::Answer(410))
                }
                Kind::Watch(Stream::CloseEachSecond, _) if is_like && within(CLOSING) => Some(fault.kind),
                kind => (fault.is_outage && within(OUTAGE)).then_some(kind),
            };
        }
        let is_here = is_like && self.met == fault.point.nth;
        is_here.then(|| {
            self.began = Some(now);
            self.is_forgotten = call.verb == Verb::Watch;
            fault.kind
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(verb: Verb) -> Call {
        Call {
            verb,
            resource: "services".to_owned(),
            place: "own".to_owned(),
            name: None,
        }
    }

    fn decider(verb: Verb, nth: usize, kind: Kind, is_outage: bool) -> Decider {
        let point = Point { call: call(verb), nth };
        Decider::new(Some(Fault { point, kind, is_outage }))
    }

    #[test]
    fn only_the_nth_request_of_its_kind_meets_it() {
        let (mut decider, now) = (decider(Verb::Patch, 2, Kind::Reset, false), Instant::now());
        let met: Vec<_> = [Verb::Patch, Verb::Delete, Verb::Patch, Verb::Patch]
            .map(|verb| decider.decide(&call(verb), now))
            .into();
        assert_eq!(met, [None, None, Some(Kind::Reset), None]);
    }

    #[test]
    fn an_outage_meets_everything_until_it_is_over() {
        let (mut decider, now) = (decider(Verb::Patch, 1, Kind::Answer(500), true), Instant::now());
        assert_eq!(decider.decide(&call(Verb::List), now), None);
        assert_eq!(decider.decide(&call(Verb::Patch), now), Some(Kind::Answer(500)));
        assert_eq!(
            decider.decide(&call(Verb::List), now + OUTAGE / 2),
            Some(Kind::Answer(500))
        );
        assert_eq!(decider.decide(&call(Verb::Patch), now + OUTAGE), None);
    }

    #[test]
    fn a_watch_that_is_gone_is_refused_once() {
        let kind = Kind::Watch(Stream::Gone, 1);
        let (mut decider, now) = (decider(Verb::Watch, 1, kind, false), Instant::now());
        let met: Vec<_> = [0; 3].map(|_| decider.decide(&call(Verb::Watch), now)).into();
        assert_eq!(met, [Some(kind), Some(Kind::Answer(410)), None]);
    }
}
