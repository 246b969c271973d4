//! Why an inventory cannot be read.

use std::fmt;
use std::io;

use crate::base::cancel::CancelReason;
use crate::base::error::words;
use crate::base::text::escape;
use crate::source::GetError;

/// Why an inventory cannot be read. Then nothing is validated: its user expects that it is used.
#[derive(Debug)]
pub enum InventoryError {
    /// The manifest is not one of S3 Inventory, for this reason.
    NotManifest(String),
    /// Its files have a format that is not read, and what to do.
    Format(&'static str),
    /// A file of the inventory cannot be opened or read.
    Unread {
        /// Its key.
        file: String,
        /// Why.
        error: GetError,
    },
    /// A file of the inventory is not as its manifest says, or its rows are not valid.
    Invalid {
        /// Its key.
        file: String,
        /// Why.
        why: String,
    },
    /// The temporary files of its rows cannot be written or read.
    Temporary(io::Error),
    /// It is larger than a bound allows, in a sentence.
    TooLarge(String),
    /// The run was ended while it was read.
    Cancelled(CancelReason),
}

impl InventoryError {
    /// A file that is not valid.
    pub(super) fn invalid(file: &str, why: impl fmt::Display) -> Self {
        InventoryError::Invalid {
            file: file.to_owned(),
            why: why.to_string(),
        }
    }

    /// The error of a body while it was read.
    pub(super) fn body(file: &str, error: io::Error) -> Self {
        let is_of_source = error.get_ref().is_some_and(|inner| inner.is::<GetError>());
        match is_of_source {
            true => InventoryError::Unread {
                file: file.to_owned(),
                error: GetError::from_body(error),
            },
            false => InventoryError::invalid(file, words(&error)),
        }
    }
}

impl fmt::Display for InventoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InventoryError::NotManifest(why) => {
                write!(f, "it is not the manifest of an S3 Inventory: {why}")
            }
            InventoryError::Format(why) => f.write_str(why),
            InventoryError::Unread { file, error } => {
                write!(f, "its file {} cannot be read: {error}", escape(file))
            }
            InventoryError::Invalid { file, why } => {
                write!(f, "its file {} is not valid: {}", escape(file), escape(why))
            }
            InventoryError::Temporary(error) => f.write_str(&words(error)),
            InventoryError::TooLarge(why) => f.write_str(why),
            InventoryError::Cancelled(reason) => write!(f, "{reason} came while it was read"),
        }
    }
}

impl std::error::Error for InventoryError {}
