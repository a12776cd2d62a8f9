//! The row that says what was refused, and why.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{RECEIVERS, per, sum_rate};

pub(super) fn row() -> Row {
    let all = sum_rate("", "webhook_requests_total", RECEIVERS);
    let refused = sum_rate("", "webhook_rejections_total", RECEIVERS);
    let by_reason = sum_rate("reason", "webhook_rejections_total", RECEIVERS);
    Row {
        title: "What is refused?",
        panels: vec![
            Panel::stack(
                "Refused by reason",
                unit::REQUESTS_PER_SECOND,
                "Webhooks that were not taken. Reasons of which there are none are left out.",
            )
            .asks(format!("{by_reason} > 0"), "{{reason}}"),
            Panel::graph(
                "Share that is refused",
                unit::SHARE,
                "Of all webhooks those that were not taken; nothing while none come.",
            )
            .asks(per(&refused, &all), "refused"),
        ],
    }
}
