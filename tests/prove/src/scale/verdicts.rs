//! What the bursts say about the targets. Pure.

use super::burst::Burst;
use super::contender::Contender;
use crate::figures::Figure;

/// What the operator may take of the bare loop's time.
const OF_FLOOR: f64 = 1.2;

/// What it may take of the processor time and of the memory of the operator in Go.
const OF_GO: f64 = 1.0 / 3.0;

/// The writes of a status that a new object may cost.
const STATUSES: usize = 2;

/// The median; no number of nothing.
fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The targets of bursts of `objects`, each of which has so many `children`. A ratio is of one round, the figure their median.
#[must_use]
pub fn of(bursts: &[Burst], objects: usize, children: usize) -> Vec<Figure> {
    let by = |who: Contender| {
        bursts
            .iter()
            .filter(move |one| one.contender == who.name() && one.objects == objects)
    };
    let ratio = |who: Contender, what: fn(&Burst) -> Option<f64>| {
        let rounds = by(Contender::Ours).zip(by(who));
        let ratio = median(rounds.filter_map(|(ours, theirs)| Some(what(ours)? / what(theirs)?)));
        let each = |who| median(by(who).filter_map(what));
        (ratio, each(Contender::Ours), each(who))
    };
    let seconds: fn(&Burst) -> Option<f64> = |one| Some(one.seconds);
    let memory: fn(&Burst) -> Option<f64> = |one| one.megabytes;
    let (floor, go) = (Contender::Floor.name(), Contender::Go.name());
    let mut figures = Vec::new();
    for (who, what, bound, of, unit) in [
        (
            Contender::Floor,
            format!("time, to that of the {floor} (T₀)"),
            OF_FLOOR,
            seconds,
            "s",
        ),
        (Contender::Go, format!("time, to that of {go}"), 1.0, seconds, "s"),
        (
            Contender::Go,
            format!("processor time, to that of {go}"),
            OF_GO,
            |one| one.cpu_seconds,
            "s",
        ),
        (
            Contender::Go,
            format!("memory after it, to that of {go}"),
            OF_GO,
            memory,
            "MB",
        ),
    ] {
        let (ratio, ours, theirs) = ratio(who, of);
        let remark = format!("{ours:.2} {unit} to {theirs:.2} {unit}");
        figures.push(Figure::new(format!("{objects} new objects: {what}"), ratio, bound, "×").remark(remark));
    }
    if let Some(last) = by(Contender::Ours).next_back() {
        let go = median(by(Contender::Go).map(|one| number(one.requests.all()) / number(objects)));
        figures.extend(requests(last, objects, children, go));
    }
    figures
}

/// What the API server was asked for, for each object; `go` is how much the operator in Go asked for.
fn requests(burst: &Burst, objects: usize, children: usize, go: f64) -> [Figure; 2] {
    let requests = burst.requests;
    let each = |count: usize| number(count) / number(objects);
    let split = format!(
        "children {:.2}, statuses {:.2}, Events {:.2}, shared objects {:.2}; {}: {go:.2} in all",
        each(requests.children),
        each(requests.statuses),
        each(requests.events),
        each(requests.elsewhere),
        Contender::Go.name(),
    );
    // The shared objects are there once, for however many objects.
    let writes = each(requests.all() - requests.reads - requests.elsewhere);
    let what = format!("{objects} new objects: writes for each");
    let writes = Figure::new(what, writes, number(children + STATUSES), "requests").remark(split);
    let what = format!("{objects} new objects: GET and LIST");
    [writes, Figure::new(what, number(requests.reads), 0.0, "requests")]
}

/// A count as a figure.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts are far from where it begins")]
pub fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::super::requests::Requests;
    use super::*;

    fn burst(who: Contender, seconds: f64, cpu: Option<f64>, requests: Requests) -> Burst {
        Burst {
            contender: who.name().to_owned(),
            objects: 10,
            seconds,
            cpu_seconds: cpu,
            megabytes: cpu,
            peak_megabytes: cpu,
            requests,
        }
    }

    #[test]
    fn ratios_are_of_the_same_round_and_more_requests_than_needed_are_missed() {
        let none = Requests::default();
        // In the second round the machine had half its speed; in the third the operator was slow.
        let times = [(1.1, 1.0, 2.0), (2.2, 2.0, 4.0), (1.9, 1.0, 2.0)];
        let mut bursts = Vec::new();
        for (ours, floor, go) in times {
            bursts.push(burst(Contender::Floor, floor, None, none));
            bursts.push(burst(Contender::Go, go, Some(4.0), none));
            let requests = Requests {
                children: 60,
                statuses: 20,
                events: 1,
                ..none
            };
            bursts.push(burst(Contender::Ours, ours, Some(1.0), requests));
        }
        let figures = of(&bursts, 10, 6);
        let found: Vec<_> = figures.iter().map(|one| (one.found * 100.0).round() / 100.0).collect();
        assert_eq!(found, [1.1, 0.55, 0.25, 0.25, 8.1, 0.0]);
        let met: Vec<_> = figures.iter().map(Figure::is_met).collect();
        assert_eq!(met, [true, true, true, true, false, true]);
        assert!(
            !of(&[], 10, 6).iter().any(Figure::is_met),
            "what was not measured is not met"
        );
    }
}
