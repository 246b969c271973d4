//! Bundles that no collection wrote: folders of files with a manifest.

use std::fs;
use std::path::Path;

use serde_json::json;
use trailproof::base::sha256::Sha256;

/// Writes a file of a bundle, and the folders above it.
pub fn put(dir: &Path, path: &str, bytes: &[u8]) {
    let at = dir.join(path);
    fs::create_dir_all(at.parent().expect("a folder")).expect("folders");
    fs::write(at, bytes).expect("a file");
}

/// The line of a file in a manifest.
pub fn line(path: &str, bytes: &[u8]) -> String {
    let line = json!({
        "path": path,
        "size": bytes.len(),
        "sha256": Sha256::of(bytes).to_string(),
        "from": null,
        "at": null,
    });
    format!("{line}\n")
}

/// Writes the manifest of all files in a folder, and gives its hash.
pub fn seal(dir: &Path) -> String {
    let mut paths = Vec::new();
    collect(dir, "", &mut paths);
    paths.retain(|path| path != "manifest.jsonl");
    paths.sort();
    let lines = paths.iter().map(|path| {
        let bytes = fs::read(dir.join(path)).expect("a file");
        line(path, &bytes)
    });
    let manifest: String = lines.collect();
    fs::write(dir.join("manifest.jsonl"), &manifest).expect("a manifest");
    Sha256::of(manifest.as_bytes()).to_string()
}

fn collect(dir: &Path, prefix: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = format!("{prefix}{}", entry.file_name().to_str().expect("UTF-8"));
        match entry.file_type().expect("a type").is_dir() {
            true => collect(&entry.path(), &format!("{path}/"), paths),
            false => paths.push(path),
        }
    }
}
