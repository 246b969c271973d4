//! Seeds: files of `testdata/`, and what the forge makes.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use flate2::read::GzDecoder;

use super::targets::FuzzTarget;

/// Most files of one kind.
const MOST: usize = 24;

/// The folder of the inputs that were findings, below that of the test data.
const FINDINGS: &str = "fuzz";

/// The folder of the package, also for the one in `.fuzz`.
pub fn package() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    match here.ends_with(".fuzz") {
        true => here.parent().expect("a folder above").to_owned(),
        false => here.to_owned(),
    }
}

/// Every file of the test data but the findings, by its path below the folder, in order.
static FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
    fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name();
            let path = format!("{prefix}{}", name.to_str().expect("UTF-8"));
            match entry.file_type().expect("a type").is_dir() {
                true if path == FINDINGS => {}
                true => walk(&entry.path(), &format!("{path}/"), files),
                false => files.push(path),
            }
        }
    }
    let mut files = Vec::new();
    walk(&package().join("testdata"), "", &mut files);
    files.sort();
    files
});

/// The paths in the test data that a target takes, some of many.
pub fn paths(is_taken: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let all: Vec<&str> = FILES.iter().map(String::as_str).collect();
    let taken: Vec<&str> = all.into_iter().filter(|path| is_taken(path)).collect();
    let step = taken.len().div_ceil(MOST).max(1);
    taken.into_iter().step_by(step).collect()
}

/// The files in the test data that a target takes, some of many.
pub fn files(is_taken: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let paths = paths(is_taken).into_iter();
    paths
        .map(|path| fs::read(package().join("testdata").join(path)).expect("a file"))
        .collect()
}

/// A file of the package.
pub fn stored(path: &str) -> Vec<u8> {
    fs::read(package().join(path)).expect(path)
}

/// The contents of the bodies that are gzip.
pub fn inflated(bodies: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let content = |body: &Vec<u8>| {
        let mut content = Vec::new();
        let read = GzDecoder::new(body.as_slice()).read_to_end(&mut content);
        read.ok().map(|_| content)
    };
    bodies.iter().filter_map(content).collect()
}

/// Whether a path is that of a log or digest of a kind.
pub fn is_object(path: &str, folder: &str) -> bool {
    path.contains(&format!("/{folder}/")) && path.ends_with(".json.gz")
}

/// The inputs that were findings of a target.
fn findings(target: &str) -> Vec<Vec<u8>> {
    let folder = package().join("testdata").join(FINDINGS).join(target);
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    let read = paths
        .into_iter()
        .map(|path| fs::read(path).expect("a file"));
    read.collect()
}

/// All seeds of a target: those of the test data and of the forge, and the inputs that were findings.
pub fn seeds_of(target: &FuzzTarget) -> Vec<Vec<u8>> {
    let mut seeds = (target.seeds)();
    seeds.retain(|seed| seed.len() <= target.longest);
    seeds.push(Vec::new());
    seeds.extend(findings(target.name));
    seeds
}
