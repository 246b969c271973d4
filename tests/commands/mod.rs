//! The commands besides `validate`.

mod collect;
#[cfg(feature = "aws")]
mod doctor;
mod events;
mod explain;
mod history;
mod trails;
mod watchlist;
