//! What came of a spec, and whether it may. Pure.

use anyhow::Result;

use super::case::Expect;

/// What came of a spec.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The API server refused it.
    Refused(String),
    /// The object, or an Event about it, names what is wrong.
    Shown(String),
    /// All children were accepted.
    Works,
}

impl Outcome {
    /// Whether this may come of it.
    ///
    /// # Errors
    /// When it may not; says what came instead.
    pub fn allowed(&self, expect: Expect) -> Result<()> {
        match (self, expect) {
            (Self::Works, Expect::Works | Expect::Either)
            | (Self::Refused(_), Expect::Refused | Expect::Shown | Expect::Either)
            | (Self::Shown(_), Expect::Shown | Expect::Either) => Ok(()),
            (Self::Works, _) => anyhow::bail!("invalid, but accepted, and nothing says so"),
            (Self::Refused(said), _) => anyhow::bail!("valid, but the API server refused it: {said}"),
            (Self::Shown(said), Expect::Refused) => anyhow::bail!("the schema forbids it, but it was stored: {said}"),
            (Self::Shown(said), _) => anyhow::bail!("valid, but a child was refused: {said}"),
        }
    }
}
