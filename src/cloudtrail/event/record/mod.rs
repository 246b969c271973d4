//! Reads CloudTrail's records, and keeps those that concern trails or the objects they have stored.
//!
//! A log is `{"Records":[…]}`, up to hundreds of megabytes of JSON, so it is read as a stream that holds one
//! record at a time. Few records are wanted: most are skipped as soon as their source and name are known.
//!
//! ```text
//! stream      JSON -> one record at a time -> Event
//!   raw       the members of a record that are read  (member: their names, parameters: those of the request)
//!   kind      eventSource and eventName -> the kind of call, if it is wanted
//!   convert   a raw record of that kind -> Event
//! ```

mod convert;
mod kind;
mod member;
mod parameters;
mod raw;
mod stream;

pub use stream::{FoundEvents, Records, read, read_in_place, read_one};
