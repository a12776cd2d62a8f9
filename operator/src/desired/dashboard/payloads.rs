//! The row that says how large webhooks are.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{RECEIVERS, per, sum_rate};

pub(super) fn row() -> Row {
    let bytes = sum_rate("", "webhook_payload_size_bytes_total", RECEIVERS);
    let taken = format!(r#"{RECEIVERS},status="success""#);
    let count = sum_rate("", "webhook_requests_total", &taken);
    Row {
        title: "How large are they?",
        panels: vec![
            Panel::graph(
                "Payload",
                unit::BYTES_PER_SECOND,
                "Bytes of all bodies that were taken, as they arrived.",
            )
            .asks(bytes.as_str(), "taken"),
            Panel::graph(
                "Mean size",
                unit::BYTES,
                "Of the bodies that were taken. limits.maxPayloadBytes is the largest that can be.",
            )
            .asks(per(&bytes, &count), "mean"),
        ],
    }
}
