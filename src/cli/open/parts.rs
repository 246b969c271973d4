//! Opens the parts of a plan: what one machine would have read is answered from them.

use std::sync::Arc;

use jiff::Timestamp;

use super::disk::{available_cores, bucket_names, key_ring};
use super::request::{OpenedSource, ResolvedSource, SourceRequest};
use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;
use crate::commands::shard::opening::OpenedShard;
use crate::proof::keys::{Keys, NoKeys};
use crate::report::validation::v1::SourceKind;
use crate::source::Source as _;
use crate::source::parts::{PartSet, ReplayKeys, ReplaySource, ReplayTrails};
use crate::source::places::Places;
use crate::source::regional_keys::RegionalKeys;
use crate::source::trails::TrailApi;
use crate::validate::survey::trails::{LocatedTrails, locate};

/// Opens parts.
///
/// # Errors
/// If no part says how its source was opened, or a key file cannot be read.
pub(crate) fn open(
    request: &SourceRequest<'_>,
    parts: &Arc<PartSet>,
    now: Timestamp,
    limits: &Limits,
) -> Result<ResolvedSource, Error> {
    let opened = OpenedShard::replay(parts.as_ref()).ok_or_else(|| {
        let message = "no part says how its source was opened";
        Error::new(ErrorKind::Input, message)
            .hint("write the parts again with: trailproof shard run")
    })?;
    let on_disk = !request.source.path.is_empty();
    let source = ReplaySource::new(Arc::clone(parts));
    let keys: Box<dyn Keys> = match request.keys {
        [] if on_disk => Box::new(NoKeys),
        [] => Box::new(RegionalKeys::new(ReplayKeys::new(Arc::clone(parts)), now)),
        paths => Box::new(key_ring(paths, limits)?),
    };
    let trails = opened
        .has_trails
        .then(|| ReplayTrails::new(Arc::clone(parts)));
    let located = match &trails {
        Some(trails) => locate(trails, &request.scope.trail_arn),
        None => LocatedTrails::default(),
    };
    let (roots, map) = (source.roots(), request.map.to_vec());
    let mut buckets = match on_disk {
        true => bucket_names(&request.source.path, &request.source.s3_bucket),
        false => request.buckets(),
    };
    buckets.sort();
    buckets.dedup();
    Ok(ResolvedSource {
        opened: OpenedSource {
            places: match on_disk {
                true => Places::new(roots, map),
                false => Places::behind_access_points(roots, map),
            },
            source: Box::new(source),
            keys,
            trails: trails.map(|trails| Box::new(trails) as Box<dyn TrailApi>),
            caller: None,
            members: None,
            settings: None,
        },
        kind: match on_disk {
            true => SourceKind::Disk,
            false => SourceKind::S3,
        },
        buckets,
        located,
        left_out: opened.left_out(),
        now: (!on_disk).then_some(now),
        clock: None,
        jobs: request.jobs.map_or_else(available_cores, usize::from),
        bundle: None,
        inventories: Vec::new(),
    })
}
