//! The whole, on a kind cluster: one file per behaviour. Needs `make test`, which brings the cluster up.

mod accepted;
mod admission;
mod autoscaling;
mod chart;
mod clean_metrics;
mod container_metrics;
mod counting;
mod delivery;
mod drift;
mod examples;
mod late_monitors;
mod missing_image;
mod missing_secret;
mod nothing_lost;
mod ownership;
mod rest;
mod rotation;
mod sharing;
mod switches;
mod ways_in;
