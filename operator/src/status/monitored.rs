//! Whether a Prometheus scrapes the receivers, from the selectors of all that run, from what the Prometheus Operator says of the
//! `ServiceMonitor`, and from what a Prometheus says of its targets. Pure.

use std::sync::Arc;

use super::{Finding, Observed, condition};
use crate::crd::WebhookServiceStatus;
use crate::external::Binding;
use crate::scraper::{Labels, Place, Scraper, Verdict};
use crate::targets::Scrape;
use crate::validate::Validated;

/// What is known of who may scrape the receivers.
#[derive(Clone, Debug, Default)]
pub struct Scraping<'a> {
    /// Every Prometheus and agent of the cluster, in a fixed order.
    pub scrapers: Scrapers,
    /// The labels of the object's namespace; none where we may not see them.
    pub namespace_labels: Option<&'a Labels>,
    /// What the Prometheus Operator says of the `ServiceMonitor`.
    pub bindings: &'a [Binding],
    /// What a Prometheus says of the receivers.
    pub scrape: Scrape,
}

/// What is known of every Prometheus.
#[derive(Clone, Debug, Default)]
pub enum Scrapers {
    /// Nothing yet.
    #[default]
    Pending,
    /// We may not look; why.
    Unseen(String),
    /// These are all.
    Found(Vec<Arc<Scraper>>),
}

pub(super) fn find(validated: &Validated, observed: &Observed<'_>, old: &WebhookServiceStatus) -> Finding {
    let scraping = &observed.scraping;
    if !validated.spec.monitoring.service_monitor.enabled {
        let message =
            "spec.monitoring.serviceMonitor.enabled is false: who wants the receivers' metrics scrapes them otherwise";
        return Finding::new(false, "SwitchedOff", message);
    }
    if !observed.service_monitor_served {
        let message = "monitoring.coreos.com/v1 is not served: install the Prometheus Operator, whose Prometheus scrapes the receivers";
        return Finding::new(false, "ServiceMonitorsNotServed", message);
    }
    let selection = selection(validated, scraping);
    let is_empty = validated.fewest_receivers() == 0;
    match (selection, &scraping.scrape) {
        (Selection::Pending, _) | (_, Scrape::Pending) => as_before(old),
        (Selection::No(finding), _) => finding,
        (Selection::Unseen(_), Scrape::Up) => Finding::new(true, "Scraped", "Prometheus scrapes the receivers"),
        (Selection::Unseen(why), _) => Finding::new(None, "PrometheusesUnseen", why),
        (Selection::By(title), Scrape::Unasked) => selected(&title),
        // There is nothing to be scraped.
        (Selection::By(title), _) if is_empty => selected(&title),
        (Selection::By(title), Scrape::Up) => Finding::new(
            true,
            "Scraped",
            format!("{title} selects this ServiceMonitor, and the receivers answer its scrapes"),
        ),
        (Selection::By(title), Scrape::Down) => Finding::new(
            false,
            "TargetsDown",
            format!(
                "{title} selects this ServiceMonitor, but no receiver answers its scrapes: see that a NetworkPolicy lets it in, and what the target's page of that Prometheus says"
            ),
        ),
        (Selection::By(title), Scrape::Absent) => Finding::new(
            false,
            "NotScraped",
            format!(
                "{title} selects this ServiceMonitor, but has no target of it: see that its service account may get, list and watch services, endpoints, endpointslices and pods in {}, and what its Prometheus Operator logs",
                validated.namespace
            ),
        ),
        (Selection::By(title), Scrape::Unanswered(why)) => Finding::new(
            None,
            "PrometheusUnanswering",
            format!(
                "{title} selects this ServiceMonitor; whether it scrapes the receivers cannot be told, since the Prometheus that is to tell does not answer: {why}"
            ),
        ),
    }
}

fn selected(title: &str) -> Finding {
    Finding::new(true, "Selected", format!("{title} selects this ServiceMonitor"))
}

/// What was said last: a start that has yet to hear is no news.
fn as_before(old: &WebhookServiceStatus) -> Finding {
    let before = old
        .conditions
        .iter()
        .find(|before| before.type_ == condition::MONITORED);
    before.map_or_else(
        || Finding::new(None, "Pending", "who scrapes the receivers is not known yet"),
        |before| {
            let holds = match before.status.as_str() {
                "True" => Some(true),
                "False" => Some(false),
                _ => None,
            };
            Finding::new(holds, &before.reason, &before.message)
        },
    )
}

