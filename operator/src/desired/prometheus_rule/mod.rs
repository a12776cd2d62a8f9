//! The `PrometheusRule` of one `WebhookService`, or none where it asks for no alerts: what is recorded of its receivers and when
//! somebody is told. Here is who it is about and how a rule is made; each file beside this one has the rules on one subject.
//!
//! Recorded series are named as Prometheus advises, `level:metric:operations`, and carry `namespace` and `service` alone, with
//! what their level names beside: `sum` and `max` drop all that tells a pod, a node or a scraper. Source: *Recording rules* in
//! Prometheus' *Best practices*.

mod alerts;
mod budget;
mod containers;
mod requests;
mod source;

use std::collections::BTreeMap;

use super::labelled_meta;
use crate::crd::Alerts;
use crate::external::{PrometheusRule, PrometheusRuleSpec, Rule, RuleGroup};
use crate::names;
use crate::validate::Validated;
use source::Source;

pub(super) fn build(validated: &Validated) -> Option<PrometheusRule> {
    let settings = validated.spec.monitoring.alerts.as_ref()?;
    let subject = Subject::of(validated, settings);
    let metadata = labelled_meta(validated, settings.labels.clone());
    let groups = [
        ("requests", None, requests::rules(&subject)),
        ("errors", None, budget::rules(&subject)),
        // Over days, little happens in two minutes. No more: what is older than five is gone to Prometheus.
        ("errors-of-days", Some("2m"), budget::rules_of_days(&subject)),
        ("containers", None, containers::rules(&subject)),
        ("alerts", None, alerts::rules(&subject)),
    ];
    let groups = groups.into_iter().map(|(name, interval, rules)| RuleGroup {
        // Groups of all objects stand side by side in Prometheus' own pages.
        name: format!("{}.{}.{name}", validated.namespace, validated.name),
        interval: interval.map(str::to_owned),
        rules,
    });
    Some(PrometheusRule {
        metadata,
        spec: PrometheusRuleSpec {
            groups: groups.collect(),
        },
    })
}

/// Whom the rules are about.
struct Subject<'a> {
    validated: &'a Validated,
    settings: &'a Alerts,
    /// Who tells of the containers.
    source: Source,
    /// Matches the receivers' own series, and what is recorded of them, without braces.
    own: String,
    /// Matches their pods' series from any source.
    pods: String,
}

/// How bad an alert is.
#[derive(Clone, Copy)]
enum Severity {
    /// Somebody has to look now: webhooks are being lost, or nobody could tell.
    Critical,
    /// Somebody has to look in working hours.
    Warning,
}

/// An alert before it has its labels.
struct Alert {
    name: &'static str,
    severity: Severity,
    /// How long it has to be so.
    after: Option<&'static str>,
    expr: String,
    /// The long window of one of several alerts of a name: they would else have the same labels.
    window: Option<&'static str>,
    summary: String,
    description: String,
}

impl<'a> Subject<'a> {
    fn of(validated: &'a Validated, settings: &'a Alerts) -> Self {
        let (namespace, name) = (&validated.namespace, &validated.name);
        Self {
            validated,
            settings,
            source: Source::of(validated.spec.monitoring.container_metrics),
            // As the Prometheus Operator labels the targets of a ServiceMonitor.
            own: format!("namespace=\"{namespace}\",service=\"{name}\""),
            // cAdvisor knows no Service.
            pods: format!("namespace=\"{namespace}\",pod=~\"{}\"", names::receiver_pods(name)),
        }
    }

    /// A series of the receivers themselves.
    fn own(&self, metric: &str) -> String {
        format!("{metric}{{{}}}", self.own)
    }

    /// The same, with more that it must match.
    fn own_with(&self, metric: &str, matcher: &str) -> String {
        format!("{metric}{{{},{matcher}}}", self.own)
    }

    /// A series of their containers, with whatever more it must match.
    fn of_containers(&self, metric: &str, matcher: &str) -> String {
        format!(
            "{metric}{{{},container=\"{}\"{matcher}}}",
            self.pods,
            names::RECEIVER_CONTAINER
        )
    }

    /// What a counter of theirs grows each second, of all receivers.
    fn rate(&self, metric: &str, window: &str) -> String {
        format!("sum(rate({}[{window}]))", self.own(metric))
    }

    fn record(&self, name: &str, expr: impl Into<String>) -> Rule {
        Rule {
            record: Some(name.to_owned()),
            expr: expr.into(),
            labels: self.labels(),
            ..Rule::default()
        }
    }

    fn alert(&self, alert: Alert) -> Rule {
        let theirs = self.settings.alert_labels.iter();
        let theirs = theirs.map(|(name, value)| (name.clone(), value.0.clone()));
        let mut all: BTreeMap<_, _> = theirs.collect();
        let severity = match alert.severity {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
        };
        all.extend(self.labels());
        all.insert("severity".to_owned(), severity.to_owned());
        all.extend(alert.window.map(|window| ("window".to_owned(), window.to_owned())));
        let runbook = self.settings.runbook_url.as_deref().map(|base| {
            let page = format!("{}/{}.md", base.trim_end_matches('/'), alert.name);
            ("runbook_url".to_owned(), page)
        });
        let said = [("summary", alert.summary), ("description", alert.description)];
        let said = said.map(|(name, text)| (name.to_owned(), text));
        Rule {
            alert: Some(alert.name.to_owned()),
            expr: alert.expr,
            for_: alert.after.map(str::to_owned),
            labels: all,
            annotations: said.into_iter().chain(runbook).collect(),
            ..Rule::default()
        }
    }

    /// Who it is, for a person.
    fn title(&self) -> String {
        format!("{} in {}", self.validated.name, self.validated.namespace)
    }

    fn labels(&self) -> BTreeMap<String, String> {
        let (namespace, name) = (&self.validated.namespace, &self.validated.name);
        [("namespace", namespace), ("service", name)]
            .map(|(label, value)| (label.to_owned(), value.clone()))
            .into()
    }
}

#[cfg(test)]
mod tests;
