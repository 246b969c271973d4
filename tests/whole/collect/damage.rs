//! What happened to a bundle is found, and is never taken for what happened to a bucket.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::network::scenes::Scene;
use crate::support::collected::{Bundle, MANIFEST};
use crate::support::orderly::{in_parallel, orderly};
use crate::support::program::severity_codes;

/// What is done to one file of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    /// One bit in the middle is flipped.
    Flipped,
    /// The last third is missing.
    Cut,
    /// Nothing is left of it.
    Emptied,
    Deleted,
    /// It has the content of the next file, and the next one its content.
    Swapped,
    /// There is a copy of it under another name.
    Added,
}

const HARMS: [Harm; 6] = [
    Harm::Flipped,
    Harm::Cut,
    Harm::Emptied,
    Harm::Deleted,
    Harm::Swapped,
    Harm::Added,
];

/// A bundle that was harmed, and the paths that differ.
struct Harmed {
    bundle: Bundle,
    paths: BTreeSet<String>,
}

fn harmed(files: &BTreeMap<String, Vec<u8>>, path: &str, harm: Harm) -> Option<Harmed> {
    let mut changed = files.clone();
    let mut paths = BTreeSet::from([path.to_owned()]);
    let bytes = changed.get_mut(path).expect("a file");
    match harm {
        Harm::Flipped => {
            let middle = bytes.len() / 2;
            *bytes.get_mut(middle)? ^= 4;
        }
        Harm::Cut => bytes.truncate(bytes.len() * 2 / 3),
        Harm::Emptied => bytes.clear(),
        Harm::Deleted => drop(changed.remove(path)),
        Harm::Swapped => {
            // The next file of the same folder if it has one, so that it is of the same kind.
            let other = files.range(path.to_owned()..).nth(1)?.0.clone();
            let (one, two) = (files[path].clone(), files[&other].clone());
            changed.insert(path.to_owned(), two);
            changed.insert(other.clone(), one);
            paths.insert(other);
        }
        Harm::Added => {
            let bytes = bytes.clone();
            let copy = match path.strip_suffix(".json.gz") {
                Some(log) => format!("{log}0.json.gz"),
                None => format!("{path}.copy"),
            };
            changed.insert(copy.clone(), bytes);
            paths = BTreeSet::from([copy]);
        }
    }
    // Two files with the same content can be swapped unnoticed, and an empty one cannot be emptied.
    let differs = |path: &String| changed.get(path) != files.get(path);
    paths.retain(differs);
    (!paths.is_empty()).then(|| Harmed {
        bundle: Bundle::of_files(&changed),
        paths,
    })
}

/// What is wrong with what is said of a harmed bundle.
fn complaint(original: &str, harmed: &Harmed, path: &str) -> Option<String> {
    let touches_manifest = harmed.paths.contains(MANIFEST);
    // The manifest does not list itself: only its hash shows that it is another one.
    let check = match touches_manifest {
        true => harmed.bundle.check_by(original),
        false => harmed.bundle.check(),
    };
    let shown = |text: &str| {
        let missing = harmed.paths.iter().find(|path| !text.contains(*path));
        missing.cloned()
    };
    if touches_manifest {
        // Its lines may have become invalid, or be all gone.
        if !matches!(check.code, 1 | 2) {
            return Some(format!("--check: exit {}", check.code));
        }
    } else {
        if check.code != 1 {
            return Some(format!("--check: exit {}: {}", check.code, check.stderr));
        }
        let all = check.stdout.clone() + &check.stderr;
        if let Some(path) = shown(&all) {
            return Some(format!("--check does not show {path}: {all}"));
        }
    }
    let args = ["--manifest-sha256", original];
    let run = harmed.bundle.validate(&args);
    orderly(&run, path);
    let is_gone = !harmed.bundle.path().join("custody.json").exists();
    if touches_manifest || is_gone {
        // Another manifest was given than the one that is here; or it is not a bundle any more.
        return (run.code != 2).then(|| format!("exit {}: {}", run.code, run.stderr));
    }
    if run.code == 2 {
        let custody = harmed.paths.contains("custody.json");
        return (!custody).then(|| run.stderr.clone());
    }
    let report: Value = serde_json::from_str(&run.stdout).expect("a report");
    let codes = severity_codes(&report);
    let accuses = codes.iter().any(|code| code.starts_with("failed"));
    let is_found = codes.iter().any(|code| code == "unproven bundle-altered");
    if accuses || !is_found || run.code != 4 || report["verdict"] != "unproven" {
        return Some(format!("exit {}: {codes:?}", run.code));
    }
    None
}

#[test]
fn every_file_of_a_bundle_changed_in_every_way_is_found_and_accuses_nobody() {
    let scope: Vec<&str> = Scene::Stopped.args()[3..].to_vec();
    let stopped = Bundle::collected(Scene::Stopped.stage(), &scope);
    let intact = Bundle::collected(Scene::Intact.stage(), &Scene::Intact.args()[3..]);
    for (name, bundle) in [("stopped", stopped), ("intact", intact)] {
        let (files, hash) = (bundle.files(), bundle.hash());
        assert_eq!(bundle.check().code, 0);
        let (_, clean) = bundle.pinned(&[""; 0]);
        assert!(
            !severity_codes(&clean)
                .iter()
                .any(|c| c.starts_with("failed"))
        );
        let cells: Vec<(&String, Harm)> = files
            .keys()
            .flat_map(|path| HARMS.map(|harm| (path, harm)))
            .collect();
        let (ran, wrong) = (std::sync::Mutex::new(0), std::sync::Mutex::new(Vec::new()));
        in_parallel(&cells, |&(path, harm)| {
            let Some(harmed) = harmed(&files, path, harm) else {
                return;
            };
            *ran.lock().expect("no holder has panicked") += 1;
            if let Some(said) = complaint(&hash, &harmed, path) {
                let line = format!("{name}: {path}: {harm:?}: {said}");
                wrong.lock().expect("no holder has panicked").push(line);
            }
        });
        let wrong = wrong.into_inner().expect("no holder has panicked");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let ran = ran.into_inner().expect("no holder has panicked");
        assert!(ran > files.len() * 4, "{ran} of {}", cells.len());
    }
}
