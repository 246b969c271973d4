//! AWS: buckets, public keys and trails, through the AWS SDK.
//!
//! Only this room uses the SDK, and no type of it leaves. Callers are synchronous: [`Runtime`] runs the
//! SDK's futures and stops them when the run is cancelled.
//!
//! ```text
//! Runtime, Http ──> Session ──> s3::S3Source          Source, Buckets
//!                               keys::SessionKeys     PublicKeyApi
//!                               trails::SessionTrails TrailApi
//! ```
//!
//! A caller gets final results. Retries (`session`), redirects to the region of a bucket (`s3`), bodies that
//! break off (`s3::body`) and answers in pages (`pages`) are handled here, and every answer is bounded. An answer
//! that would accuse somebody is requested once more on a new connection (`connection`). One without a request
//! id of AWS is not an answer of AWS (`foreign`). `bounds` says how long each wait may take, and when no further
//! request is made to a source; `contact` and `health` apply it. `rate` bounds the requests per second. `probe` finds out first whether anything can be
//! reached at all. What remains is a
//! [`GetError`](crate::source::GetError), made by `error::get_error`: missing, denied, throttled, no
//! credentials, or another failure. It never becomes a finding here.
//!
//! Start reading at [`Session::open`], then `s3/mod.rs`.

mod address;
mod answer;
mod bounds;
mod cause;
mod clock;
mod cloudtrail_call;
mod connection;
mod contact;
mod credentials;
mod endpoints;
mod environment;
mod error;
mod foreign;
mod health;
mod http;
mod identity;
#[cfg(feature = "aws")]
pub mod keys;
mod no_credentials;
mod organizations;
mod pages;
mod probe;
mod rate;
mod runtime;
#[cfg(feature = "aws")]
pub mod s3;
mod session;
#[cfg(feature = "aws")]
pub mod trails;
mod variables;

pub(crate) use address::is_address;
pub(crate) use clock::{Clock, agreed};
pub(crate) use error::{RequestContext, bucket_region, get_error, is_of_s3};
pub(crate) use foreign::OnlyOfAws;
pub use http::{Http, HttpSettings};
pub use runtime::Runtime;
pub use session::{Session, SessionSettings};
