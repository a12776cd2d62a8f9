//! The plans: what goes wrong in which run. Every list of them is made from references; none is written by hand.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use super::reference::Reference;
use super::workload::Workload;
use crate::proxy::call::{Call, Verb};
use crate::proxy::fault::{Fault, Kind, Point, Stream};
use crate::proxy::older::Which;

/// What a plan belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matrix {
    /// A crash at each write.
    Crash,
    /// An error at each request.
    Errors,
    /// A fault in each watch.
    Watches,
}

impl Matrix {
    /// Its name, also of its file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Errors => "errors",
            Self::Watches => "watches",
        }
    }
}

/// What goes wrong in a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disturbance {
    /// Nothing.
    None,
    /// One request, or one watch.
    Fault(Fault),
    /// After this step the operator is started again, and for a while its watches list what was before the step.
    Older {
        /// Which step, from 0.
        step: usize,
        /// Which kinds.
        which: Which,
    },
}

/// One run with its fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plan {
    /// What it belongs to.
    pub matrix: Matrix,
    /// What users do.
    pub workload: Workload,
    /// What goes wrong.
    pub disturbance: Disturbance,
    /// Whether the operator stands for election. A killed holder's lease has to expire first.
    pub elects: bool,
}

impl fmt::Display for Plan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}/", self.matrix.word(), self.workload)?;
        match &self.disturbance {
            Disturbance::None => out.write_str("nothing")?,
            Disturbance::Fault(fault) => write!(out, "{fault}")?,
            Disturbance::Older { step, which } => write!(out, "step-{}:{}", step + 1, which.word())?,
        }
        out.write_str(if self.elects { "/elects" } else { "" })
    }
}

impl Plan {
    /// A run without a fault.
    #[must_use]
    pub fn without_fault(workload: Workload) -> Self {
        Self {
            matrix: Matrix::Crash,
            workload,
            disturbance: Disturbance::None,
            elects: false,
        }
    }

    fn with(matrix: Matrix, workload: Workload, point: &Point, kind: Kind) -> Self {
        let fault = Fault {
            point: point.clone(),
            kind,
            is_outage: false,
        };
        Self {
            matrix,
            workload,
            disturbance: Disturbance::Fault(fault),
            elects: false,
        }
    }

    /// By what it is counted.
    #[must_use]
    pub fn family(&self) -> String {
        match &self.disturbance {
            Disturbance::None => "nothing".to_owned(),
            Disturbance::Fault(fault) if fault.is_outage => format!("outage-{}", fault.kind.family()),
            Disturbance::Fault(fault) => fault.kind.family().to_owned(),
            Disturbance::Older { which, .. } => which.word().to_owned(),
        }
    }

    /// How soon after the fault all has to be as it should be; a crash has no limit but the run's.
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        let seconds = match (&self.disturbance, self.matrix) {
            (_, Matrix::Crash) => return None,
            (Disturbance::Fault(fault), _) => match fault.kind {
                Kind::BlackHole => 15,
                Kind::Watch(Stream::Freeze, _) => 60,
                _ => 5,
            },
            _ => 5,
        };
        Some(Duration::from_secs(seconds))
    }

    /// Whether it takes much longer than others, so that it is better begun early.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.elects || self.limit() > Some(Duration::from_secs(5))
    }
}

/// A crash before and after each write; for some workloads also of an operator that has to win its lease back.
#[must_use]
pub fn crashes(references: &[Reference]) -> Vec<Plan> {
    let mut plans = Vec::new();
    for reference in references {
        for point in reference.points.iter().filter(|point| point.call.verb.writes()) {
            for kind in [Kind::KillBefore, Kind::KillAfter] {
                let plan = Plan::with(Matrix::Crash, reference.workload, point, kind);
                let is_one_of_few = matches!(reference.workload, Workload::Create | Workload::Last)
                    && matches!(point.call.resource.as_str(), "deployments" | "daemonsets");
                if is_one_of_few {
                    plans.push(Plan {
                        elects: true,
                        ..plan.clone()
                    });
                }
                plans.push(plan);
            }
        }
    }
    plans
}

const ERRORS: [Kind; 10] = [
    Kind::DropReply,
    Kind::Answer(409),
    Kind::Answer(410),
    Kind::Answer(429),
    Kind::Answer(500),
    Kind::Answer(503),
    Kind::Answer(504),
    Kind::Reset,
    Kind::Truncate,
    Kind::BlackHole,
];

/// What may befall all requests at once.
const OUTAGES: [Kind; 4] = [Kind::Answer(500), Kind::Answer(503), Kind::Reset, Kind::BlackHole];

/// Each error at each request. A read is the same in every workload, and is spoilt in the first that has it. Outages begin with the
/// first list and with the first write.
#[must_use]
pub fn errors(references: &[Reference]) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut read = BTreeSet::new();
    for reference in references {
        let of = |point: &Point, kind| Plan::with(Matrix::Errors, reference.workload, point, kind);
        for point in &reference.points {
            if point.call.verb.writes() || read.insert(point.clone()) {
                plans.extend(ERRORS.map(|kind| of(point, kind)));
            }
        }
        let first = |is: fn(&Call) -> bool| reference.points.iter().find(|point| is(&point.call));
        let starts = [first(|call| call.verb == Verb::List), first(|call| call.verb.writes())];
        for point in starts.into_iter().flatten() {
            for kind in OUTAGES {
                let fault = Fault {
                    point: point.clone(),
                    kind,
                    is_outage: true,
                };
                let disturbance = Disturbance::Fault(fault);
                plans.push(Plan {
                    disturbance,
                    ..of(point, kind)
                });
            }
        }
    }
    plans
}

const STREAMS: [Stream; 8] = [
    Stream::Freeze,
    Stream::Delay,
    Stream::Unobserved,
    Stream::CloseEachSecond,
    Stream::Gone,
    Stream::ErrorEvent,
    Stream::InternalErrorEvent,
    Stream::Garbage,
];

/// Each fault in each watch, from its start and from the middle of what it tells; and lists that are behind, after each step.
#[must_use]
pub fn watches(references: &[Reference]) -> Vec<Plan> {
    let mut plans = Vec::new();
    for reference in references {
        let workload = reference.workload;
        for (point, events) in reference.events.iter().filter(|(_, events)| **events > 0) {
            let places = BTreeSet::from([0, events / 2]);
            for stream in STREAMS {
                let from_the_start = stream == Stream::CloseEachSecond;
                for after in places.iter().filter(|after| **after == 0 || !from_the_start) {
                    plans.push(Plan::with(
                        Matrix::Watches,
                        workload,
                        point,
                        Kind::Watch(stream, *after),
                    ));
                }
            }
        }
        for step in 0..workload.steps().len() {
            for which in [Which::All, Which::Objects, Which::Children] {
                plans.push(Plan {
                    matrix: Matrix::Watches,
                    workload,
                    disturbance: Disturbance::Older { step, which },
                    elects: false,
                });
            }
        }
    }
    plans
}
