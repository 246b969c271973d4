//! A bundle: what `trailproof collect` secures, so that a validation can be repeated without AWS and without a
//! network. It holds the answer to every question that a validation asked: objects as stored, listings, public
//! keys, and CloudTrail's answers.
//!
//! ```text
//! manifest.jsonl              one line per file, in the order of the bytes of their paths
//! custody.json                who collected what, when, and with which program
//! s3/BUCKET/KEY               an object as stored, and beside it KEY.head.json
//! other/HEX                   the same for a key that cannot be a path
//! unread/HEX.json             an object that could not be read, and why
//! listings/HEX.jsonl          one listing, with its question in the first line
//! keys/REGION.json            the answers of ListPublicKeys
//! cloudtrail/OPERATION….json  the answers of CloudTrail to one question
//! bucket/BUCKET.json          the properties of a bucket
//! recovered/BUCKET/KEY@ID     a version that was examined; versions/HEX.json: the versions of one key
//! ```
//!
//! Everything in a bundle is input from outside. [`layout`] gives the paths, [`record`] the types of the small
//! files, and [`question`] what CloudTrail was asked.

mod answers;
pub mod check;
pub mod custody;
pub mod describe;
mod files;
pub mod keys;
pub mod kind;
pub mod layout;
mod listings;
pub mod manifest;
pub mod near;
pub mod question;
pub mod record;
pub mod replay;
pub mod trails;
pub mod unfinished;
