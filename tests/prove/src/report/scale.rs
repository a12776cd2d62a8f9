//! How the costs of objects read on the page.

use std::fmt::Write;

use super::Section;
use crate::figures;
use crate::scale::{Burst, Scale};

impl Section for Scale {
    const NAME: &'static str = crate::scale::NAME;

    fn markdown(&self) -> String {
        let mut text = figures::table(&self.figures);
        text += "\n### Cost against objects\n\n![Time, processor time and memory against the number of objects](reliability.svg)\n\n\
                 | | objects | s | ms each | CPU s | MB after | MB at most | children | statuses | Events | GET, LIST | shared |\n\
                 |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
        for burst in &self.bursts {
            let Burst {
                contender,
                objects,
                seconds,
                requests,
                ..
            } = burst;
            let or = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
            let (cpu, after, most) = (or(burst.cpu_seconds), or(burst.megabytes), or(burst.peak_megabytes));
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "| {contender} | {objects} | {seconds:.2} | {:.1} | {cpu} | {after} | {most} | {} | {} | {} | {} | {} |",
                burst.each() * 1000.0,
                requests.children,
                requests.statuses,
                requests.events,
                requests.reads,
                requests.elsewhere,
            );
        }
        text + NOTES
    }
}

const NOTES: &str = "
- *bare loop* is T₀, the floor: of each object the same children with the same bodies by the same server-side apply, one after another, and then
  two writes of its status, which is what a new object needs. It has the rights and the workers of the operator, watches nothing, waits for
  nothing, and remembers nothing.
- *controller-runtime* is `tests/prove/peers/go`: typed apply configurations, metadata-only caches where no more is needed, stripped of managed fields, no limit
  on requests, as many workers. Before anything is timed, its children are compared with the operator's, field by field. It writes no Events and keeps no shared cAdvisor.
- A burst is timed from the first create to the last status that says that all receivers are up; users create 16 at a time. Who creates, the
  stand-in for kubelets and two watches that count run beside each contender alike. Ratios are within a round.
- CPU is counted until the process has come to rest. Requests are from the API server's audit log.
- An edit is timed from before it is sent until a watch has told of the changed Deployment: three requests and two watches.
- During an outage connections are refused for half of the time and left hanging for the other half; the operator stands for election, as the
  chart has it, and is started again as a kubelet would.
";
