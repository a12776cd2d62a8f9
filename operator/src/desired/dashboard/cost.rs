//! The row that says what one webhook costs.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{RECEIVERS, once, per, pods, rate, receiver_containers, series, sum, sum_rate};

pub(super) fn row() -> Row {
    let chosen = receiver_containers(&pods());
    let cpu = sum("", &once(&rate("container_cpu_usage_seconds_total", &chosen)));
    let memory = sum("", &once(&series("container_memory_working_set_bytes", &chosen)));
    let webhooks = sum_rate("", "webhook_requests_total", RECEIVERS);
    Row {
        title: "What does one webhook cost?",
        panels: vec![
            Panel::graph(
                "CPU for each webhook",
                unit::SECONDS,
                "Processor time of all receivers, for each request that came meanwhile; nothing while none come. With few requests it is mostly what scrapes and probes cost.",
            )
            .asks(per(&cpu, &webhooks), "CPU time"),
            Panel::graph(
                "Memory for one webhook a second",
                unit::BYTES,
                "What all receivers hold, for each webhook a second that they serve.",
            )
            .asks(per(&memory, &webhooks), "memory"),
        ],
    }
}
