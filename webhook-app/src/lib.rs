//! Receives webhooks, counts and times them. Usable without Kubernetes.
//!
//! One request's way: [`server`] accepts the connection, `connection` bounds it → [`routes`] sheds, reads the body within
//! its limits → [`webhook`] checks it → [`answer`] says what came of it; [`metrics`] counts and times all of it. `linger`
//! sees to it that a refusal reaches its sender. [`shutdown`] ends the receiver without losing a request, and
//! [`config`] is all that can be told to it.

pub mod answer;
pub mod config;
mod connection;
mod linger;
pub mod metrics;
pub mod routes;
pub mod server;
pub mod shutdown;
pub mod verify;
pub mod webhook;
