//! The commands that findings call for, collected: each once, in the text report and as a script. Commands only
//! read from AWS. A script writes files below the current folder, and overwrites none that has content.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::custody;
use super::headline::{made, meaning};
use super::over_chains::removed_objects;
use super::v1::{AwsAction, AwsCommand, CommandParts, Report, file, words};
use crate::base::text::{escape, plural, quoted};
use crate::proof::finding::Code;

/// Removed objects that commands are given for.
const REMOVED: usize = 20;

/// The commands of a report.
pub(crate) struct Commands {
    /// The commands, in the order in which they help.
    pub list: Vec<CollectedCommand>,
    /// How many have no line, because a name in them could be taken for something else.
    pub left_out: usize,
    /// How many more objects were removed than `REMOVED`.
    more_removed: usize,
}

/// A command, and what it is for.
pub(crate) struct CollectedCommand {
    /// What it is for, in one line.
    pub comment: String,
    /// The command, ready to run.
    pub line: String,
    action: AwsAction,
    parts: CommandParts,
}

/// The commands while they are collected.
#[derive(Default)]
struct Collected {
    wanted: BTreeMap<(AwsAction, String), Wanted>,
    left_out: usize,
}

/// A command that several findings call for.
struct Wanted {
    parts: CommandParts,
    codes: BTreeSet<String>,
}

impl Commands {
    /// The commands that the findings of a report call for.
    pub(crate) fn of(report: &Report) -> Self {
        let mut collected = Collected::default();
        for finding in &report.findings {
            if let Some(command) = &finding.command {
                collected.add(command, &finding.code.word());
            }
        }
        let removed = removed(report);
        for (bucket, key) in removed.iter().take(REMOVED) {
            let parts = CommandParts {
                bucket: Some((*bucket).to_owned()),
                key: Some((*key).to_owned()),
                ..AwsAction::ListObjectVersions.into()
            };
            collected.add(&parts.into(), Code::Gap.as_str());
        }
        let list = collected.wanted.into_iter();
        let list = list.filter_map(|((action, _), wanted)| {
            Some(CollectedCommand {
                comment: comment(action, &wanted),
                line: AwsCommand::from(wanted.parts.clone()).line?,
                action,
                parts: wanted.parts,
            })
        });
        Commands {
            list: list.collect(),
            left_out: collected.left_out,
            more_removed: removed.len().saturating_sub(REMOVED),
        }
    }

