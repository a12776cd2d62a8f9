//! Chooses among plans, the same ones for the same seed.

use std::collections::BTreeMap;

use super::plan::Plan;
use crate::random::Random;

/// Plans that every sample has: those that an operator has failed once, and the frozen watch that everything depends on.
const ALWAYS: [&str; 10] = [
    "watches/create/watch:webhookservices:all:*:1:freeze-after-0",
    // A list, or the start of a watch, that was never answered was waited for for ever.
    "errors/create/list:webhookservices:all:*:1:black-hole",
    "errors/create/watch:webhookservices:all:*:1:black-hole",
    // Discovery that failed at the start was tried again ten seconds later.
    "errors/create/get:apis of monitoring.coreos.com/v1:all:*:1:answer-500",
    // Any conflict was taken for the autoscaler's having the replicas: they fell to one.
    "errors/fields/patch:deployments:own:orders:2:answer-409",
    // Children that went with their object were made again for it.
    "crash/recreate/patch:deployments:own:orders:1:kill-before",
    "crash/recreate/create:events:own:*:1:kill-after",
    // Children that the spec as the watch knew it did not ask for were deleted, though the present one does.
    "watches/fields/step-2:older-lists-of-objects",
    "watches/scale/step-2:older-lists-of-objects",
    // A child that had gone stayed on record in the status.
    "watches/fields/step-2:older-lists-of-all",
];

/// At least one plan of each fault kind, at least `each` of each workload, and no more than that needs; and those that are always run.
#[must_use]
pub fn sample(mut plans: Vec<Plan>, each: usize, seed: u64) -> Vec<Plan> {
    let mut numbers = Random::new(seed);
    plans.sort_by_cached_key(|_| numbers.draw());
    let mut of_kind: BTreeMap<String, usize> = BTreeMap::new();
    let mut of_workload = BTreeMap::new();
    let mut chosen: Vec<_> = plans
        .iter()
        .filter(|plan| ALWAYS.contains(&plan.to_string().as_str()))
        .cloned()
        .collect();
    // First the kinds, each with a workload that has the fewest so far; then the workloads, each with a kind that has the fewest.
    let kinds: std::collections::BTreeSet<_> = plans.iter().map(Plan::family).collect();
    for kind in kinds {
        let fewest = |plan: &&Plan| of_workload.get(&plan.workload).copied().unwrap_or(0_usize);
        let of_it = plans.iter().filter(|plan| plan.family() == kind);
        if let Some(plan) = of_it.min_by_key(fewest) {
            *of_kind.entry(kind).or_default() += 1;
            *of_workload.entry(plan.workload).or_default() += 1;
            chosen.push(plan.clone());
        }
    }
    for workload in super::workload::ALL {
        while of_workload.get(&workload).copied().unwrap_or(0) < each {
            let left = plans
                .iter()
                .filter(|plan| plan.workload == workload && !plan.is_long() && !chosen.contains(plan));
            let fewest = |plan: &&Plan| of_kind.get(&plan.family()).copied().unwrap_or(0);
            let Some(plan) = left.min_by_key(fewest) else { break };
            *of_kind.entry(plan.family()).or_default() += 1;
            *of_workload.entry(workload).or_default() += 1;
            chosen.push(plan.clone());
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::super::plan::{Disturbance, Matrix};
    use super::super::workload::ALL;
    use super::*;
    use crate::proxy::older::Which;

    #[test]
    fn every_kind_and_every_workload_occurs_and_a_seed_says_which() {
        let of = |workload, step, which| Plan {
            matrix: Matrix::Watches,
            workload,
            disturbance: Disturbance::Older { step, which },
            elects: false,
        };
        let which = [Which::All, Which::Objects, Which::Children];
        let plans: Vec<_> = ALL
            .into_iter()
            .flat_map(|workload| (3..12).flat_map(move |step| which.map(|which| of(workload, step, which))))
            .collect();
        let chosen = sample(plans.clone(), 2, 7);
        for workload in ALL {
            assert_eq!(chosen.iter().filter(|plan| plan.workload == workload).count(), 2);
        }
        for which in which {
            assert!(chosen.iter().any(|plan| plan.family() == which.word()));
        }
        assert_eq!(chosen, sample(plans.clone(), 2, 7));
        assert_ne!(chosen, sample(plans, 2, 8));
    }
}
