//! The commands `trails`, `explain`, `doctor`, `collect`, `timeline`, `history` and `shard`, and the state of a scheduled `validate`.

pub mod collect;
pub mod doctor;
pub mod events;
pub mod explain;
pub mod history;
pub mod shard;
pub mod state;
pub mod timeline;
pub mod trails;
pub mod watchlist;
