//! Reaching AWS: who we are, over which connections, and what an answer that is none means.
//! Everything of the SDK is here, in [`crate::source::s3`], [`crate::keys::aws`] and
//! [`crate::trails::aws`]; its runtime is private to them.

mod clock;
mod endpoints;
mod engine;
mod http;
mod identity;
mod session;
mod trouble;

pub(crate) use clock::Clock;
pub use engine::Engine;
pub use http::{Http, HttpSettings};
pub use session::{Session, Settings};
pub(crate) use trouble::{Ask, bucket_region, trouble};
