//! `trailproof events`: the records of proven logs, byte for byte, in the order of their delivery.
//!
//! ```text
//!  engine: log judged ──> EventStream::read     on workers: filters, EventFormat      (sink, filter)
//!                    └──> EventStream::ended    in the order of the digests: output   (order, stream)
//!  findings          ──> LogsWithout            what gives no events, and why          (without)
//!  EventFormat       ──> lines, csv, table, parquet (their columns), or numbers of events (count)
//! ```
//!
//! - A record of a log that is not proven is never written, unless such logs are requested: then each record says what
//!   is known about its log.
//! - Memory is bounded by the logs in hand: what waits for its turn goes to temporary files beyond a budget.

mod cell;
mod columns;
pub mod count;
pub mod csv;
mod doubtful;
pub mod filter;
pub mod lines;
mod order;
#[cfg(feature = "parquet")]
pub mod parquet;
mod rows;
pub mod sink;
pub mod stream;
pub mod table;
pub mod unreferenced;
pub mod without;
