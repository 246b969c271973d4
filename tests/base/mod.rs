//! Code that knows nothing of CloudTrail: inflating, text that is safe to print, and times as people write them.

mod gzip;
mod limits;
mod sha256;
mod text;
mod time;
mod written;
