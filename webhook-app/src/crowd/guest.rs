//! One connection, as the crowd sees it: what is awaited on it and since when, and whether it was told to leave.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::Waker;
use std::time::{Duration, Instant};

use futures::task::AtomicWaker;

use super::Crowd;

/// What the port waits for, or does, on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// The first byte of a request is awaited.
    Idle,
    /// The rest of its head is awaited.
    Head,
    /// The rest of its body is awaited.
    Body,
    /// An answer is being made or written.
    Answer,
}

/// Why a guest is told to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Leave {
    /// Its time is over.
    Late = 1,
    /// Others need its place.
    Crowded,
}

/// One connection, as the crowd sees it.
#[derive(Debug)]
pub struct Guest {
    pub(super) crowd: Arc<Crowd>,
    pub(super) place: usize,
    pub(super) state: Arc<State>,
}

#[derive(Debug)]
pub(super) struct State {
    /// Also the order among those whose waiting began in the same tick.
    pub(super) came: Instant,
    pub(super) phase: AtomicU8,
    pub(super) since: AtomicU64,
    pub(super) has_been_served: AtomicBool,
    pub(super) leave: AtomicU8,
    pub(super) held_bytes: AtomicUsize,
    pub(super) waker: AtomicWaker,
}

impl State {
    pub(super) fn new(now: u64) -> Self {
        Self {
            came: Instant::now(),
            phase: AtomicU8::default(),
            since: AtomicU64::new(now),
            has_been_served: AtomicBool::default(),
            leave: AtomicU8::default(),
            held_bytes: AtomicUsize::default(),
            waker: AtomicWaker::default(),
        }
    }

    /// Whether it has had `grace` for its first request, or has been idle for a tick after one; `now` is in ticks.
    pub(super) fn has_had_time(&self, now: u64, grace: Duration) -> bool {
        if self.has_been_served.load(Relaxed) {
            now > self.since.load(Relaxed) + 1
        } else {
            self.came.elapsed() >= grace
        }
    }

    pub(super) fn is_in(&self, phase: Phase) -> bool {
        self.phase.load(Relaxed) == phase as u8
    }

    pub(super) fn tell(&self, leave: Leave) {
        self.leave.store(leave as u8, Relaxed);
        self.waker.wake();
    }
}

impl Guest {
    /// Says what happens on this connection from now on.
    pub fn enter(&self, phase: Phase) {
        // The time of a request counts from its first byte, whatever of it is awaited.
        if !(phase == Phase::Body && self.state.is_in(Phase::Head)) {
            self.state.since.store(self.crowd.clock.load(Relaxed), Relaxed);
        }
        self.state.phase.store(phase as u8, Relaxed);
    }

    /// Says that the first byte of a request may have come.
    pub fn got_bytes(&self) {
        if self.state.is_in(Phase::Idle) {
            self.enter(Phase::Head);
        }
    }

    /// Says that a request was answered, and the next is awaited.
    pub fn was_served(&self) {
        self.state.has_been_served.store(true, Relaxed);
        self.enter(Phase::Idle);
    }

    /// Says how much of this connection's body is held, in bytes.
    pub fn holds(&self, bytes: usize) {
        self.state.held_bytes.store(bytes, Relaxed);
    }

    /// Has those give way who hold most and are slow.
    pub fn wants_memory(&self) {
        self.crowd.free_memory();
    }

    /// How much of a request's time is over.
    #[must_use]
    pub fn waited(&self) -> Duration {
        let ticks = self
            .crowd
            .clock
            .load(Relaxed)
            .saturating_sub(self.state.since.load(Relaxed));
        self.crowd.tick.saturating_mul(u32::try_from(ticks).unwrap_or(u32::MAX))
    }

    /// Why it was told to leave, if it was.
    #[must_use]
    pub fn told(&self) -> Option<Leave> {
        match self.state.leave.load(Relaxed) {
            0 => None,
            told if told == Leave::Late as u8 => Some(Leave::Late),
            _ => Some(Leave::Crowded),
        }
    }

    /// Whether it was told to leave while no request of its own is under way: nothing is owed to it.
    #[must_use]
    pub fn may_be_dropped(&self) -> bool {
        self.told().is_some() && (self.state.is_in(Phase::Idle) || self.state.is_in(Phase::Head))
    }

    /// Whether the port closes.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.crowd.is_closing.load(Relaxed)
    }

    /// Has `waker` woken whenever there is something new to see here.
    pub fn register(&self, waker: &Waker) {
        self.state.waker.register(waker);
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.crowd.guests().remove(self.place);
        self.crowd.left.notify_waiters();
    }
}
