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
//! [`BundleSource`](crate::source::bundle) answers the same questions from it. `report` shows what was collected, and
//! `check` whether a bundle is still as it was collected.

mod check;
pub mod collection;
pub mod custody;
pub mod estimate;
pub mod extra;
pub mod folder;
mod key_files;
mod kinds;
pub mod origins;
mod price;
pub mod recorder;
pub mod report;
pub mod resume;
pub mod seal;
mod settings;
pub mod store;
