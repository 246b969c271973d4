//! Topics on a terminal and as man pages, and the links of README and the manual.

use std::fs;
use std::process::{Command, Stdio};

use trailproof::manual::TOPICS;

use super::documents::{all, blocks};
use crate::support::program::{command, root, run};

/// README is read to its end.
const README_BYTES: u64 = 12 * 1024;

fn is_installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    found.is_ok()
}

#[test]
fn readme_is_short() {
    let size = fs::metadata(root().join("README.md"))
        .expect("README.md")
        .len();
    assert!(size <= README_BYTES, "{size} bytes");
}

#[test]
fn every_file_is_a_topic_and_every_topic_has_a_title() {
    let mut files: Vec<String> = all()
        .iter()
        .skip(1)
        .map(|path| {
            let name = path.file_stem().expect("a name");
            name.to_str().expect("UTF-8").to_owned()
        })
        .collect();
    let mut names: Vec<&str> = TOPICS.iter().map(|topic| topic.name).collect();
    names.sort_unstable();
    files.sort_unstable();
    assert_eq!(names, files);
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let help = run(&root(), &["help"]).stdout;
    for topic in TOPICS {
        assert!(topic.markdown.starts_with("# "), "{}", topic.name);
        let link = format!("[{0}](src/manual/{0}.md)", topic.name);
        assert!(readme.contains(&link), "README has no {link}");
        let row = format!("\n  {:13}  {}\n", topic.name, topic.title());
        assert!((help.clone() + "\n").contains(&row), "{row}: {help}");
    }
}

/// The links of a text outside its code blocks.
fn links(text: &str) -> Vec<String> {
    let mut outside = text.to_owned();
    for block in blocks(text) {
        outside = outside.replace(&block.text, "");
    }
    let after = outside.split("](").skip(1);
    after
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// The name of a heading in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || " -".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut checked = 0;
    for document in all() {
        let text = fs::read_to_string(&document).expect("a document");
        for link in links(&text) {
            // Links to items of the library, which rustdoc checks.
            if link.contains("::") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = document.parent().expect("a folder").join(file);
            let found = fs::read_to_string(&target);
            let found = found.unwrap_or_else(|e| panic!("{}: {link}: {e}", document.display()));
            let mut headings = found.lines().filter(|line| line.starts_with('#'));
            let has = headings.any(|line| anchor(line.trim_start_matches(['#', ' '])) == heading);
            assert!(heading.is_empty() || has, "{}: {link}", document.display());
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn every_topic_is_printed_within_eighty_columns() {
    for topic in TOPICS {
        let printed = run(&root(), &["help", topic.name]);
        assert_eq!(
            (printed.code, printed.stderr.as_str()),
            (0, ""),
            "{}",
            topic.name
        );
        let title = topic.title().to_uppercase();
        assert!(
            printed.stdout.contains(&format!("{title}\n")),
            "{}",
            printed.stdout
        );
        assert!(!printed.stdout.contains(['\u{1b}']), "{}", topic.name);
        let (_, text) = printed.stdout.split_once(&title).expect("its title");
        for mark in ["](", "**", "\n| ", "```", "\n# "] {
            assert!(!text.contains(mark), "{}: {mark}", topic.name);
        }
        // Code, names and addresses are not broken.
        let prose = text
            .lines()
            .filter(|line| line.contains(' ') && !line.starts_with("    "));
        for line in prose {
            assert!(line.chars().count() <= 80, "{}: {line}", topic.name);
        }
    }
}

#[test]
fn a_word_that_is_a_command_and_a_topic_has_both() {
    let printed = run(&root(), &["help", "doctor"]).stdout;
    let usage = printed
        .find("Usage: trailproof doctor")
        .expect("the help of the command");
    let topic = printed.find("WILL A VALIDATION WORK?").expect("the topic");
    assert!(usage < topic, "{printed}");
    let help = run(&root(), &["validate", "--help"]).stdout;
    assert_eq!(run(&root(), &["help", "validate"]).stdout, help);
    assert_eq!(
        run(&root(), &["help"]).stdout,
        run(&root(), &["--help"]).stdout
    );
}

#[test]
fn an_unknown_topic_is_refused_with_one_like_it() {
    let refused = run(&root(), &["help", "gapz"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(
        refused.stderr.contains("a similar value exists: 'gaps'"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_closed_pipe_ends_the_text_quietly() {
    let mut help = command(&root(), &["help", "options"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(help.stdout.take());
    let ended = help.wait_with_output().expect("an end");
    assert_eq!(
        (ended.status.code(), ended.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}

/// On a terminal headings and code are bold, and lines are as wide as it is.
#[test]
fn a_terminal_has_bold_words_and_lines_of_its_width() {
    let mut terminal = Command::new("python3");
    terminal.arg(root().join("tests/support/terminal.py"));
    terminal.args([
        "60",
        "out",
        env!("CARGO_BIN_EXE_trailproof"),
        "help",
        "terminal",
    ]);
    terminal
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR");
    let output = terminal.output().expect("python3 is needed").stdout;
    let shown: serde_json::Value = serde_json::from_slice(&output).expect("JSON");
    let text = shown["out"].as_str().expect("an output");
    assert!(text.contains("\u{1b}[1mTERMINAL\u{1b}[0m"), "{text}");
    let plain = text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    let prose = plain.lines().filter(|line| !line.starts_with("    "));
    for line in prose {
        assert!(line.trim_end().chars().count() <= 60, "{line}");
    }
}

/// Every topic has a page of section 7, which `man` reads without a warning.
#[test]
fn every_topic_has_a_man_page_without_warnings() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().to_str().expect("UTF-8");
    assert_eq!(run(&root(), &["man", folder]).code, 0);
    let mut commands = fs::read_dir(dir.path().join("man1")).expect("man1");
    assert!(commands.next().is_some());
    let (mandoc, groff) = (is_installed("mandoc"), is_installed("groff"));
    for topic in TOPICS {
        let path = dir.path().join("man7").join(topic.file_name());
        let page = fs::read_to_string(&path).expect("a page");
        let title = format!(".TH trailproof\\-{} 7 ", topic.name).replace("\\-", "-");
        assert!(page.contains(&title), "{page}");
        assert!(page.contains(&topic.title().replace('-', "\\-")), "{page}");
        let mut linters = Vec::new();
        if groff {
            let mut groff = Command::new("groff");
            groff.args(["-man", "-ww", "-z", "-Kutf8", "-Tutf8"]);
            linters.push(groff);
        }
        if mandoc {
            let mut mandoc = Command::new("mandoc");
            mandoc.args(["-T", "lint", "-W", "error"]);
            linters.push(mandoc);
        }
        for mut linter in linters {
            let output = linter.arg(&path).output().expect("it runs");
            let said = [output.stdout, output.stderr].concat();
            assert_eq!(String::from_utf8_lossy(&said), "", "{linter:?}");
        }
    }
}
