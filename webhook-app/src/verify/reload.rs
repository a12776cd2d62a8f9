//! Keeps the accepted keys true to their directory while the receiver runs. The only part of verification that reads files.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use super::keyring::{Keyring, KeyringError, Secrets};
use super::scheme::KeyForm;

/// How often the directory is read. By looking, not by inotify: that misses the swaps of some mounts, and a few small
/// files in memory cost nothing.
const INTERVAL: Duration = Duration::from_millis(500);

/// The accepted keys, whichever they are now.
#[derive(Debug)]
pub struct Keys {
    directory: PathBuf,
    form: KeyForm,
    current: RwLock<Arc<Keyring>>,
}

impl Keys {
    /// Reads the keys in `directory` for the first time.
    ///
    /// # Errors
    /// When there is none, or one that cannot be used.
    pub fn open(directory: PathBuf, form: KeyForm) -> Result<(Self, Watch), KeyringError> {
        let secrets = Secrets::read(&directory)?;
        let keyring = Keyring::new(&directory, &secrets, form)?;
        let keys = Self {
            directory,
            form,
            current: RwLock::new(Arc::new(keyring)),
        };
        Ok((keys, Watch { seen: Some(secrets) }))
    }

    /// The keys that are accepted now.
    pub fn current(&self) -> Arc<Keyring> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What was last seen in the directory; `None` when it could not be read.
pub struct Watch {
    seen: Option<Secrets>,
}

impl Watch {
    /// Looks at the directory for as long as the program runs, and tells `told` of each change: of the new keys, or why the
    /// old ones stay accepted.
    pub fn run(mut self, keys: Arc<Keys>, told: impl Fn(Result<Arc<Keyring>, KeyringError>) + Send + 'static) {
        thread::spawn(move || {
            loop {
                thread::sleep(INTERVAL);
                if let Some(news) = self.look(&keys) {
                    told(news);
                }
            }
        });
    }

    /// Brings `keys` up to date if the directory is not as it was last seen. A set of which one secret cannot be used is
    /// not taken at all: the last good one stays.
    fn look(&mut self, keys: &Keys) -> Option<Result<Arc<Keyring>, KeyringError>> {
        let secrets = match Secrets::read(&keys.directory) {
            Ok(secrets) => secrets,
            // The kubelet removes the old set while it may still be read: the next look sees the new one.
            Err(_) if self.seen.is_none() => return None,
            Err(error) => {
                self.seen = None;
                return Some(Err(error));
            }
        };
        if self.seen.as_ref() == Some(&secrets) {
            return None;
        }
        let keyring = Keyring::new(&keys.directory, &secrets, keys.form).map(Arc::new);
        self.seen = Some(secrets);
        if let Ok(keyring) = &keyring {
            *keys.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(keyring);
        }
        Some(keyring)
    }
}
