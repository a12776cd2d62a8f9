//! The bounded fault matrices: every fault kind and every workload, a sample of the rest. `prove faults` runs them whole.

#![allow(clippy::print_stdout, reason = "the test runner shows it beside the failure")]

use anyhow::{Result, ensure};
use prove::faults::{Settings, prove};

/// Another one tries other plans; a failure's line says which it was.
const SEED: u64 = 1;

#[tokio::test(flavor = "multi_thread")]
async fn it_converges_after_each_kind_of_fault_in_each_workload() -> Result<()> {
    let settings = Settings {
        seed: Some(SEED),
        only: None,
        lanes: 8,
    };
    println!("seed {SEED}");
    let reports = prove(&settings, &|line| println!("{line}")).await?;
    let failed: Vec<_> = reports.iter().flat_map(|report| &report.failed).collect();
    ensure!(failed.is_empty(), "{failed:#?}");
    for report in reports {
        ensure!(
            report.is_well(),
            "{}: too many plans did not meet their fault: {:?}",
            report.matrix,
            report.unmet
        );
    }
    Ok(())
}
