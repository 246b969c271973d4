//! AWS on loopback: S3, CloudTrail, Organizations and STS for one forged world, with faults on
//! order and a log of every call.
//!
//! S3 is served by `s3s`, which checks signatures as S3 does. The other services tell only the
//! access key and the region of a signature, and do not verify it.

mod accounts;
mod body;
mod calls;
mod cloud;
mod cloudtrail;
mod control;
mod faults;
mod front;
mod gate;
mod keeping;
mod listing;
mod lookup;
mod loopback;
mod percent;
mod proxy;
mod refusal;
mod s3;
mod s3_call;
mod scope;
mod server;
mod shared;
mod tls;
mod trails;
mod worker;

pub use accounts::Organization;
pub use calls::{Call, Service};
pub use faults::{Answer, Fault};
pub use keeping::{Keeping, Retention};
pub use loopback::{ACCESS_KEY, Loopback, SECRET_KEY};
pub use proxy::Proxy;
pub use tls::Ca;
pub use trails::{TrailConfig, TrailStatus};
