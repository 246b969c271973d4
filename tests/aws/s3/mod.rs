//! S3: how objects are listed and read.

mod flight;
