//! The accepted keys, each in a slot that has the name of its file, and the directory they are read from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::key::Key;
use super::scheme::KeyForm;

/// The most secrets at once: keys rotate one by one, and each costs one signature per forged request.
const MOST: usize = 16;

/// The accepted keys, by the names of their slots.
#[derive(Debug)]
pub struct Keyring(Vec<(String, Key)>);

/// The secrets as they stand in the directory, by file name. No `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets(Vec<(String, Vec<u8>)>);

/// Why there are no keys.
#[derive(thiserror::Error, Debug)]
pub enum KeyringError {
    /// The directory or a file cannot be read.
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no secret.
    #[error("{path}: holds no secret: put one file for each accepted secret into it", path = .0.display())]
    Empty(PathBuf),
    /// There are more than could be needed.
    #[error("{path}: holds {found} secrets, {MOST} are the most: remove those that no sender uses", path = path.display())]
    TooMany {
        /// The directory.
        path: PathBuf,
        /// How many it holds.
        found: usize,
    },
    /// A secret cannot be used.
    #[error("{path}: {reason}", path = path.display())]
    Unusable {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
}

impl Secrets {
    /// Reads every file of `directory` whose name does not begin with a dot.
    ///
    /// # Errors
    /// [`KeyringError::Unreadable`].
    pub fn read(directory: &Path) -> Result<Self, KeyringError> {
        // The kubelet swaps `..data` to bring a new set in: followed once, all files are of one set.
        let set = directory.join("..data");
        let set = if set.exists() {
            set.canonicalize()
        } else {
            Ok(directory.to_owned())
        };
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            |source| KeyringError::Unreadable { path, source }
        };
        let set = set.map_err(unreadable(directory))?;
        let mut secrets = Vec::new();
        for entry in fs::read_dir(&set).map_err(unreadable(&set))? {
            let name = entry
                .map_err(unreadable(&set))?
                .file_name()
                .to_string_lossy()
                .into_owned();
            if !name.starts_with('.') {
                let path = set.join(&name);
                secrets.push((name, fs::read(&path).map_err(unreadable(&path))?));
            }
        }
        secrets.sort();
        Ok(Self(secrets))
    }

    /// Secrets that come from no directory.
    #[must_use]
    pub fn of(secrets: Vec<(String, Vec<u8>)>) -> Self {
        Self(secrets)
    }
}

impl Keyring {
    /// The keys that `secrets`, read from `directory`, hold.
    ///
    /// # Errors
    /// All of [`KeyringError`] but `Unreadable`.
    pub fn new(directory: &Path, secrets: &Secrets, form: KeyForm) -> Result<Self, KeyringError> {
        if secrets.0.is_empty() {
            return Err(KeyringError::Empty(directory.to_owned()));
        }
        if secrets.0.len() > MOST {
            return Err(KeyringError::TooMany {
                path: directory.to_owned(),
                found: secrets.0.len(),
            });
        }
        let keys = secrets.0.iter().map(|(name, secret)| match Key::read(secret, form) {
            Ok(key) => Ok((name.clone(), key)),
            Err(reason) => Err(KeyringError::Unusable {
                path: directory.join(name),
                reason,
            }),
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// Each slot and its key.
    pub fn slots(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.0.iter().map(|(name, key)| (name.as_str(), key))
    }
}
