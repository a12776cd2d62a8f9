//! The dashboard of the operator, and of all receivers together. The chart installs it, the program prints it: nothing of it depends on
//! any object.

use serde_json::Value;

use super::frame::{self, Head, Row};
use super::panel::{Judgement, Panel, unit};
use super::query::{buckets, once, per, quantile, rate, receiver_containers, series, sum, sum_rate};

/// The operators of the chosen installation, or of all.
const OPERATORS: &str = r#"namespace=~"$operator""#;

/// The fleet's dashboard.
#[must_use]
pub fn fleet() -> Value {
    let head = Head {
        uid: "webhook-operator-fleet".to_owned(),
        title: "Webhooks: operator and fleet".to_owned(),
        description: "The webhook-operator itself, and the receivers of all WebhookServices together.",
    };
    let variables = [
        frame::choice_of_source(),
        frame::choice_of_all(
            "operator",
            "Operator's namespace",
            "label_values(webhook_operator_build_info, namespace)",
        ),
    ];
    frame::dashboard(
        head,
        &variables,
        vec![objects(), work(), cluster(), webhooks(), time(), cost()],
    )
}

/// The largest value of those that an installation's operators tell: what stands by knows the objects as well as the one that leads.
fn known(by: &str, metric: &str) -> String {
    let by = if by.is_empty() {
        "namespace".to_owned()
    } else {
        format!("namespace, {by}")
    };
    format!("max by ({by}) ({})", series(metric, OPERATORS))
}

