//! How the program speaks: texts that a user reads are plain English, and none uses a word of the list below.
//! Read are all text literals of `src`, the templates, the help of every command, the schemas, README,
//! SECURITY.md and the manual.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use regex::Regex;

use crate::support::program::{root, run};

/// What is not written, and what is written instead.
const FORBIDDEN: &[(&str, &str)] = &[
    (
        r"\b(is|are|was|were|be|been|still|not|lies|lie) there\b",
        "is present, exists, is missing",
    ),
    (r"\b(tells?|told)\b", "reports, says, shows"),
    (
        r"\blook(s|ed|ing)? at\b|\b(a|the|this|that|each|no) look\b",
        "checks, reads",
    ),
    (r"\bwhole\b", "complete, intact, all"),
    (
        r"\b(digest|log|it|that|which|link|report|successor|entry|line|event|they|file|key|answer|bucket|trail) names\b",
        "lists, refers to",
    ),
    (
        r"\bnames (a|an|the|it|them|no|another|what|this|these)\b",
        "lists, refers to",
    ),
    (
        r"\ba (line|file|chain|answer|region) a (line|file|chain|core|day)\b",
        "one line per file",
    ),
    (r"\bof more([,;.]|$)", "of N"),
    (r"\band so\b", "therefore, in a sentence of its own"),
    (r"\bso the log\b", "Recorded in log"),
    (r"\basked of\b", "looked up in"),
    (r"\bthings?\b", "records, finding, object"),
];

/// `is no X` is `is not a valid X`. `there is no X` is plain English.
const IS_NO: &str = r"(\w+) (is|are|was|were) no \w+";

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let pattern = |(pattern, instead): &(&str, &'static str)| {
        (Regex::new(pattern).expect("a pattern"), *instead)
    };
    FORBIDDEN.iter().map(pattern).collect()
});

static IS_NO_PATTERN: LazyLock<Regex> = LazyLock::new(|| Regex::new(IS_NO).expect("a pattern"));

fn faults(text: &str) -> Vec<String> {
    // What stands between backquotes is a name or code.
    let text: Vec<&str> = text.split('`').step_by(2).collect();
    let text = text.join(" X ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = text.to_lowercase();
    let mut faults: Vec<String> = Vec::new();
    for (pattern, instead) in PATTERNS.iter() {
        let found = pattern.find(&lower);
        faults.extend(found.map(|found| format!("{:?} ({instead})", found.as_str())));
    }
    let mut found = IS_NO_PATTERN.captures_iter(&lower);
    faults.extend(
        found
            .find(|c| &c[1] != "there" && !c[0].ends_with(" longer"))
            .map(|c| format!("{:?} (is not a valid …)", &c[0])),
    );
    faults
        .into_iter()
        .map(|fault| format!("{fault} in {text:?}"))
        .collect()
}

/// The text literals of a source, without its doc comments and its unit tests.
fn literals(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let inner = group.stream();
                let first = inner.clone().into_iter().next().map(|t| t.to_string());
                let is_attribute = group.delimiter() == Delimiter::Bracket;
                if is_attribute && matches!(first.as_deref(), Some("doc" | "cfg" | "allow")) {
                    continue;
                }
                literals(inner, found);
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') {
                    found.push(text.replace("\\\n", " "));
                }
            }
            _ => {}
        }
    }
}

fn assert_plain(what: &str, texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let texts = texts.into_iter();
    texts
        .flat_map(|text| faults(&text))
        .map(|fault| format!("{what}: {fault}"))
        .collect()
}

#[test]
fn no_message_uses_a_word_that_readers_stumble_over() {
    let mut all = Vec::new();
    let mut read = 0;
    for path in sources(&root().join("src")) {
        let text = fs::read_to_string(&path).expect("a source");
        let name = path
            .strip_prefix(root())
            .expect("below")
            .display()
            .to_string();
        match path.extension().and_then(|e| e.to_str()) {
            Some("rs") => {
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
                let mut found = Vec::new();
                literals(code.parse().expect("Rust"), &mut found);
                read += found.len();
                all.extend(assert_plain(&name, found));
            }
            Some("html" | "md") => all.extend(assert_plain(&name, paragraphs(&text))),
            _ => {}
        }
    }
    for name in ["README.md", "SECURITY.md"] {
        let text = fs::read_to_string(root().join(name)).expect("a document");
        all.extend(assert_plain(name, paragraphs(&text)));
    }
    assert!(read > 1_000, "only {read} literals were read");
    assert!(all.is_empty(), "{} texts:\n{}", all.len(), all.join("\n"));
}

/// The files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let below = |path: PathBuf| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    };
    paths.flat_map(below).collect()
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(str::to_owned).collect()
}

#[test]
fn no_help_and_no_schema_uses_such_a_word() {
    let mut all = Vec::new();
    let commands = [
        "validate",
        "collect",
        "trails",
        "explain",
        "events",
        "timeline",
        "doctor",
        "report",
        "history",
        "schema",
        "generate",
        "generate schedule",
        "generate alerts",
        "generate watchlist",
        "completions",
        "man",
    ];
    let helps = commands
        .iter()
        .map(|command| command.split(' ').chain(["--help"]).collect::<Vec<_>>());
    let schemas = [
        "validate", "trails", "explain", "doctor", "collect", "history",
    ];
    let schemas = schemas.iter().map(|of| vec!["schema", *of]);
    for args in helps.chain(schemas).chain([vec!["--help"]]) {
        let run = run(&root(), &args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        all.extend(assert_plain(&args.join(" "), paragraphs(&run.stdout)));
    }
    assert!(all.is_empty(), "{} texts:\n{}", all.len(), all.join("\n"));
}
