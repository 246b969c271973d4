//! What a scheduled check remembers between its runs: `trailproof.state/v1`.

pub mod v1;
