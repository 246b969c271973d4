//! Code that knows nothing of CloudTrail: inflating, text that is safe to print, and times as people write them.

mod gzip;
mod text;
mod written;
