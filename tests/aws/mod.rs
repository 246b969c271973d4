//! AWS: sessions, services and what goes wrong on the way, against AWS on loopback.

#[cfg(feature = "aws")]
mod endpoints;
mod error;
mod http;
mod identity;
#[cfg(feature = "aws")]
mod keys;
mod loopback;
mod s3;
mod session;
mod trails;
