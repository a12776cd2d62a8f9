//! Converges `WebhookService` objects into receivers, monitors and container metrics.
//!
//! One object's way, in [`reconcile`]:
//! `WebhookService` → [`validate`] → `Validated` → [`desired`] → `Desired` → [`children`] → `Outcome` → [`status`] → patch, if it
//! says something new.
//!
//! Pure, and tested without a cluster: [`crd`], [`names`], [`validate`], [`desired`], [`shared`], [`status`], [`trouble`],
//! [`clash`], [`exposure`], [`fingerprint`], [`hardening`]. Effects: [`watches`] and [`optional`] read, [`children`] sends through
//! [`apply`], [`reconcile`] writes the status,
//! [`report`] Events, [`converge`] the shared cAdvisor. [`controller`] wires them together.

pub mod admin;
pub mod apply;
pub mod args;
pub mod children;
pub mod clash;
pub mod context;
pub mod controller;
pub mod converge;
pub mod crd;
pub mod desired;
pub mod error;
pub mod exposure;
pub mod external;
pub mod fingerprint;
pub mod hardening;
pub mod mounts;
pub mod names;
pub mod optional;
pub mod reconcile;
pub mod report;
pub mod shared;
pub mod status;
pub mod telemetry;
pub mod trouble;
pub mod validate;
pub mod watches;
