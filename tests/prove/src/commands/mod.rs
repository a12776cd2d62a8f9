//! One file for each subcommand, and what they share: how they end.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;

pub(crate) mod faults;
pub(crate) mod report;
pub(crate) mod scale;

/// The exit code of a proof that gave this.
pub(crate) fn end(outcome: Result<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
