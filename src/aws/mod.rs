//! Reaching AWS: who we are, over which connections, and what an answer that is none means.
//! Everything of the SDK is here, in [`crate::aws::s3`], [`crate::aws::keys`] and
//! [`crate::aws::trails`]; its runtime is private to them.

mod clock;
mod endpoints;
mod error;
mod http;
mod identity;
#[cfg(feature = "aws")]
pub mod keys;
mod runtime;
#[cfg(feature = "aws")]
pub mod s3;
mod session;
#[cfg(feature = "aws")]
pub mod trails;

pub(crate) use clock::Clock;
pub(crate) use error::{Ask, bucket_region, trouble};
pub use http::{Http, HttpSettings};
pub use runtime::Runtime;
pub use session::{Session, SessionSettings};
