//! Senders for measurements: webhooks at a fixed rate, whatever becomes of those before them, and what came of each.
//! Asserts nothing.

pub mod connection;
pub mod open_loop;
pub mod percentiles;
