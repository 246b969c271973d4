//! Which room may use which: the paths that each source names are read and held against its floor.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::program::root;

/// The rooms under `src/`, each with its floor. A room uses itself and the rooms on lower floors.
const FLOORS: &[(&str, u8)] = &[
    ("cli", 7),
    ("commands", 6),
    ("validate", 5),
    ("aws", 5),
    ("report", 4),
    ("source", 4),
    ("proof", 3),
    ("cloudtrail", 2),
    ("base", 1),
];

/// Rooms that know no clock, environment, file system or network.
const PURE: &[&str] = &["base", "cloudtrail", "proof", "report"];

/// What a pure room must not name.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "Timestamp::now",
    "Zoned::now",
    "TimeZone::system",
    "rustix",
    "tempfile",
    "tokio",
    "rayon",
    "File::",
];

/// The one buffer of the pure rooms that may go to an unlinked temporary file.
const SPOOL: &str = "base/spool";

/// The crates of the AWS SDK, and the runtime that they need.
const SDK: &[&str] = &[
    "aws_config",
    "aws_credential_types",
    "aws_sdk_",
    "aws_smithy_",
    "aws_types",
    "tokio::",
];

/// What only the command line may do: print, exit, read the environment.
const FOR_THE_COMMAND_LINE: &[&str] = &[
    "print!(",
    "println!(",
    "eprint!(",
    "eprintln!(",
    "process::exit",
    "env::var",
    "stdout()",
    "stderr()",
];

/// One file below `src/`.
struct Module {
    /// Its path below `src/`, without its ending.
    name: String,
    /// Its code, without comments and unit tests.
    code: String,
}

impl Module {
    fn read(path: &Path) -> Module {
        let below = path.strip_prefix(root().join("src")).expect("below src");
        let name = below.with_extension("").to_str().expect("UTF-8").to_owned();
        let text = fs::read_to_string(path).expect("a source");
        let text = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .expect("a part");
        let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        Module { name, code }
    }

    /// The folder or file directly below `src/` that it belongs to.
    fn room(&self) -> &str {
        self.name.split('/').next().expect("a part")
    }

    /// The path of its module within the crate.
    fn module(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.name.split('/').collect();
        if parts.last() == Some(&"mod") {
            parts.pop();
        }
        parts
    }

    /// The rooms that its code names.
    fn uses(&self) -> BTreeSet<&str> {
        let mut rooms = BTreeSet::new();
        for (at, found) in self.code.match_indices("crate::") {
            rooms.insert(identifier(&self.code[at + found.len()..]));
        }
        for (at, _) in self.code.match_indices("super::") {
            if self.code[..at].ends_with("super::") {
                continue;
            }
            let mut rest = &self.code[at..];
            let mut module = self.module();
            while let Some(after) = rest.strip_prefix("super::") {
                rest = after;
                module.pop();
            }
            rooms.insert(module.first().copied().unwrap_or_else(|| identifier(rest)));
        }
        rooms
    }
}

/// The identifier that a text begins with.
fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// The files of the library below `src/`.
fn modules() -> Vec<Module> {
    fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let src = root().join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    files.retain(|path| *path != src.join("lib.rs") && *path != src.join("main.rs"));
    files.iter().map(|path| Module::read(path)).collect()
}

fn floor(room: &str) -> Option<u8> {
    let row = FLOORS.iter().find(|(name, _)| *name == room);
    row.map(|(_, floor)| *floor)
}

#[test]
fn every_module_is_in_a_room_and_every_room_has_modules() {
    let modules = modules();
    let rooms: BTreeSet<&str> = modules.iter().map(Module::room).collect();
    let expected: BTreeSet<&str> = FLOORS.iter().map(|(room, _)| *room).collect();
    assert_eq!(rooms, expected);
}

#[test]
fn a_room_uses_only_the_rooms_below_it() {
    let mut upward = Vec::new();
    for module in modules() {
        for used in module.uses().into_iter().filter(|u| *u != module.room()) {
            if floor(used).is_none_or(|other| floor(module.room()) <= Some(other)) {
                upward.push(format!("{} uses {used}", module.name));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn pure_rooms_know_no_clock_environment_file_system_or_network() {
    for module in modules() {
        if !PURE.contains(&module.room()) || module.name == SPOOL {
            continue;
        }
        for word in IMPURE {
            assert!(!module.code.contains(word), "{} uses {word}", module.name);
        }
    }
}

#[test]
fn only_the_room_aws_names_the_sdk() {
    let mut naming = 0;
    for module in modules() {
        let names = SDK.iter().any(|word| module.code.contains(word));
        assert!(
            !names || module.room() == "aws",
            "{} names the SDK",
            module.name
        );
        naming += usize::from(names);
    }
    assert!(naming > 1, "{naming}");
}

#[test]
fn only_the_command_line_prints_exits_or_reads_the_environment() {
    for module in modules().iter().filter(|m| m.room() != "cli") {
        for word in FOR_THE_COMMAND_LINE {
            assert!(!module.code.contains(word), "{} uses {word}", module.name);
        }
    }
}
