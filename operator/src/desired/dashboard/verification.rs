//! The row that says who is believed, for objects that verify.

use super::frame::Row;
use super::panel::{Panel, unit};
use super::query::{RECEIVERS, series, sum_rate};

pub(super) fn row() -> Row {
    let unproven = format!(r#"{RECEIVERS},reason=~"signature_.+""#);
    let reloads = series("webhook_secret_reloads_total", RECEIVERS);
    Row {
        title: "Who is believed?",
        panels: vec![
            Panel::graph(
                "Accepted by key",
                unit::REQUESTS_PER_SECOND,
                "Signatures that held, by the key that made them. An old key at 0 for as long as senders may keep it can go.",
            )
            .asks(sum_rate("key", "webhook_verifications_total", RECEIVERS), "{{key}}"),
            Panel::graph(
                "Not believed",
                unit::REQUESTS_PER_SECOND,
                "Webhooks whose signature is missing, malformed, too old, or made with no key that is known.",
            )
            .asks(
                sum_rate("reason", "webhook_rejections_total", &unproven),
                "{{reason}}",
            ),
            Panel::graph(
                "Changes of the secrets",
                unit::COUNT,
                "What became of changed secrets in the last hour, of all receivers together: loaded, or refused because no key can be made of them.",
            )
            .asks(format!("sum by (result) (increase({reloads}[1h]))"), "{{result}}"),
        ],
    }
}
