//! Processes that want one lease, against a server in memory, in a time that stands still while nothing happens.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what a test needs and does not get ends it"
)]

mod server;

use std::time::Duration;

use server::{Link, Server, Way};
use tokio::task::JoinHandle;

use super::*;
use crate::lease::{HOLDS, LOOK, MARGIN};

/// One operator, as far as the election goes.
struct Process {
    identity: String,
    way: Way,
    standing: watch::Receiver<Standing>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), Lost>>,
}

impl Process {
    fn start(server: &Server, pod: &str) -> Self {
        let (client, way) = server.client();
        let election = Election::new(client, "operators", "webhook-operator", Some(pod));
        let identity = election.identity.clone();
        let (standing, seen) = watch::channel(Standing::Standby);
        let (stop, stopping) = oneshot::channel();
        Self {
            identity,
            way,
            standing: seen,
            stop: Some(stop),
            task: tokio::spawn(election.run(standing, stopping)),
        }
    }

    fn leads(&self) -> bool {
        self.standing.borrow().leads(Instant::now())
    }

    fn stop(&mut self) {
        drop(self.stop.take());
    }
}

/// Lets time pass until `is_so`, and returns how much. At no moment may two lead.
async fn until(processes: &[&Process], limit: Duration, is_so: impl Fn() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < limit, "not within {limit:?}");
        sleep(Duration::from_millis(20)).await;
        let leaders: Vec<_> = processes.iter().filter(|process| process.leads()).collect();
        assert!(leaders.len() < 2, "two lead after {:?}", start.elapsed());
    }
    start.elapsed()
}

async fn leader_and_other(server: &Server) -> (Process, Process) {
    let one = Process::start(server, "one");
    let first = until(&[&one], Duration::from_secs(1), || one.leads()).await;
    assert!(
        first < Duration::from_millis(200),
        "the first one waits for nobody: {first:?}"
    );
    let other = Process::start(server, "other");
    (one, other)
}

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn who_is_told_to_stop_hands_over_at_once() {
    let server = Server::default();
    let (mut one, other) = leader_and_other(&server).await;
    sleep(MINUTE).await;
    assert!(one.leads() && !other.leads());
    one.stop();
    let taken = until(&[&one, &other], MINUTE, || other.leads()).await;
    assert!(taken <= LOOK + Duration::from_millis(200), "{taken:?}");
    assert!(matches!(one.task.await, Ok(Ok(()))));
    assert_eq!(server.holder(), Some(other.identity.clone()));
}

#[tokio::test(start_paused = true)]
async fn who_is_killed_is_followed_within_15_seconds() {
    let server = Server::default();
    // At every phase of its renewals.
    for phase in (0..2000).step_by(230) {
        let (one, other) = leader_and_other(&server).await;
        sleep(MINUTE + Duration::from_millis(phase)).await;
        one.task.abort();
        let taken = until(&[&one, &other], MINUTE, || other.leads()).await;
        assert!(taken >= HOLDS, "{taken:?}");
        assert!(taken < Duration::from_secs(14), "{taken:?}");
        other.task.abort();
        server.delete();
    }
}

#[tokio::test(start_paused = true)]
async fn who_hears_nothing_stops_before_another_begins() {
    for link in [Link::Cut, Link::Deaf, Link::Refused] {
        let server = Server::default();
        let (one, other) = leader_and_other(&server).await;
        sleep(MINUTE).await;
        one.way.set(link);
        let stopped = until(&[&one, &other], MINUTE, || !one.leads()).await;
        assert!(stopped <= HOLDS + Duration::from_millis(50), "{link:?}: {stopped:?}");
        let apart = until(&[&one, &other], MINUTE, || other.leads()).await;
        assert!(apart >= MARGIN, "{link:?}: only {apart:?} apart");
        let Ok(Err(Lost::Expired { cause })) = one.task.await else {
            panic!("{link:?}: it ends")
        };
        let expected = if link == Link::Refused {
            "ServiceUnavailable"
        } else {
            "no answer within 1500 ms"
        };
        assert_eq!(cause, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_silence_costs_nothing() {
    for link in [Link::Cut, Link::Deaf, Link::Refused] {
        let server = Server::default();
        let (one, other) = leader_and_other(&server).await;
        for _ in 0..20 {
            one.way.set(link);
            sleep(Duration::from_millis(5900)).await;
            one.way.set(Link::Up);
            sleep(Duration::from_millis(4300)).await;
            assert!(one.leads() && !other.leads(), "{link:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_arrived_without_an_answer_is_known_again() {
    let server = Server::default();
    let one = Process::start(&server, "one");
    // Read, and on the way to claim.
    sleep(Duration::from_millis(25)).await;
    one.way.set(Link::Deaf);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.holder(), Some(one.identity.clone()), "the claim has arrived");
    assert!(!one.leads());
    one.way.set(Link::Up);
    until(&[&one], Duration::from_secs(3), || one.leads()).await;
}

#[tokio::test(start_paused = true)]
async fn who_is_told_to_stop_while_it_claims_leaves_nothing_behind() {
    let server = Server::default();
    let mut one = Process::start(&server, "one");
    // Read, and on the way to claim.
    sleep(Duration::from_millis(25)).await;
    one.way.set(Link::Deaf);
    sleep(Duration::from_millis(500)).await;
    assert_eq!(server.holder(), Some(one.identity.clone()), "the claim has arrived");
    one.way.set(Link::Up);
    one.stop();
    assert!(matches!(one.task.await, Ok(Ok(()))));
    assert_eq!(server.holder(), None);
}

#[tokio::test(start_paused = true)]
async fn what_people_do_to_the_lease_makes_no_second_leader() {
    let server = Server::default();
    let (one, other) = leader_and_other(&server).await;
    sleep(MINUTE).await;
    server.delete();
    let _ = until(&[&one, &other], MINUTE, || server.holder().is_some()).await;
    assert!(one.leads() && server.holder() == Some(one.identity.clone()));
    server.give_to("a person");
    let stopped = until(&[&one, &other], MINUTE, || !one.leads()).await;
    assert!(stopped < Duration::from_secs(3), "{stopped:?}");
    assert!(matches!(one.task.await, Ok(Err(Lost::Taken { holder })) if holder == "a person"));
}

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_two_never_lead_and_somebody_does_in_the_end() {
    let mut changes = 0;
    for seed in 0..6 {
        let server = Server::default();
        let mut dice = Dice(seed);
        let mut processes: Vec<_> = ["a", "b", "c"].iter().map(|pod| Process::start(&server, pod)).collect();
        for _ in 0..100 {
            let chosen = usize::try_from(dice.roll(3)).unwrap();
            let process = &mut processes[chosen];
            match dice.roll(7) {
                0 => process.way.set(Link::Cut),
                1 => process.way.set(Link::Deaf),
                2 => process.way.set(Link::Refused),
                3 => process.task.abort(),
                4 => process.stop(),
                _ => process.way.set(Link::Up),
            }
            let pause = Duration::from_millis(dice.roll(6000));
            let end = Instant::now() + pause;
            let all: Vec<_> = processes.iter().collect();
            until(&all, MINUTE, || Instant::now() >= end).await;
            for process in &mut processes {
                if process.task.is_finished() {
                    changes += 1;
                    *process = Process::start(&server, "again");
                }
            }
        }
        for process in &processes {
            process.way.set(Link::Up);
        }
        let all: Vec<_> = processes.iter().collect();
        until(&all, MINUTE, || all.iter().any(|process| process.leads())).await;
        for process in processes {
            process.task.abort();
        }
    }
    assert!(changes > 30, "only {changes} processes ended: the dice are too kind");
}
