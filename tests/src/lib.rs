//! What the end-to-end tests share: the cluster, a namespace for each test, waiting, and asking Prometheus.
//! Asserts nothing itself; a wait that ends without its condition says what it last saw.

pub mod audit;
pub mod cluster;
pub mod definitions;
pub mod load;
pub mod objects;
pub mod prometheus;
pub mod receiver;
pub mod space;
pub mod wait;
