//! The causes of an error of the SDK, which wraps them many times.

use std::error::Error as StdError;
use std::io;

/// An error and its causes, the outermost first.
pub(super) fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'e (dyn StdError + 'static) = *error;
        match error.downcast_ref::<io::Error>() {
            // `source` of an `io::Error` skips the error that it wraps.
            Some(wrapper) => wrapper.get_ref().map(|e| e as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

/// The first error of a type in a chain of causes.
pub(super) fn find<'e, T: StdError + 'static>(
    error: &'e (dyn StdError + 'static),
) -> Option<&'e T> {
    causes(error).find_map(|error| error.downcast_ref::<T>())
}
