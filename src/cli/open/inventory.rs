//! Opens S3 Inventory reports, which are read instead of listing the older logs of their buckets.

use std::io::Read as _;

use jiff::Timestamp;

use crate::aws::s3::S3Source;
use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cli::args::shared::inventory::InventoryPlace;
use crate::cli::open::request::GivenInventories;
use crate::cli::seed::random_seed;
use crate::cli::terminal::progress::{Phase, Progress};
use crate::source::inventory::{
    FolderFiles, InventoryError, InventoryListing, InventoryManifest, SORTED_AT_ONCE, SortedRows,
    SourceFiles, collect, compare_sample,
};
use crate::source::key_files::read_bounded;
use crate::source::places::{MapRule, bucket_behind};
use crate::source::{GetError, RootId, Source};
use crate::validate::request::inventory::KnownInventory;

/// The inventories of some buckets.
#[derive(Default)]
pub(super) struct OpenedInventories {
    /// Their rows, by the roots of their buckets.
    pub listings: Vec<(RootId, InventoryListing)>,
    /// What is known of them.
    pub known: Vec<KnownInventory>,
}

/// What the rows of inventories belong to.
pub(super) struct InventoryScope<'a> {
    /// The buckets.
    pub source: &'a S3Source,
    pub map: &'a [MapRule],
    /// No inventory is newer.
    pub now: Timestamp,
    /// Opens another bucket: that with the files of an inventory.
    pub open_bucket: &'a dyn Fn(&str) -> S3Source,
    pub limits: &'a Limits,
    pub stop: &'a CancelFlag,
}

/// Reads all rows of inventories, and compares a sample of each with S3.
///
/// # Errors
/// If one cannot be read, or is of a bucket that is not.
pub(super) fn open(
    given: GivenInventories<'_>,
    scope: &InventoryScope<'_>,
    progress: &Progress,
) -> Result<OpenedInventories, Error> {
    let mut opened = OpenedInventories::default();
    if given.places.is_empty() {
        return Ok(opened);
    }
    // Whoever wrote an inventory must not know which part is compared.
    let seed = given
        .seed
        .map_or_else(random_seed, |seed| Ok(seed.to_owned()))?;
    for place in given.places {
        progress.enter(Phase::ReadingInventory);
        let manifest = manifest(place, scope)?;
        let root = root_of(&manifest.bucket, place, scope)?;
        if opened.listings.iter().any(|(of, _)| *of == root) {
            let message = format!("two inventories of bucket {} are given", manifest.bucket);
            let error = Error::new(ErrorKind::Usage, message);
            return Err(error.hint("give only the latest one"));
        }
        let listing = InventoryListing {
            rows: rows(&manifest, place, scope)?,
            created: manifest.created.min(scope.now),
        };
        let compared = compare_sample(&listing, (scope.source, root), &seed, scope.limits);
        opened.known.push(KnownInventory {
            place: place.to_string(),
            bucket: manifest.bucket,
            created: listing.created,
            first_listed: listing.first_listed(),
            objects: listing.rows.count(),
            compared,
        });
        opened.listings.push((root, listing));
    }
    Ok(opened)
}

/// The root of the bucket that an inventory lists.
fn root_of(
    bucket: &str,
    place: &InventoryPlace,
    scope: &InventoryScope<'_>,
) -> Result<RootId, Error> {
    let is_of = |name: &String| name == bucket || bucket_behind(name, scope.map) == Some(bucket);
    let roots = scope.source.roots();
    let root = roots.iter().find(|root| root.buckets.iter().any(is_of));
    root.map(|root| root.id).ok_or_else(|| {
        let message = format!("{place} is an inventory of bucket {bucket}, which is not read");
        Error::new(ErrorKind::Usage, message)
            .hint("give the inventory of the bucket that is validated")
    })
}

/// Reads a manifest.
fn manifest(
    place: &InventoryPlace,
    scope: &InventoryScope<'_>,
) -> Result<InventoryManifest, Error> {
    let text = match place {
        InventoryPlace::Disk(path) => read_bounded(path, scope.limits.inventory_manifest)?,
        InventoryPlace::S3(bucket, key) => {
            let source = (scope.open_bucket)(bucket);
            let text = manifest_text(&source, key, scope.limits);
            text.map_err(|error| unread(place, &error))?
        }
    };
    InventoryManifest::parse(&text).map_err(|error| unread(place, &error))
}

/// Reads and sorts the rows.
fn rows(
    manifest: &InventoryManifest,
    place: &InventoryPlace,
    scope: &InventoryScope<'_>,
) -> Result<SortedRows, Error> {
    let limits = (scope.limits, SORTED_AT_ONCE);
    let rows = match place {
        InventoryPlace::Disk(path) => collect(manifest, &FolderFiles::of(path), limits, scope.stop),
        InventoryPlace::S3(..) => {
            let files = SourceFiles {
                source: &(scope.open_bucket)(&manifest.destination),
                root: RootId(0),
            };
            collect(manifest, &files, limits, scope.stop)
        }
    };
    rows.map_err(|error| match error {
        InventoryError::Cancelled(reason) => Error::cancelled(reason),
        error => unread(place, &error),
    })
}

fn unread(place: &InventoryPlace, why: &dyn std::fmt::Display) -> Error {
    let message = format!("cannot read the inventory {place}");
    Error::new(ErrorKind::Input, message)
        .because(why)
        .hint("give the manifest.json of an S3 Inventory report, or leave out --inventory to list the bucket")
}

fn manifest_text(source: &S3Source, key: &str, limits: &Limits) -> Result<Vec<u8>, GetError> {
    let object = source.get(RootId(0), key, false)?;
    if let Some(doubt) = object.doubt {
        return Err(doubt);
    }
    let mut text = Vec::new();
    let mut body = object.body.take(limits.inventory_manifest + 1);
    body.read_to_end(&mut text).map_err(GetError::from_body)?;
    match text.len() as u64 > limits.inventory_manifest {
        true => {
            let most = limits.inventory_manifest;
            Err(GetError::Io(format!("it has more than {most} bytes")))
        }
        false => Ok(text),
    }
}
