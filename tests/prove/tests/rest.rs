//! Rest in its short form: nothing changes and nothing is written once 20 objects have converged.

use anyhow::Result;
use prove::rest::{Args, run};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_once_all_has_converged() -> Result<()> {
    run(Args { bounded: true }).await
}
