//! Text for people: made safe to print, quoted for a shell, counted, grouped and joined in words. `decode` reads text
//! files as editors and shells write them.

mod clip;
mod decode;
mod escape;
mod grouped;
mod list;
mod plural;
mod quoted;
mod s3_uri;
mod sentence;
mod size;

pub use clip::clip;
pub use decode::decode;
pub use escape::{escape, is_unsafe};
pub use grouped::grouped;
pub use list::{and_more, counts};
pub use plural::{noun, one_or_many, plural};
pub use quoted::{cited, quoted};
pub use s3_uri::s3_uri;
pub use sentence::{capital, sentence};
pub use size::in_bytes;
