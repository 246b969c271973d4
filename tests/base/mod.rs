//! What needs no CloudTrail: inflating, and text that is safe to print.

mod gzip;
mod text;
