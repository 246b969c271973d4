//! Which room may use which: the paths that each source names are read and held against its floor.

use std::collections::{BTreeMap, BTreeSet};
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
    ("manual", 2),
    ("base", 1),
];

/// Rooms that know no clock, environment, file system or network.
const PURE: &[&str] = &["base", "cloudtrail", "manual", "proof", "report"];

/// What a pure room must not name.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "Timestamp::now",
    "ZonedDateTime::now",
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
    "aws_runtime",
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

    /// The paths within the crate that its code names, from the crate's root.
    fn paths(&self) -> Vec<Vec<&str>> {
        let mut paths = Vec::new();
        for (at, found) in self.code.match_indices("crate::") {
            expand(&self.code[at + found.len()..], Vec::new(), &mut paths);
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
            expand(rest, module, &mut paths);
        }
        paths
    }

    /// The rooms that its code names.
    fn uses(&self) -> BTreeSet<&str> {
        let paths = self.paths().into_iter();
        paths.filter_map(|path| path.first().copied()).collect()
    }
}

/// Collects the path that a text begins with, or the tree of paths in braces, below `start`. Returns
/// what follows it.
fn expand<'t>(text: &'t str, start: Vec<&'t str>, paths: &mut Vec<Vec<&'t str>>) -> &'t str {
    if let Some(mut rest) = text.strip_prefix('{') {
        while !rest.is_empty() && !rest.trim_start().starts_with('}') {
            rest = expand(rest.trim_start(), start.clone(), paths);
            // An alias may follow.
            rest = rest.trim_start_matches(|c| c != ',' && c != '}');
            rest = rest.trim_start_matches(',');
        }
        return rest.trim_start().trim_start_matches('}');
    }
    let name = identifier(text);
    let mut path = start;
    path.push(name);
    let after = &text[name.len()..];
    match after.strip_prefix("::") {
        Some(rest) if rest.starts_with('{') || !identifier(rest).is_empty() => {
            expand(rest, path, paths)
        }
        _ => {
            paths.push(path);
            after
        }
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

/// The modules that another one names and that are neither above nor below it in its own folder.
fn imports<'m>(module: &Module, all: &'m [Module]) -> Vec<&'m Module> {
    let own = module.module();
    let mut imports = Vec::new();
    for path in module.paths() {
        let depth = (1..=path.len()).rev();
        let mut named = depth.filter_map(|n| all.iter().find(|m| m.module() == path[..n]));
        if let Some(found) = named.next() {
            let other = found.module();
            if !own.starts_with(&other) && !other.starts_with(&own) {
                imports.push(found);
            }
        }
    }
    imports
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let all = modules();
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for module in &all {
        let names = imports(module, &all).into_iter().map(|m| m.name.as_str());
        graph.insert(&module.name, names.collect());
    }
    let reachable = |from: &str| {
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        let mut next: Vec<&str> = graph[from].iter().copied().collect();
        while let Some(name) = next.pop() {
            if reached.insert(name) {
                next.extend(&graph[name]);
            }
        }
        reached
    };
    let in_circles = graph.keys().filter(|name| reachable(name).contains(*name));
    let in_circles: Vec<&str> = in_circles.copied().collect();
    assert!(in_circles.is_empty(), "{in_circles:#?}");
}

/// Whether a module holds types of a frozen report.
fn is_frozen(module: &Module) -> bool {
    module.name.split('/').any(|part| part == "v1")
}

/// The types that a module defines, associated types apart.
fn types(module: &Module) -> impl Iterator<Item = &str> {
    let words = ["struct ", "enum ", "trait ", "union ", "type "];
    module.code.lines().filter_map(move |line| {
        let item = match line.strip_prefix("pub") {
            Some(rest) => rest.trim_start_matches(|c| c != ' ').trim_start(),
            None => line,
        };
        let word = words.iter().find(|word| item.starts_with(*word))?;
        Some(identifier(&item[word.len()..]))
    })
}

#[test]
fn a_type_has_a_name_of_its_own_unless_it_mirrors_a_frozen_one() {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let modules = modules();
    for module in modules.iter().filter(|m| !is_frozen(m)) {
        for name in types(module) {
            places.entry(name).or_default().push(&module.name);
        }
    }
    assert!(places.len() > 100, "{}", places.len());
    places.retain(|_, modules| modules.len() > 1);
    assert!(places.is_empty(), "{places:#?}");
}

#[test]
fn pure_rooms_know_no_clock_environment_file_system_or_network() {
    for module in modules() {
        if !PURE.contains(&module.room()) || module.name.starts_with(SPOOL) {
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
