//! The whole, on a kind cluster: one file per behaviour. Needs `make test`, which brings the cluster up.

/// What the API server refuses, and what it says.
mod admission;
/// The chart: install, upgrade, uninstall.
mod chart;
/// Container metrics from the shared cAdvisor.
mod container_metrics;
/// Webhooks sent are webhooks counted.
mod counting;
/// Children that are deleted or edited.
mod drift;
/// The Prometheus Operator comes late.
mod late_monitors;
/// An image that is not there.
mod missing_image;
/// Nothing is written at rest, nor after a restart.
mod rest;
/// One cAdvisor for all.
mod sharing;
