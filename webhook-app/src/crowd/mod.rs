//! Everyone who is connected to one port: how many may be, who is late, and who gives way when there is no room left.
//! Knows nothing of HTTP or sockets.
//!
//! A connection is a [`Guest`]. While the port waits for its sender, one that takes too long is told to leave, and when the
//! port is full the one that has kept it waiting longest gives way to the newcomer, those first that have never got a
//! request through. Who is being worked for is never told to leave.
//!
//! Time is counted in ticks, so that a request costs no look at the clock and no timer.

mod guest;

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use slab::Slab;
use tokio::sync::Notify;

use guest::State;
pub use guest::{Guest, Leave, Phase};

/// How long a connection may be idle between requests. Longer than the minute for which load balancers keep theirs: of the
/// two ends the one that sends should close.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long a body is left to arrive when memory is short.
const BODY_TIME: Duration = Duration::from_secs(1);

/// How long a newcomer has to get its request here before it may be asked to give way. Without it, more senders than a port
/// has room for would drive each other out before any was served.
const GRACE: Duration = Duration::from_millis(100);

/// How often a newcomer to a full port looks again.
const LOOK: Duration = Duration::from_millis(10);

/// Of so many guests one is asked to give way at once, so that not each newcomer to a full port looks at all of them.
const SHARE: usize = 16;

/// The guests of one port.
#[derive(Debug)]
pub struct Crowd {
    guests: Mutex<Slab<Arc<State>>>,
    most: usize,
    /// How long a request may take to arrive, in ticks, and an idle connection to begin one.
    request_ticks: u64,
    keep_alive_ticks: u64,
    /// How long a body may take that others want the memory of.
    body_ticks: u64,
    tick: Duration,
    began: Instant,
    clock: AtomicU64,
    is_closing: AtomicBool,
    left: Notify,
}

impl Crowd {
    /// A port for at most `most` guests at once, whose requests may take `request_time` to arrive.
    #[must_use]
    pub fn new(most: usize, request_time: Duration) -> Arc<Self> {
        let tick = (request_time / 16).clamp(Duration::from_millis(10), Duration::from_millis(500));
        let ticks = |time: Duration| u64::try_from(time.as_nanos().div_ceil(tick.as_nanos())).unwrap_or(u64::MAX);
        Arc::new(Self {
            guests: Mutex::default(),
            most,
            request_ticks: ticks(request_time),
            keep_alive_ticks: ticks(KEEP_ALIVE),
            body_ticks: ticks(BODY_TIME),
            tick,
            began: Instant::now(),
            clock: AtomicU64::new(0),
            is_closing: AtomicBool::new(false),
            left: Notify::new(),
        })
    }

    /// Lets one more guest in, as soon as there is room.
    pub async fn admit(self: &Arc<Self>) -> Guest {
        loop {
            let left = self.left.notified();
            if let Some(guest) = self.try_admit() {
                return guest;
            }
            self.make_room();
            // Nobody may be old enough to give way yet.
            let _ = tokio::time::timeout(LOOK, left).await;
        }
    }

    fn try_admit(self: &Arc<Self>) -> Option<Guest> {
        let mut guests = self.guests();
        if guests.len() >= self.most {
            return None;
        }
        let state = Arc::new(State::new(self.clock.load(Relaxed)));
        Some(Guest {
            crowd: Arc::clone(self),
            place: guests.insert(Arc::clone(&state)),
            state,
        })
    }

    /// Tells those to leave who keep the port waiting longest, unless some are about to leave anyway.
    pub fn make_room(&self) {
        let is_leaving = |guest: &State| guest.leave.load(Relaxed) != 0 && !guest.is_in(Phase::Answer);
        if self.guests().iter().any(|(_, guest)| is_leaving(guest)) {
            return;
        }
        let now = self.clock.load(Relaxed);
        let mut waiting = self.waiting();
        // Who was served before has its turn after all who were not, also after those whose time is yet to come.
        let are_all_served = waiting.iter().all(|guest| guest.has_been_served.load(Relaxed));
        waiting.retain(|guest| guest.has_been_served.load(Relaxed) == are_all_served);
        waiting.retain(|guest| guest.has_had_time(now, GRACE));
        waiting.sort_by_cached_key(|guest| (guest.since.load(Relaxed), guest.came));
        self.dismiss(&waiting);
    }

    /// Tells those to leave whose bodies hold most, of those that had time enough to arrive.
    fn free_memory(&self) {
        let now = self.clock.load(Relaxed);
        let mut waiting = self.waiting();
        waiting.retain(|guest| guest.is_in(Phase::Body) && now > guest.since.load(Relaxed) + self.body_ticks);
        waiting.sort_by_cached_key(|guest| Reverse(guest.held_bytes.load(Relaxed)));
        self.dismiss(&waiting);
    }

    /// Those whom nothing is owed to, and who were not told to leave yet.
    fn waiting(&self) -> Vec<Arc<State>> {
        let guests = self.guests();
        let waiting = guests.iter().map(|(_, guest)| guest);
        let waiting = waiting.filter(|guest| !guest.is_in(Phase::Answer) && guest.leave.load(Relaxed) == 0);
        waiting.cloned().collect()
    }

    fn dismiss(&self, guests: &[Arc<State>]) {
        let share = guests.iter().take(self.most.div_ceil(SHARE));
        share.for_each(|guest| guest.tell(Leave::Crowded));
    }

    /// Counts time, and tells those to leave who are late. For as long as it is polled.
    pub async fn keep_time(&self) {
        let mut ticks = tokio::time::interval(self.tick);
        loop {
            ticks.tick().await;
            let now = u64::try_from(self.began.elapsed().as_nanos() / self.tick.as_nanos()).unwrap_or(u64::MAX);
            self.clock.store(now, Relaxed);
            for (_, guest) in self.guests().iter() {
                let is_kept = guest.is_in(Phase::Idle) && guest.has_been_served.load(Relaxed);
                let limit = if is_kept {
                    self.keep_alive_ticks
                } else {
                    self.request_ticks
                };
                let waits = now.saturating_sub(guest.since.load(Relaxed));
                if waits > limit && !guest.is_in(Phase::Answer) {
                    guest.tell(Leave::Late);
                }
            }
        }
    }

    /// Lets nobody stay longer than the request that is under way, and resolves when all have left.
    pub async fn close(&self) {
        self.is_closing.store(true, Relaxed);
        self.guests().iter().for_each(|(_, guest)| guest.waker.wake());
        loop {
            let left = self.left.notified();
            if self.guests().is_empty() {
                return;
            }
            left.await;
        }
    }

    fn guests(&self) -> MutexGuard<'_, Slab<Arc<State>>> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
