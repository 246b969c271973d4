//! Folders as maps from paths to contents.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every file and link below a folder, by relative path.
pub fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("an entry").path();
            let name = path
                .strip_prefix(dir)
                .expect("below")
                .to_str()
                .expect("UTF-8")
                .to_owned();
            let kind = path.symlink_metadata().expect("metadata").file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_symlink() {
                let target = fs::read_link(&path).expect("a link");
                files.insert(name, format!("-> {}", target.display()).into_bytes());
            } else {
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// Writes files below a folder, by relative path.
pub fn write_tree(dir: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in files {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
}
