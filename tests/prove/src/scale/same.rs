//! Holds all contenders to the same work: the children that each makes of an object may not differ in anything. Measures nothing.

use anyhow::{Result, ensure};
use kube::Client;

use super::burst::Crowd;
use super::contender::Contender;
use crate::installation::Installation;
use crate::state::{self, State, differences};

/// Has each make the children of one object, and compares them.
///
/// # Errors
/// When they differ, with all that they differ in.
pub async fn check(client: &Client, installation: &Installation) -> Result<()> {
    let ours = children(Contender::Ours, client, installation).await?;
    for contender in [Contender::Floor, Contender::Go] {
        let theirs = children(contender, client, installation).await?;
        let differences = differences(&ours, &theirs);
        ensure!(
            differences.is_empty(),
            "{} makes other children:\n{}",
            contender.name(),
            differences.join("\n")
        );
    }
    Ok(())
}

async fn children(contender: Contender, client: &Client, installation: &Installation) -> Result<State> {
    let crowd = Crowd::start(contender, client, installation).await?;
    let mut state = state::of(&crowd.field.place(0).0).await?;
    // What is said of the object itself is each one's own.
    state.retain(|object, _| !object.starts_with("WebhookService/"));
    ensure!(state.len() > 1, "{} made no children", contender.name());
    crowd.end().await?;
    Ok(state)
}
