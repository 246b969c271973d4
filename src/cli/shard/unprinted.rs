//! What a run says where it made its file and cannot print so.

use std::path::Path;

use crate::base::error::Error;
use crate::cli::diagnose::warning;

/// Warns that nothing could be printed about a file. It is complete all the same, so the run did not fail: an engine
/// would start it again.
pub fn warn_unprinted(what: &str, path: &Path, error: &Error) {
    let causes = error.causes().iter().map(|cause| format!(": {cause}"));
    let causes: String = causes.collect();
    warning(&format!(
        "the {what} {} is complete, but {error}{causes}",
        path.display()
    ));
}