/// Whether any Prometheus takes in the `ServiceMonitor`.
enum Selection {
    Pending,
    By(String),
    No(Finding),
    Unseen(String),
}

fn selection(validated: &Validated, scraping: &Scraping<'_>) -> Selection {
    if let Some(told) = told(scraping.bindings) {
        return told;
    }
    let scrapers = match &scraping.scrapers {
        Scrapers::Pending => return Selection::Pending,
        Scrapers::Unseen(why) => return Selection::Unseen(why.clone()),
        Scrapers::Found(scrapers) => scrapers,
    };
    let labels = crate::desired::monitor_labels(validated);
    let place = Place {
        labels: &labels,
        namespace: &validated.namespace,
        namespace_labels: scraping.namespace_labels,
    };
    let verdicts: Vec<_> = scrapers.iter().map(|scraper| (scraper, scraper.judge(place))).collect();
    let selecting = || verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Selected);
    if let Some((scraper, _)) = selecting().find(|(scraper, _)| scraper.trouble.is_none()) {
        return Selection::By(scraper.title.clone());
    }
    if let Some((scraper, _)) = verdicts.iter().find(|(_, verdict)| *verdict == Verdict::Unseen) {
        return Selection::Unseen(format!(
            "whether {} selects this ServiceMonitor depends on labels of namespaces, which the operator may not see: grant it list and watch of namespaces",
            scraper.title
        ));
    }
    if let Some((scraper, trouble)) = selecting().find_map(|(scraper, _)| Some((scraper, scraper.trouble.as_ref()?))) {
        let message = format!("{} selects this ServiceMonitor, but {trouble}", scraper.title);
        return Selection::No(Finding::new(false, "PrometheusNotRunning", message));
    }
    nearest(&verdicts)
}

/// What the Prometheus Operator itself says, where it does.
fn told(bindings: &[Binding]) -> Option<Selection> {
    let accepted = |binding: &Binding| binding.conditions.iter().find(|one| one.type_ == "Accepted").cloned();
    let title = |binding: &Binding| {
        let kind = if binding.resource == "prometheusagents" {
            "PrometheusAgent"
        } else {
            "Prometheus"
        };
        format!("{kind} {}/{}", binding.namespace, binding.name)
    };
    let all: Vec<_> = bindings
        .iter()
        .filter_map(|binding| Some((title(binding), accepted(binding)?)))
        .collect();
    if let Some((title, _)) = all.iter().find(|(_, accepted)| accepted.status == "True") {
        return Some(Selection::By(title.clone()));
    }
    all.into_iter().next().map(|(title, accepted)| {
        let message = format!(
            "{title} selects this ServiceMonitor and rejects it: {}",
            accepted.message
        );
        Selection::No(Finding::new(false, "Rejected", message))
    })
}

/// What is amiss with the Prometheus that lacks least.
fn nearest(verdicts: &[(&Arc<Scraper>, Verdict)]) -> Selection {
    let missed = verdicts.iter().filter_map(|(scraper, verdict)| match verdict {
        Verdict::Missed(missed) => Some((scraper, missed)),
        Verdict::Selected | Verdict::Unseen => None,
    });
    // One that runs before one that does not.
    let nearest = missed.min_by_key(|(scraper, missed)| (scraper.trouble.is_some(), missed.len()));
    let Some((scraper, missed)) = nearest else {
        let message =
            "there is no Prometheus and no PrometheusAgent in the cluster: make one that selects this ServiceMonitor";
        return Selection::No(Finding::new(false, "NoPrometheus", message));
    };
    let others = match verdicts.len() - 1 {
        0 => String::new(),
        1 => "; the other Prometheus selects it no more than this one".to_owned(),
        count => format!("; the {count} others select it no more than this one"),
    };
    let message = format!("{} {}{others}", scraper.title, missed.join("; it also "));
    Selection::No(Finding::new(false, "NotSelected", message))
}

#[cfg(test)]
mod tests;
