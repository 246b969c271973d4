//! Opens what the arguments refer to: a source, public keys and trails. `request` holds the
//! request and the result, `disk` opens a copy on disk, `bundle` a bundle, `parts` the parts
//! of a plan, `aws` signs in and opens buckets.

#[cfg(feature = "aws")]
pub(crate) mod aws;
pub(crate) mod bundle;
pub(crate) mod disk;
#[cfg(feature = "aws")]
mod inventory;
mod parts;
pub(crate) mod request;

use jiff::Timestamp;

use crate::base::cancel::CancelFlag;
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::cli::terminal::progress::Progress;
use request::{ResolvedSource, SourceRequest};

/// Opens the source: parts or a bundle if there are any, a copy on disk if there is a `--path`, else AWS. Shows what it does as progress.
///
/// # Errors
/// If the arguments contradict each other, or a file, a folder or AWS cannot be read.
pub(crate) fn open(
    request: &SourceRequest<'_>,
    now: Timestamp,
    limits: &Limits,
    stop: &CancelFlag,
    progress: &Progress,
) -> Result<ResolvedSource, Error> {
    if !request.inventory.places.is_empty() && !request.source.path.is_empty() {
        let message = "--inventory cannot be used with --path: a copy is listed as it is";
        return Err(Error::new(ErrorKind::Usage, message).hint("leave out --inventory"));
    }
    if let Some(parts) = request.parts {
        parts::open(request, parts, now, limits)
    } else if let Some(bundle) = request.bundle {
        bundle::open(request, bundle, limits, stop, progress)
    } else if request.source.path.is_empty() {
        open_in_aws(request, now, limits, stop, progress)
    } else {
        disk::open(request, limits)
    }
}

#[cfg(feature = "aws")]
use aws::open as open_in_aws;

/// Without the SDK there is only the disk.
#[cfg(not(feature = "aws"))]
fn open_in_aws(
    _: &SourceRequest<'_>,
    _: Timestamp,
    _: &Limits,
    _: &CancelFlag,
    _: &Progress,
) -> Result<ResolvedSource, Error> {
    let message = "this trailproof was built without AWS: give --path";
    Err(Error::new(ErrorKind::Usage, message))
}
