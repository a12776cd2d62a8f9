//! What was written of an object's status and its watch has yet to show: without it the same would be written, and told, again.
//! Pure; writes nothing itself.

use crate::crd::WebhookServiceStatus;

/// What was last written of an object's status, until the watch has caught up with it.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenStatus {
    /// The versions of the object before that write, as far as they are known: the watch may still be at any of them.
    before: Vec<String>,
    /// The version that the write made.
    made: String,
    /// What was written; none once the watch has shown it.
    status: Option<WebhookServiceStatus>,
}

impl WrittenStatus {
    /// A write upon the version that was shown when it was computed, after `earlier` ones; it made the version `made`.
    #[must_use]
    pub fn after(earlier: Option<Self>, shown: String, made: String, status: WebhookServiceStatus) -> Self {
        let mut before = match earlier {
            Some(earlier) if earlier.before.contains(&shown) => {
                let mut before = earlier.before;
                before.push(earlier.made);
                before
            }
            _ => vec![shown],
        };
        // Where nothing changed the version is still the one before.
        before.retain(|version| *version != made);
        Self {
            before,
            made,
            status: Some(status),
        }
    }

    /// What was written, where the watch, which shows this version, has yet to show it.
    #[must_use]
    pub fn ahead_of(&self, shown: &str) -> Option<&WebhookServiceStatus> {
        let is_ahead = self.before.iter().any(|version| version == shown);
        self.status.as_ref().filter(|_| is_ahead)
    }

    /// The watch shows this version. The versions stay: what is under way may have begun with one of them.
    pub fn show(&mut self, shown: &str) {
        if self.ahead_of(shown).is_none() {
            self.status = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(earlier: Option<WrittenStatus>, shown: &str, made: &str) -> WrittenStatus {
        WrittenStatus::after(
            earlier,
            shown.to_owned(),
            made.to_owned(),
            WebhookServiceStatus::default(),
        )
    }

    fn ahead(written: &WrittenStatus, shown: &str) -> bool {
        written.ahead_of(shown).is_some()
    }

    #[test]
    fn several_writes_in_a_row_are_ahead_until_the_last_is_shown() {
        let second = written(Some(written(None, "1", "2")), "1", "3");
        // 4 is somebody else's: what it says is newer.
        assert_eq!(
            ["1", "2", "3", "4"].map(|shown| ahead(&second, shown)),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_write_that_began_before_the_last_was_shown_is_ahead_of_that() {
        let mut first = written(None, "1", "2");
        first.show("2");
        let second = written(Some(first), "1", "3");
        assert!(ahead(&second, "2"));
    }

    #[test]
    fn what_was_shown_meanwhile_begins_anew() {
        let second = written(Some(written(None, "1", "2")), "2", "3");
        assert!(ahead(&second, "2") && !ahead(&second, "1"));
    }

    #[test]
    fn a_write_that_changed_nothing_is_shown_already() {
        assert!(!ahead(&written(None, "1", "1"), "1"));
    }
}
