//! Receives webhooks, counts and times them. Usable without Kubernetes.
//!
//! One request's way: [`server`] accepts the connection and bounds it → [`routes`] sheds, reads the body within its
//! limits → [`webhook`] checks it → [`answer`] says what came of it; [`metrics`] counts and times all of it.
//! [`shutdown`] ends the server without losing a request.

pub mod answer;
pub mod config;
pub mod metrics;
pub mod routes;
pub mod server;
pub mod shutdown;
pub mod webhook;
