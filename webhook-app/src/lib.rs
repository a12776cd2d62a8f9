//! Receives webhooks, verifies, counts and times them, and passes them on. Usable without Kubernetes.
//!
//! One request's way: [`server`] accepts the connection, [`crowd`] says how long it may stay, [`connection`] bounds it →
//! [`head`] is checked → [`routes`] finds its path → [`receive`] takes a webhook: [`body`] is read within its limits → [`verify`] says who sent it
//! → [`webhook`] checks it → [`delivery`] passes it on → [`answer`] says what came of it; [`metrics`] counts and times all of
//! it, and tells of the [`container`] where it is asked to. [`stream`] sees to it that a refusal reaches its sender. [`shutdown`] ends the receiver without losing a request,
//! and [`config`] is all that can be told to it. [`tools`] are for people who set senders up.

pub mod answer;
pub mod body;
pub mod config;
mod connection;
pub mod container;
pub mod crowd;
pub mod delivery;
pub mod handshake;
pub mod head;
pub mod metrics;
pub mod receive;
pub mod routes;
pub mod server;
pub mod shutdown;
mod stream;
pub mod tools;
pub mod verify;
pub mod webhook;