    /// A sentence on the commands that are left out.
    pub(crate) fn left_out(&self) -> Option<String> {
        let unsafe_names = (self.left_out > 0).then(|| {
            format!(
                "{} left out, because a shell or the AWS CLI could take a name for something else",
                plural(self.left_out as u64, "command")
            )
        });
        let removed = (self.more_removed > 0).then(|| {
            let objects = plural(self.more_removed as u64, "more removed object");
            format!("no command for {objects}, which the JSON report lists")
        });
        let parts: Vec<String> = unsafe_names.into_iter().chain(removed).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Whether a command writes a file.
    fn writes_files(&self) -> bool {
        let mut actions = self.list.iter().map(|command| command.action);
        actions.any(|action| action != AwsAction::ListObjectVersions)
    }

    /// Whether a command writes a file of a copy.
    pub(crate) fn changes_copy(&self) -> bool {
        let mut actions = self.list.iter().map(|command| command.action);
        actions.any(|action| matches!(action, AwsAction::HeadObject | AwsAction::CopyFolder))
    }
}

/// The bucket and key of each object that a call removed or overwrote in the time of a gap.
fn removed(report: &Report) -> BTreeSet<(&str, &str)> {
    let gaps = report.chains.iter().flat_map(|chain| &chain.gaps);
    let gaps = gaps.filter(|gap| gap.removals.is_some());
    let events = gaps.flat_map(|gap| &gap.evidence);
    let mut removed = BTreeSet::new();
    for event in events.filter(|event| removed_objects(event)) {
        let Some(bucket) = event.bucket.as_deref() else {
            continue;
        };
        let keys = event.objects.iter().map(|object| object.key.as_str());
        let keys = keys.chain(event.key.as_deref());
        removed.extend(keys.map(|key| (bucket, key)));
    }
    removed
}

impl Collected {
    /// Adds a command that a finding with this code calls for.
    fn add(&mut self, command: &AwsCommand, code: &str) {
        let (Some(action), Some(line)) = (command.parts.action.known(), &command.line) else {
            self.left_out += 1;
            return;
        };
        // Keys of one region are looked up once, over the time of all digests.
        let same = match action {
            AwsAction::ListPublicKeys => command.parts.region.clone().unwrap_or_default(),
            _ => line.clone(),
        };
        let wanted = self.wanted.entry((*action, same));
        let wanted = wanted.or_insert_with(|| Wanted {
            parts: command.parts.clone(),
            codes: BTreeSet::new(),
        });
        wanted.add(command);
        wanted.codes.insert(code.to_owned());
    }
}

impl Wanted {
    /// Extends the time to that of another command.
    fn add(&mut self, other: &AwsCommand) {
        self.parts.from = self.parts.from.min(other.parts.from);
        self.parts.to = self.parts.to.max(other.parts.to);
    }
}

/// What a command is for.
fn comment(action: AwsAction, wanted: &Wanted) -> String {
    let codes: Vec<&str> = wanted.codes.iter().map(String::as_str).collect();
    let codes = codes.join(", ");
    let purpose = match action {
        AwsAction::ListPublicKeys => {
            "save the public keys of this region and time, then give the file with --keys"
        }
        AwsAction::HeadObject => {
            "save the digest's metadata, which holds its signature, beside its copy"
        }
        AwsAction::CopyFolder => "copy the logs of this folder",
        AwsAction::ListObjectVersions => "list versions and delete markers",
        AwsAction::GetObjectVersion => "save the version that is the original",
    };
    escape(&format!("{codes}: {purpose}")).into_owned()
}

/// What every script begins with.
const HEAD: &str = "#!/bin/sh
# The commands that findings of a trailproof report call for.
# They only read from AWS.
";

/// The line on files, where a command writes one.
const FILES: &str =
    "# They write files below the current folder, and overwrite none that has content.";

/// What stands before the commands: where they run, and how a file is saved. A command that fails leaves no file.
const SETUP: &str = r#"
set -u
CDPATH='' cd -- "${1:-.}" || exit 2
failed=0

run() {
    "$@" || failed=1
}

fetch() {
    file=$1
    shift
    if [ -s "$file" ]; then
        printf '%s\n' "not saved, because it exists: $file" >&2
        failed=1
    elif ! "$@" "$file"; then
        rm -f "$file"
        failed=1
    fi
}

save() {
    file=$1
    shift
    if [ -s "$file" ]; then
        printf '%s\n' "not saved, because it exists: $file" >&2
        failed=1
    elif output=$("$@"); then
        printf '%s\n' "$output" > "$file" || failed=1
    else
        failed=1
    fi
}
"#;

/// Writes the commands as a POSIX shell script.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let commands = Commands::of(report);
    write!(out, "{HEAD}")?;
    if commands.writes_files() {
        writeln!(out, "{FILES}")?;
    }
    let verdict = report.verdict.as_str().to_uppercase();
    writeln!(out, "# {verdict}: {}", escape(&meaning(report)))?;
    writeln!(out, "# Report generated {}.", escape(&made(report)))?;
    for (name, value) in custody::known(report) {
        writeln!(out, "# {name}: {}", escape(&value))?;
    }
    if let Some(left_out) = commands.left_out() {
        writeln!(out, "# {left_out}.")?;
    }
    if commands.list.is_empty() {
        writeln!(
            out,
            "\necho 'No finding of this report calls for a command.'"
        )?;
        return Ok(());
    }
    if commands.changes_copy() {
        writeln!(
            out,
            "# Run it in the folder given with --path, or give that folder as its argument."
        )?;
    }
    writeln!(out, "# Then validate again.")?;
    write!(out, "{SETUP}")?;
    for command in &commands.list {
        let Some(words) = words(&command.parts) else {
            continue;
        };
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let words = words.join(" ");
        writeln!(out, "\n# {}", command.comment)?;
        match file(&command.parts) {
            Some(file) if command.action == AwsAction::GetObjectVersion => {
                writeln!(out, "fetch {} {words}", quoted(&file))?;
            }
            Some(file) => writeln!(out, "save {} {words}", quoted(&file))?,
            None => writeln!(out, "run {words}")?,
        }
    }
    writeln!(out, "\nexit \"$failed\"")
}
