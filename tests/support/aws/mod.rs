//! AWS on loopback: S3, CloudTrail, Organizations and STS for one forged world, with faults on
//! order and a log of every call.
//!
//! S3 is served by `s3s`, which checks signatures as S3 does. The other services read only the
//! access key and the region of a signature, and do not verify it.

pub mod accounts;
pub mod body;
pub mod calls;
pub mod cloud;
pub mod cloudtrail;
pub mod control;
pub mod faults;
pub mod faulty;
pub mod front;
pub mod gate;
pub mod history;
pub mod keeping;
pub mod listing;
pub mod lookup;
pub mod loopback;
pub mod percent;
pub mod proxy;
pub mod refusal;
pub mod s3;
pub mod s3_call;
pub mod scope;
pub mod server;
pub mod shared;
pub mod tls;
pub mod trails;
pub mod worker;

pub use accounts::{MemberAccount, Organization};
pub use calls::{Call, Service};
pub use faults::{Answer, Fault};
pub use keeping::{Keeping, Retention};
pub use loopback::{ACCESS_KEY, Loopback, SECRET_KEY};
pub use proxy::Proxy;
pub use tls::Ca;
pub use trails::{TrailConfig, TrailStatus};
