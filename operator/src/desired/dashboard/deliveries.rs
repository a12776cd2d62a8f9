//! The row that says whether the target takes what is passed on, for objects that deliver.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{RECEIVERS, sum_rate};

pub(super) fn row() -> Row {
    Row {
        title: "Does the target take them?",
        panels: vec![
            Panel::stack(
                "Deliveries by outcome",
                unit::REQUESTS_PER_SECOND,
                "What became of webhooks that were passed on, after the last attempt.",
            )
            .asks(
                sum_rate("outcome", "webhook_deliveries_total", RECEIVERS),
                "{{outcome}}",
            ),
            Panel::graph(
                "Time until the target had them",
                unit::SECONDS,
                "Over all attempts, also of those that were given up: half of them, and 99 of 100.",
            )
            .asks_percentiles("webhook_delivery_time_seconds", RECEIVERS),
            Panel::graph(
                "Further attempts",
                unit::OPERATIONS_PER_SECOND,
                "Attempts after the first. More than none means that the target fails or is slow now and then.",
            )
            .asks(sum_rate("", "webhook_delivery_retries_total", RECEIVERS), "attempts"),
        ],
    }
}
