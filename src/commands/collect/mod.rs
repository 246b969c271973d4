//! `collect`: stores everything that a validation needs, so that it can be repeated without AWS.
//!
//! It runs the validation itself, over sources that record what they are asked and what they answer:
//!
//! ```text
//! S3, CloudTrail ──> recorder ──> the engine        the same questions as any validation asks
//!                       │
//!                       └──> store ──> files        written beside their places, synced, renamed
//! extra objects, buckets ──┘   └──> seal            custody.json, manifest.jsonl
//! ```
//!
//! So the bundle holds exactly what the proof needs, at the speed of a validation.
//! [`BundleSource`](crate::source::bundle) answers the same questions from it.

pub mod collection;
pub mod custody;
pub mod extra;
pub mod folder;
mod key_files;
pub mod origins;
pub mod recorder;
pub mod resume;
pub mod seal;
pub mod store;
