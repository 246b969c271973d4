//! AWS: sessions, services and their errors, against AWS on loopback.

mod answers;
mod bounds;
mod clock;
mod credentials;
mod endpoints;
mod environment;
mod error;
mod http;
mod identity;
mod inventory;
mod kept_answers;
mod keys;
mod loopback;
mod organizations;
mod rate;
mod s3;
mod sdk_answers;
mod session;
mod trails;
