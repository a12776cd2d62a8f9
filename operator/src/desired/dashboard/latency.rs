//! The row that says how long senders wait.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{RECEIVERS, buckets, quantile};

pub(super) fn row() -> Row {
    let (whole, own) = ("webhook_processing_time_seconds", "webhook_own_time_seconds");
    Row {
        title: "How long do senders wait?",
        panels: vec![
            Panel::heat_map(
                "Time to the answer",
                unit::SECONDS,
                "From a request's headers to its answer, with the sender's and the target's part of it: how many requests a second were in each bucket.",
            )
            .asks(buckets("", whole, RECEIVERS), "{{le}}"),
            Panel::graph(
                "Half of them, and all but one in a hundred",
                unit::SECONDS,
                "The time within which half of the webhooks, and 99 of 100, had their answer; and what of it the receiver itself took. Between two buckets it is estimated, above the last it is that one's bound.",
            )
            .asks_percentiles(whole, RECEIVERS)
            .asks(quantile("0.99", "", own, RECEIVERS), "p99 of the receiver itself"),
        ],
    }
}
