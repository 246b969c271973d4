//! The files by which a bundle is known, in a folder and in an archive of one.

use std::collections::BTreeSet;

/// The list of all other files of a bundle.
pub const MANIFEST: &str = "manifest.jsonl";
/// Who collected what, when, and with which program.
pub const CUSTODY: &str = "custody.json";

/// Whether any folder among the paths of files is a bundle: it has both files.
pub fn hold_bundle<'p>(paths: impl Iterator<Item = &'p str>) -> bool {
    let mut folders = [BTreeSet::new(), BTreeSet::new()];
    for path in paths {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name {
            MANIFEST => folders[0].insert(folder),
            CUSTODY => folders[1].insert(folder),
            _ => continue,
        };
    }
    !folders[0].is_disjoint(&folders[1])
}

#[cfg(test)]
mod tests {
    use super::hold_bundle;

    #[test]
    fn both_files_in_one_folder_are_a_bundle() {
        let holds = |paths: &[&str]| hold_bundle(paths.iter().copied());
        assert!(holds(&["custody.json", "manifest.jsonl", "s3/b/k"]));
        assert!(holds(&["a/b/manifest.jsonl", "a/b/custody.json"]));
        assert!(!holds(&["a/manifest.jsonl", "b/custody.json"]));
        assert!(!holds(&["custody.json", "manifest.json"]));
    }
}
