//! AWS: sessions, services and what goes wrong on the way, against AWS on loopback.

mod endpoints;
mod error;
mod http;
mod identity;
mod keys;
mod loopback;
mod s3;
mod session;
mod trails;
