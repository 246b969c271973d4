//! Completions and the manual: generated from the arguments, and checked with the programs that
//! read them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::program::{command, finish, root, run};

const COMMANDS: &[&str] = &[
    "",
    "validate",
    "validate-logs",
    "collect",
    "doctor",
    "explain",
    "events",
    "timeline",
    "trails",
    "report",
    "history",
    "shard",
    "shard plan",
    "shard run",
    "shard merge",
    "schema",
    "generate",
    "generate schedule",
    "generate shards",
    "generate alerts",
    "generate watchlist",
    "completions",
    "man",
    "help",
];

/// The options that a command's help lists.
fn options(command: &str) -> BTreeSet<String> {
    let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    let help = run(&root(), &args).stdout;
    let options = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let at = line.starts_with('-').then(|| line.find("--"))??;
        let name = |c: char| c == '-' || c.is_ascii_alphanumeric();
        Some(line[at..].chars().take_while(|c| name(*c)).collect())
    });
    let options: BTreeSet<String> = options.collect();
    assert!(options.contains("--help"), "{command}: {help}");
    options
}

/// A manual page as people read it, without its markup.
fn read(page: &str) -> String {
    let mut read = page.to_owned();
    for mark in ["\\fB", "\\fI", "\\fR", "\\&"] {
        read = read.replace(mark, "");
    }
    read.replace("\\-", "-")
}

#[test]
fn every_command_has_a_page_with_every_option_in_it() {
    let help = run(&root(), &["--help"]).stdout;
    for command in COMMANDS[1..].iter().filter(|name| !name.contains(' ')) {
        assert!(
            help.contains(&format!("\n  {command} ")),
            "{command}: {help}"
        );
    }
    let dir = tempfile::tempdir().expect("a folder");
    // The folder is created, with those above it.
    let dir = dir.path().join("share/man");
    let folder = dir.to_str().expect("UTF-8");
    let made = run(&root(), &["man", folder]);
    assert_eq!(
        (made.code, made.stdout.as_str(), made.stderr.as_str()),
        (0, "", "")
    );
    let mut together = String::new();
    for command in COMMANDS {
        let name = ["trailproof", command].join("-").replace(' ', "-");
        let name = name.trim_end_matches('-');
        let page = fs::read_to_string(dir.join(format!("man1/{name}.1"))).expect(name);
        for option in options(command) {
            assert!(read(&page).contains(&option), "{name}: {option}");
        }
        together.push_str(&page);
    }
    let pages = fs::read_dir(dir.join("man1")).expect("a folder");
    assert_eq!(pages.count(), COMMANDS.len());
    let printed = run(&root(), &["man"]).stdout;
    assert!(printed.starts_with(&together), "{printed}");
    // The examples appear exactly as one types them.
    let line = "  trailproof validate --path copy --keys keys/\n";
    assert!(read(&together).contains(line), "{}", read(&together));
    assert!(read(&together).contains(".SH \"EXIT STATUS\"\n0 verified, 1 failed"));
    let title = ".TH trailproof-explain 1 \" \" \"trailproof 0.1.0\" \"trailproof manual\"\n";
    assert!(together.contains(title), "{together}");
}

/// Commands to copy are not broken at 80 columns.
#[test]
fn examples_in_the_help_fit_into_eighty_columns() {
    for name in COMMANDS {
        let args: Vec<&str> = name.split_whitespace().chain(["--help"]).collect();
        let examples = |columns: &str| -> Vec<String> {
            let help = finish(command(&root(), &args).env("COLUMNS", columns)).stdout;
            let examples = help
                .split_once("\nExamples:\n")
                .map_or("", |(_, text)| text);
            let lines = examples.lines().filter(|line| line.starts_with("  "));
            lines.map(str::to_owned).collect()
        };
        let narrow = examples("80");
        assert_eq!(narrow, examples("500"), "{name}");
        assert!(
            narrow.iter().all(|line| line.chars().count() <= 80),
            "{narrow:#?}"
        );
        assert!(
            !narrow.is_empty() || ["", "schema", "help"].contains(name),
            "{name}"
        );
    }
}

#[test]
fn an_output_folder_that_cannot_be_created_is_reported() {
    let made = run(&root(), &["man", "Cargo.toml"]);
    assert_eq!((made.code, made.stdout.as_str()), (2, ""));
    assert!(
        made.stderr.contains("Cargo.toml/man1/trailproof.1"),
        "{}",
        made.stderr
    );
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&root(), &["completions", shell]);
        assert_eq!((script.code, script.stderr.as_str()), (0, ""), "{shell}");
        for message in ["trail-arn", "fail-on"] {
            assert!(script.stdout.contains(message), "{shell}: {message}");
        }
    }
    let unknown = run(&root(), &["completions", "tcsh"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
}

/// What bash offers for an unfinished line.
fn offered(script: &str, line: &str) -> BTreeSet<String> {
    // Sources the script, then calls its function as bash does.
    let ask = format!(
        "{script}\nCOMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
         _trailproof trailproof \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    );
    let mut bash = Command::new("bash")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("bash is needed");
    let mut input = bash.stdin.take().expect("a pipe");
    input.write_all(ask.as_bytes()).expect("written");
    drop(input);
    let output = bash.wait_with_output().expect("output");
    let message = String::from_utf8(output.stdout).expect("UTF-8");
    message.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let script = run(&root(), &["completions", "bash"]).stdout;
    let mut check = Command::new("bash")
        .args(["-n", "/dev/stdin"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("bash is needed");
    let mut input = check.stdin.take().expect("a pipe");
    input.write_all(script.as_bytes()).expect("written");
    drop(input);
    assert!(check.wait().expect("bash").success());

    let set = |words: &[&str]| {
        words
            .iter()
            .map(|w| (*w).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        offered(&script, "trailproof val"),
        set(&["validate", "validate-logs"])
    );
    assert_eq!(
        offered(&script, "trailproof validate --fail"),
        set(&["--fail-on"])
    );
    let verdicts = set(&["failed", "unproven", "gaps", "changes"]);
    assert_eq!(
        offered(&script, "trailproof validate --fail-on ''"),
        verdicts
    );
    assert_eq!(
        offered(&script, "trailproof report --format m"),
        set(&["markdown"])
    );
}
