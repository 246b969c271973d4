//! The plan of a validation that several machines share: `trailproof.plan/v1`.

pub mod text;
pub mod v1;
