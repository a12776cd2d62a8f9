//! What proofs share: an installation without pods, the operator as a process, the stand-in for what would run pods, and
//! the state that all of it ends in. Needs the cluster of `tests/cluster/bare.sh`. Asserts nothing itself.

pub mod campaign;
pub mod collector;
pub mod faults;
pub mod figures;
pub mod installation;
pub mod kinds;
pub mod machine;
pub mod mirror;
pub mod operator;
pub mod proxy;
pub mod random;
pub mod report;
pub mod rest;
pub mod scale;
pub mod stage;
pub mod stand_in;
pub mod state;
pub mod usage;