fn objects() -> Row {
    let unready = series("webhook_operator_objects", &format!(r#"{OPERATORS},ready!="True""#));
    let unready = format!("max by (namespace, ready) ({unready})");
    Row {
        title: "How do the objects stand?",
        panels: vec![
            Panel::number("Leaders", unit::COUNT, Judgement::GoodFrom(1.0), "Operators that may write: one for each installation.")
                .asks(format!("sum({})", series("webhook_operator_leader", OPERATORS)), "leaders"),
            Panel::number("Not ready", unit::COUNT, Judgement::BadFrom(1.0), "WebhookServices whose condition Ready is not True; kubectl get webhookservices says why.")
                .asks(sum("", &unready), "not ready"),
            Panel::number("Tried again", unit::COUNT, Judgement::BadFrom(1.0), "WebhookServices whose last reconcile failed and is tried again, later each time.")
                .asks(sum("", &known("", "webhook_operator_backoff_objects")), "tried again"),
            Panel::number("Paused", unit::COUNT, Judgement::Plain, "WebhookServices whose spec.paused is true.")
                .asks(sum("", &known("", "webhook_operator_paused_objects")), "paused"),
            Panel::stack("Objects by Ready", unit::COUNT, "WebhookServices by the status of their condition Ready; Unreadable are those whose spec cannot be read.")
                .asks(sum("ready", &known("ready", "webhook_operator_objects")), "{{ready}}"),
            Panel::graph("Waiting", unit::COUNT, "WebhookServices that are due and have not been begun. It rises when many change at once, and falls again.")
                .asks(sum("", &known("", "webhook_operator_queue_depth")), "waiting"),
        ],
    }
}

fn work() -> Row {
    let failed = format!(r#"{OPERATORS},result="error""#);
    let failed = sum_rate("reason", "webhook_operator_reconciles_total", &failed);
    let writes = sum_rate("kind, verb", "webhook_operator_writes_total", OPERATORS);
    Row {
        title: "What does the operator do?",
        panels: vec![
            Panel::stack(
                "Reconciles by result",
                unit::OPERATIONS_PER_SECOND,
                "How often objects were looked at, and how that ended.",
            )
            .asks(
                sum_rate("result", "webhook_operator_reconciles_total", OPERATORS),
                "{{result}}",
            ),
            Panel::graph(
                "Failed reconciles by reason",
                unit::OPERATIONS_PER_SECOND,
                "Reasons of which there are none are left out: no data is good news.",
            )
            .asks(format!("{failed} > 0"), "{{reason}}"),
            Panel::graph(
                "Time of a reconcile",
                unit::SECONDS,
                "With its requests to the API server: half of them, and 99 of 100.",
            )
            .asks_percentiles("webhook_operator_reconcile_duration_seconds", OPERATORS),
            Panel::graph(
                "Writes",
                unit::OPERATIONS_PER_SECOND,
                "Requests to the API server that change something. At rest there are none, and no data.",
            )
            .asks(format!("{writes} > 0"), "{{verb}} {{kind}}"),
        ],
    }
}

fn cluster() -> Row {
    let failures = series("webhook_operator_watch_errors_total", OPERATORS);
    Row {
        title: "What does it know of the cluster?",
        panels: vec![
            Panel::number(
                "Failed watches",
                unit::COUNT,
                Judgement::BadFrom(1.0),
                "Watches of the API server that failed in the shown time; each is tried again.",
            )
            .asks(format!("sum(increase({failures}[$__range])) or vector(0)"), "failures"),
            Panel::number(
                "Optional APIs",
                unit::COUNT,
                Judgement::Plain,
                "1: the API server offers it. 0: what hangs on it waits.",
            )
            .asks(
                format!("min by (api) ({})", series("webhook_operator_api_served", OPERATORS)),
                "{{api}}",
            ),
            Panel::number(
                "Operators",
                unit::COUNT,
                Judgement::GoodFrom(1.0),
                "Operators that answer Prometheus, by version.",
            )
            .asks(
                format!(
                    "count by (version) ({})",
                    series("webhook_operator_build_info", OPERATORS)
                ),
                "{{version}}",
            ),
            Panel::number(
                "Receivers",
                unit::COUNT,
                Judgement::Plain,
                "Receivers that answer Prometheus, by version.",
            )
            .asks("count by (version) (webhook_build_info)", "{{version}}"),
            Panel::graph(
                "Watched objects by kind",
                unit::COUNT,
                "Objects in the operator's caches, strangers' among them.",
            )
            .asks(
                sum("kind", &known("kind", "webhook_operator_watched_objects")),
                "{{kind}}",
            ),
        ],
    }
}

fn webhooks() -> Row {
    let refused = sum_rate("namespace, service", "webhook_rejections_total", "");
    let all = sum_rate("namespace, service", "webhook_requests_total", "");
    let reasons = sum_rate("reason", "webhook_rejections_total", "");
    let outcomes = sum_rate("outcome", "webhook_deliveries_total", "");
    Row {
        title: "What comes in, over all WebhookServices?",
        panels: vec![
            Panel::stack(
                "Webhooks by outcome",
                unit::REQUESTS_PER_SECOND,
                "All requests on all webhook paths.",
            )
            .asks(sum_rate("status", "webhook_requests_total", ""), "{{status}}"),
            Panel::graph(
                "The ten busiest",
                unit::REQUESTS_PER_SECOND,
                "WebhookServices with the most requests.",
            )
            .asks(format!("topk(10, {all})"), "{{namespace}}/{{service}}"),
            Panel::stack(
                "Refused by reason",
                unit::REQUESTS_PER_SECOND,
                "Webhooks that were not taken. Reasons of which there are none are left out.",
            )
            .asks(format!("{reasons} > 0"), "{{reason}}"),
            Panel::graph(
                "The ten that refuse most",
                unit::SHARE,
                "The share of their webhooks that these WebhookServices did not take.",
            )
            .asks(
                format!("topk(10, {})", per(&refused, &all)),
                "{{namespace}}/{{service}}",
            ),
            Panel::graph(
                "Payload",
                unit::BYTES_PER_SECOND,
                "Bytes of all bodies that were taken.",
            )
            .asks(sum_rate("", "webhook_payload_size_bytes_total", ""), "taken"),
            Panel::stack(
                "Deliveries by outcome",
                unit::REQUESTS_PER_SECOND,
                "What became of webhooks that were passed on. Outcomes of which there are none are left out.",
            )
            .asks(format!("{outcomes} > 0"), "{{outcome}}"),
        ],
    }
}

fn time() -> Row {
    let whole = "webhook_processing_time_seconds";
    let slowest = quantile("0.99", "namespace, service", whole, "");
    Row {
        title: "How long do senders wait?",
        panels: vec![
            Panel::heat_map(
                "Time to the answer",
                unit::SECONDS,
                "Of all webhooks: how many a second were in each bucket.",
            )
            .asks(buckets("", whole, ""), "{{le}}"),
            Panel::graph("The ten slowest", unit::SECONDS, "The time within which 99 of 100 webhooks of these WebhookServices had their answer.")
                // One that has no webhooks has no quantile, which would stand before all others.
                .asks(format!("topk(10, {slowest} > 0)"), "{{namespace}}/{{service}}"),
        ],
    }
}

fn cost() -> Row {
    let receivers = receiver_containers("");
    // Other people's containers may be called receiver too.
    let ours = |each: String| {
        sum(
            "",
            &format!("{} and on (namespace, pod) webhook_build_info", once(&each)),
        )
    };
    let cpu = ours(rate("container_cpu_usage_seconds_total", &receivers));
    let memory = ours(series("container_memory_working_set_bytes", &receivers));
    let webhooks = sum_rate("", "webhook_requests_total", "");
    Row {
        title: "What does it cost?",
        panels: vec![
            Panel::graph(
                "CPU of all receivers",
                unit::COUNT,
                "Processors in use by the receivers whose container metrics are known.",
            )
            .asks(cpu.as_str(), "processors"),
            Panel::graph(
                "Memory of all receivers",
                unit::BYTES,
                "What those receivers hold, without files that were not touched lately.",
            )
            .asks(memory, "memory"),
            Panel::graph(
                "CPU for each webhook",
                unit::SECONDS,
                "Processor time of those receivers, for each request to any; nothing while none come.",
            )
            .asks(per(&cpu, &webhooks), "CPU time"),
        ],
    }
}
