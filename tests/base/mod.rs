//! Code that knows nothing of CloudTrail: inflating, and text that is safe to print.

mod gzip;
mod text;
