//! The campaign's short form: every part of spec takes a value and gives it back, and refuses what it has to.

use anyhow::Result;
use prove::campaign::{Args, run};

#[tokio::test(flavor = "multi_thread")]
async fn every_part_of_spec_goes_there_and_back() -> Result<()> {
    let args = Args {
        bounded: true,
        ..Args::default()
    };
    run(&args).await
}
