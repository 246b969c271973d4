//! `trailproof collect`: bundles of evidence.
pub(crate) mod run;
