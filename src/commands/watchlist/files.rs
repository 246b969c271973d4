//! Reads rules from files and folders.

use std::fs;
use std::path::{Path, PathBuf};

use super::file_rules::{FileRules, SkippedRule};
use super::pattern_room::PatternRoom;
use super::{SHIPPED, SHIPPED_NAME, sigma, toml_list};
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::base::text::{cited, decode};
use crate::source::key_files::read_bounded;

/// How the names of files with rules end, in a folder.
const ENDINGS: [&str; 3] = ["toml", "yaml", "yml"];

/// Reads a file, a folder with all below it, or the shipped rules, and adds what they hold to those read before.
///
/// # Errors
/// It cannot be read, it is a TOML file with a mistake, or nothing in it can be used.
pub(super) fn read(
    path: &Path,
    (limits, room): (&Limits, &PatternRoom),
    all: &mut FileRules,
) -> Result<(), Error> {
    let file = path.display().to_string();
    if path == Path::new(SHIPPED_NAME) {
        return parse(SHIPPED, path, (limits, room), all);
    }
    let (used, skipped) = (all.rules.len(), all.skipped.len());
    let paths = match path.is_dir() {
        true => below(path, limits)?,
        false => vec![path.to_owned()],
    };
    for path in paths {
        let bytes = read_bounded(&path, limits.rule_file)?;
        let text = decode(&bytes).map_err(|why| cannot_use(&path).because(why))?;
        parse(&text, &path, (limits, room), all)?;
        if all.rules.len() > limits.rules {
            let more = format!("it has more than {} rules", limits.rules);
            return Err(cannot_use(&path).because(more));
        }
    }
    if all.rules.len() > used {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Input, format!("no rule in {file} can be used"));
    Err(match all.skipped.get(skipped) {
        None => error.hint(
            "give TOML with [[rule]] entries, Sigma rules for CloudTrail, or a folder of them",
        ),
        Some(SkippedRule { file, rule, why }) => {
            let rule = rule.as_ref().map(|rule| format!(" {rule}"));
            error.because(format!(
                "{file}: the rule{} {why}",
                rule.unwrap_or_default()
            ))
        }
    })
}

/// Parses the text of a file: TOML or Sigma, by its first line that says something.
fn parse(
    text: &str,
    path: &Path,
    (limits, room): (&Limits, &PatternRoom),
    all: &mut FileRules,
) -> Result<(), Error> {
    let file = path.display().to_string();
    match is_toml(text) {
        true => {
            for rule in
                toml_list::parse(text, &file, room).map_err(|why| cannot_use(path).because(why))?
            {
                let id = cited(&rule.id);
                all.push(rule)
                    .map_err(|why| cannot_use(path).because(format!("rule {id} {why}")))?;
            }
        }
        false => sigma::parse(text, &file, (limits, room), all),
    }
    Ok(())
}

fn cannot_use(path: &Path) -> Error {
    let message = format!("{} is not a valid watchlist", path.display());
    Error::new(ErrorKind::Input, message)
}

/// Whether a text is TOML and not YAML: its first line is a table, or has a `=` before any `:`.
fn is_toml(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| {
        line.starts_with('[')
            || line
                .find([':', '='])
                .is_some_and(|at| line[at..].starts_with('='))
    })
}

/// The files with rules in a folder and below it, by name. Links are not followed.
fn below(folder: &Path, limits: &Limits) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    let mut seen = 0;
    while let Some((folder, depth)) = folders.pop() {
        let error = |e: std::io::Error| {
            let message = format!("cannot read {}", folder.display());
            Error::new(ErrorKind::Input, message).because(words(&e))
        };
        for entry in fs::read_dir(&folder).map_err(error)? {
            let entry = entry.map_err(error)?;
            let kind = entry.file_type().map_err(error)?;
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            seen += 1;
            if kind.is_dir() {
                folders.push((path, depth + 1));
            } else if kind.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
                files.push(path);
            }
            if seen > limits.rule_files || depth > limits.rule_depth {
                let message = format!("{} has too many files or folders", folder.display());
                return Err(
                    Error::new(ErrorKind::Input, message).hint("give the folder of the rules")
                );
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::is_toml;

    #[test]
    fn toml_is_known_by_its_first_line() {
        for (text, expected) in [
            ("# a: b\n\n[[rule]]\n", true),
            ("title = \"a: b\"\n", true),
            ("title: a = b\n", false),
            ("---\ntitle: a\n", false),
            ("", false),
        ] {
            assert_eq!(is_toml(text), expected, "{text}");
        }
    }
}
