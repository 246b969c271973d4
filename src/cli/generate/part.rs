//! The files that make a schedule or a set of jobs: how they are named, filled and written.

use std::fs;
use std::path::Path;

use askama::Template;

use crate::base::error::{Error, ErrorKind};
use crate::cli::diagnose::note;

/// The IAM policy, as a file.
pub const POLICY: &str = "policy.json";
/// Who may take a role, as a file.
pub const TRUST: &str = "trust.json";
/// Who may take the role of a pod.
pub const POD_TRUST: &str = include_str!("trust-pods.json");

/// A file of what is generated.
pub struct Part {
    pub name: &'static str,
    pub text: String,
}

impl Part {
    /// A file that ends with a line break.
    pub fn new(name: &'static str, mut text: String) -> Self {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Part { name, text }
    }
}

/// Fills a template.
///
/// # Errors
/// If it cannot be filled.
pub fn filled(template: &impl Template) -> Result<String, Error> {
    let filled = template.render();
    filled.map_err(|e| Error::new(ErrorKind::Internal, "cannot fill the template").because(e))
}

/// Checks the name of a container image.
///
/// # Errors
/// If it is none.
pub fn check_image(image: &str) -> Result<(), Error> {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b);
    if !image.is_empty() && image.bytes().all(is_name) {
        return Ok(());
    }
    let message = "--image is not the name of an image";
    Err(Error::new(ErrorKind::Usage, message)
        .hint("give one such as registry.example.com/trailproof:0.1.0"))
}

/// Writes each part into a file of its own.
///
/// # Errors
/// If one cannot be written.
pub fn write_all(folder: &Path, parts: &[Part]) -> Result<(), Error> {
    for part in parts {
        let path = folder.join(part.name);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, &part.text))
            .map_err(|e| {
                let message = format!("cannot write {}", path.display());
                Error::new(ErrorKind::Output, message).because(e)
            })?;
        note(&format!("wrote {}", path.display()));
    }
    Ok(())
}
