//! The row that says how much comes in.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{RECEIVERS, series, sum, sum_rate};

pub(super) fn row() -> Row {
    Row {
        title: "How much comes in?",
        panels: vec![
            Panel::stack(
                "Webhooks by outcome",
                unit::REQUESTS_PER_SECOND,
                "Requests on the webhook path, also those that were refused or whose sender hung up.",
            )
            .asks(sum_rate("status", "webhook_requests_total", RECEIVERS), "{{status}}"),
            Panel::graph(
                "In work",
                unit::COUNT,
                "Requests that have no answer yet, by receiver. At limits.maxConcurrentRequests further ones are shed.",
            )
            .asks(sum("pod", &series("webhook_requests_in_flight", RECEIVERS)), "{{pod}}"),
        ],
    }
}
