//! Converges `WebhookService` objects into receivers, monitors and container metrics.
//!
//! One object's way, in [`reconcile`]:
//! `WebhookService` → [`validate`] → `Validated` → [`desired`] → `Desired` → [`children`] → `Outcome` → [`status`] → patch, if it
//! says something new.
//!
//! Pure, and tested without a cluster: [`crd`], [`names`], [`validate`], [`desired`], [`shared`], [`status`], [`trouble`],
//! [`clash`], [`exposure`], [`seen`], [`rollout`], [`fingerprint`], [`hardening`], [`lease`], [`monitor`], [`owner`], [`scraper`], [`sent`], [`written`]. Effects: [`watches`], [`objects`], [`optional`], [`prometheuses`] and [`mounts`] read within their [`scope`] and keep in a [`cache`] what a [`subject`] is kept of,
//! [`children`] sends by [`apply`], [`reconcile`] writes the status, [`targets`] asks a Prometheus what it scrapes,
//! [`report`] says what [`events`] sends, [`converge`] keeps the shared cAdvisor: all
//! through the [`gate`], which is open while the [`leader`] holds the lease, and all by a [`client`] that waits for no answer for
//! ever. [`controller`] wires them together, [`admin`] shows how they do. [`render`] prints what would be made, without an API server.

pub mod admin;
pub mod apply;
pub mod args;
pub mod cache;
pub mod children;
pub mod clash;
pub mod client;
pub mod context;
pub mod controller;
pub mod converge;
pub mod crd;
pub mod desired;
pub mod error;
pub mod events;
pub mod exposure;
pub mod external;
pub mod fingerprint;
pub mod gate;
pub mod hardening;
pub mod leader;
pub mod lease;
pub mod merge;
pub mod metrics;
pub mod monitor;
pub mod mounts;
pub mod names;
pub mod objects;
pub mod optional;
pub mod owner;
pub mod progress;
pub mod prometheuses;
pub mod queue;
pub mod reconcile;
pub mod render;
pub mod report;
pub mod rollout;
pub mod scope;
pub mod scrape;
pub mod scraper;
pub mod seen;
pub mod sent;
pub mod shared;
pub mod status;
pub mod subject;
pub mod targets;
pub mod telemetry;
pub mod trouble;
pub mod validate;
pub mod watches;
pub mod work;
pub mod written;
