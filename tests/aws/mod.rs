//! AWS: sessions, services and what goes wrong on the way, against AWS on loopback.

mod answers;
mod error;
mod http;
mod identity;
mod loopback;
mod s3;
mod session;
mod trails;
