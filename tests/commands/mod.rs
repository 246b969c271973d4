//! The commands besides `validate`.

#[cfg(feature = "aws")]
mod doctor;
mod explain;
mod trails;
