//! Many runs at once, each of which must end in order.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::program::Run;

/// Runs a check of each case on several threads.
pub fn in_parallel<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            check(case);
        }
    };
    thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
}

/// Asserts that a run ended in order, and gives its exit status.
pub fn orderly(run: &Run, what: &str) -> i32 {
    let Run { code, stderr, .. } = run;
    assert!(matches!(code, 0 | 2 | 3 | 4), "{what}: {code}: {stderr}");
    for words in ["panicked", "internal error", "backtrace"] {
        assert!(!stderr.contains(words), "{what}: {stderr}");
    }
    let unsafe_characters = stderr.chars().any(|c| c.is_control() && c != '\n');
    assert!(!unsafe_characters, "{what}: {stderr:?}");
    *code
}

/// Writes a line to standard error, where whoever runs the tests sees it.
pub fn note(line: &str) {
    // Nobody may be there to read it.
    let _ = writeln!(std::io::stderr(), "{line}");
}
