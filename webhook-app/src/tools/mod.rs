//! Programs for people who set senders up: [`send`] plays the sender, [`explain`] the receiver. They read files and print
//! for a person; what they know of signatures is [`verify`](crate::verify)'s.

mod counted;
pub mod explain;
pub mod send;

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};

use crate::config::SchemeArgs;
use crate::verify::scheme::Scheme;

fn scheme(by: &SchemeArgs) -> Result<Option<Scheme>> {
    by.scheme().map_err(|line| anyhow!(line))
}

fn read(flag: &str, file: &std::path::Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{flag} {} cannot be read", file.display()))
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

fn print(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
