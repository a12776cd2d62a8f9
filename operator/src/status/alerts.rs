//! What is said where alerts are asked for and cannot be there. Pure.

use super::Observed;
use crate::validate::Validated;

/// What `Ready` adds while the `PrometheusRule` waits for its API; senders are served all the same.
pub(super) fn missing(validated: &Validated, observed: &Observed<'_>) -> &'static str {
    if validated.spec.monitoring.alerts.is_some() && !observed.prometheus_rule_served {
        "; no PrometheusRule yet, since monitoring.coreos.com/v1 does not serve it: alerts follow once the Prometheus Operator's CRDs are installed"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::desired::tests::validated;

    #[test]
    fn who_asks_for_alerts_is_told_that_they_wait() {
        let said = |spec, prometheus_rule_served| {
            let observed = Observed {
                prometheus_rule_served,
                ..Observed::default()
            };
            missing(&validated(spec), &observed)
        };
        let wanted = || json!({"monitoring": {"alerts": {}}});
        assert!(said(wanted(), false).contains("no PrometheusRule yet"));
        assert_eq!([said(wanted(), true), said(json!({}), false)], ["", ""]);
    }
}
