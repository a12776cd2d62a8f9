//! Senders and peers for measurements: how much a receiver takes, what that costs, and what becomes of webhooks at a fixed
//! rate. Measures and reports; asserts nothing.

pub mod closed_loop;
pub mod connection;
pub mod open_loop;
pub mod paced;
pub mod peers;
pub mod percentiles;
pub mod process;
pub mod report;
pub mod results;
pub mod siege;
