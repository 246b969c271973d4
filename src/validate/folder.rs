//! The short way to validate copies of buckets on disk, for users of the library.

use std::path::PathBuf;

use crate::base::error::{Error, ErrorKind};
use crate::proof::keys::{KeyRing, Keys, NoKeys};
use crate::source::disk::DiskSource;
use crate::source::places::{MapRule, Places};
use crate::source::{Source, key_files};
use crate::validate::observer::{Observer, Silent};
use crate::validate::outcome::Outcome;
use crate::validate::proven_events::{OwnedAccess, ProvenEvents};
use crate::validate::request::Request;
use crate::validate::validate;

/// More chains at a time do not make the work faster.
const CHAINS_AT_ONCE: usize = 8;

/// Validates copies of buckets, which are folders or archives, with public keys from files.
///
/// ```
/// use trailproof::{Validation, Verdict};
///
/// let outcome = Validation::of_folder("testdata/sample/bucket")
///     .keys("testdata/sample/keys")
///     .run()?;
/// assert_eq!(outcome.verdict, Verdict::Verified);
/// # Ok::<(), trailproof::Error>(())
/// ```
///
/// Nothing is opened before [`run`](Validation::run), so only `run` can fail. Set [`request`](Validation::request) to
/// narrow the chains or the time:
///
/// ```
/// use trailproof::{Validation, Verdict};
///
/// let mut validation = Validation::of_folder("testdata/sample/bucket");
/// validation.request.filter.regions = vec!["eu-central-1".parse()?];
/// let outcome = validation.keys("testdata/sample/keys").run()?;
/// assert!(outcome.chains.iter().all(|chain| chain.id.region.as_str() == "eu-central-1"));
/// # assert!(!outcome.chains.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Validation {
    /// Which chains and which time to validate, and how. At first: every chain, over the time of its digests,
    /// with one worker per core.
    pub request: Request,
    folders: Vec<CopiedFolder>,
    keys: Vec<PathBuf>,
    rules: Vec<MapRule>,
}

/// A folder, and the buckets it is a copy of.
#[derive(Debug, Clone)]
struct CopiedFolder {
    path: PathBuf,
    buckets: Vec<String>,
}

impl Validation {
    /// Validates the folder that holds `AWSLogs`, as `aws s3 sync s3://BUCKET DIR` leaves it. Its bucket is not
    /// known, so [`Outcome::not_proven`] says that the logs may be those of another bucket.
    pub fn of_folder(path: impl Into<PathBuf>) -> Self {
        Validation::empty().add(path.into(), Vec::new())
    }

    /// Validates a folder that is a copy of this bucket. A digest that was written to another bucket is reported
    /// as relocated.
    pub fn of_copy(bucket: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Validation::empty().and_copy(bucket, path)
    }

    /// Adds a folder that is a copy of another bucket: of a trail that changed its bucket, for example.
    pub fn and_copy(self, bucket: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.add(path.into(), vec![bucket.into()])
    }

    /// Adds public keys. A file holds what `aws cloudtrail list-public-keys` prints and serves every region. In a
    /// folder, each file `REGION.json` serves its region. Without keys nothing can be verified.
    pub fn keys(mut self, path: impl Into<PathBuf>) -> Self {
        self.keys.push(path.into());
        self
    }

    /// Adds a rule for objects that were copied to another place than CloudTrail wrote them to, as
    /// `"COPY/PREFIX=BUCKET/PREFIX".parse()?` gives it.
    pub fn map(mut self, rule: MapRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Validates the folders.
    ///
    /// # Errors
    /// If a folder cannot be opened, a key file cannot be read, or no threads can be started. Objects that
    /// cannot be read later on are findings.
    pub fn run(&self) -> Result<Outcome, Error> {
        self.run_observed(&Silent)
    }

    /// Validates the folders and reports progress to an observer.
    ///
    /// # Errors
    /// The same as [`run`](Validation::run).
    pub fn run_observed(&self, observer: &dyn Observer) -> Result<Outcome, Error> {
        validate(self.open()?.borrowed(), &self.request, observer)
    }

    /// Validates the folders in the background, and gives the events of proven logs.
    ///
    /// ```
    /// use trailproof::{Validation, Verdict};
    ///
    /// let validation = Validation::of_folder("testdata/sample/bucket").keys("testdata/sample/keys");
    /// let mut events = validation.events()?;
    /// let mut sign_ins = 0;
    /// for event in &mut events {
    ///     sign_ins += u32::from(event?.name().as_deref() == Some("ConsoleLogin"));
    /// }
    /// assert_eq!(events.finish()?.verdict, Verdict::Verified);
    /// # assert!(sign_ins > 0);
    /// # Ok::<(), trailproof::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a folder cannot be opened, a key file cannot be read, or no thread can be started. Later errors are among
    /// the events.
    pub fn events(&self) -> Result<ProvenEvents, Error> {
        ProvenEvents::start(self.open()?, self.request.clone())
    }

    /// Opens the folders, and reads the keys.
    fn open(&self) -> Result<OwnedAccess, Error> {
        let limits = &self.request.limits;
        let mut source = DiskSource::new(limits.clone());
        for CopiedFolder { path, buckets } in &self.folders {
            source.mount_any(path, buckets.clone()).map_err(|e| {
                let message = format!("cannot open the folder {}", path.display());
                Error::new(ErrorKind::Input, message).because(e)
            })?;
        }
        let mut keys = KeyRing::default();
        for path in &self.keys {
            key_files::load(path, limits, &mut keys)?;
        }
        let places = Places::new(source.roots(), self.rules.clone());
        let keys: Box<dyn Keys + Send> = match self.keys.is_empty() {
            true => Box::new(NoKeys),
            false => Box::new(keys),
        };
        Ok(OwnedAccess {
            source: Box::new(source),
            places,
            keys,
            trails: None,
        })
    }

    fn empty() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Validation {
            request: Request {
                jobs: cores,
                chains_at_once: cores.min(CHAINS_AT_ONCE),
                ..Request::default()
            },
            folders: Vec::new(),
            keys: Vec::new(),
            rules: Vec::new(),
        }
    }

    fn add(mut self, path: PathBuf, buckets: Vec<String>) -> Self {
        self.folders.push(CopiedFolder { path, buckets });
        self
    }
}
