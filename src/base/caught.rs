//! Panics of libraries on odd input, turned into errors. No state of ours may be involved.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// Whether a panic of this thread is caught here.
    static CATCHES: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is caught and becomes an error.
pub fn is_caught() -> bool {
    CATCHES.get()
}

/// Does some work of a library.
///
/// # Errors
/// The message of its panic.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = CATCHES.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    CATCHES.set(outer);
    done.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("no message").to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::{caught, is_caught};

    #[test]
    fn a_panic_becomes_its_message_and_is_caught_only_there() {
        assert!(!is_caught());
        assert_eq!(caught(is_caught), Ok(true));
        assert_eq!(
            caught(|| assert_eq!(1, 2, "odd")).map_err(|e| e.contains("odd")),
            Err(true)
        );
        assert_eq!(
            caught(|| assert!(!is_caught(), "as it is")),
            Err("as it is".into())
        );
        assert!(!is_caught());
    }
}
