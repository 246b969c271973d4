//! Standard streams that are closed, full, or open the wrong way: no report is lost in silence.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Folder, KEY, case, shell};
use crate::support::program::{Run, finish};
use crate::support::reports::{everything, timeless};
use crate::support::states::{state, written};

/// Runs a shell line with the saved report in `$1`, the key of a log in `$2`, and a state beside the report.
fn line(line: &str, saved: &str) -> Run {
    let mut bash = Command::new("bash");
    let beside = Path::new(saved).with_file_name("state.json");
    fs::write(beside, written(&state())).expect("a file");
    bash.args(["-c", line, env!("CARGO_BIN_EXE_trailproof"), saved, KEY]);
    finish(bash.current_dir(case("gap")))
}

/// Every command that writes to standard output, with its exit status.
const COMMANDS: &[(&str, i32)] = &[
    ("validate --path bucket --keys keys", 3),
    ("validate --path bucket --keys keys --format json", 3),
    ("validate --path bucket --keys keys --format jsonl", 3),
    ("validate --path bucket --keys keys --format aws-cli", 3),
    ("validate --path bucket --keys keys --out /dev/stdout", 3),
    ("trails --path bucket", 0),
    ("explain --path bucket --keys keys $2", 0),
    ("report \"$1\" --format html", 0),
    ("history \"${1%/*}/state.json\"", 0),
    ("history \"${1%/*}/state.json\" --format html", 0),
    ("schema", 0),
    ("man", 0),
    ("completions bash", 0),
    ("--help", 0),
    ("validate --help", 0),
    ("--version", 0),
];

#[test]
fn what_cannot_be_written_is_an_error_of_every_command() {
    let out = Folder::new();
    let saved = out.path("saved.json");
    fs::write(&saved, everything()).expect("a file");
    for (command, _) in COMMANDS {
        for (to, why) in [
            ("> /dev/full", "no space left on device"),
            ("1< /dev/null", "it is open only for reading"),
            ("1< \"$1\"", "it is open only for reading"),
        ] {
            let run = line(&format!("exec \"$0\" {command} {to}"), &saved);
            assert_eq!(run.code, 2, "{command} {to}: {}", run.stderr);
            assert!(
                run.stderr.contains("error: cannot write "),
                "{}",
                run.stderr
            );
            assert!(run.stderr.contains(why), "{command} {to}: {}", run.stderr);
        }
    }
    assert_eq!(fs::read_to_string(&saved).expect("a file"), everything());
}

/// Rust's runtime opens a closed stream on `/dev/null`, for reading and writing. Python and Node open it so
/// on purpose for a caller that only wants the exit status. Both get a note, and the verdict's exit status.
#[test]
fn closed_standard_output_is_noted() {
    let out = Folder::new();
    let saved = out.path("saved.json");
    fs::write(&saved, everything()).expect("a file");
    let note = "note: standard output is closed, or leads to /dev/null: ";
    for (command, code) in COMMANDS {
        for (to, noted) in [
            (">&-", true),
            ("1<> /dev/null", true),
            ("> /dev/null", false),
            (">> /dev/null", false),
        ] {
            let run = line(&format!("exec \"$0\" {command} {to}"), &saved);
            let found = run
                .stderr
                .replace("/dev/stdout is closed", "standard output is closed");
            assert_eq!(run.code, *code, "{command} {to}: {}", run.stderr);
            assert_eq!(
                found.contains(note),
                noted,
                "{command} {to}: {}",
                run.stderr
            );
        }
    }
}

#[test]
fn other_closed_streams_lose_no_report() {
    let out = Folder::new();
    let expected = timeless(&shell("gap", "run").stdout);
    let file = out.path("report");
    let report = || timeless(&fs::read_to_string(&file).expect("a report"));
    assert_eq!(
        shell("gap", &format!("run --format csv --out {file}")).code,
        3
    );
    let csv = report();
    for streams in ["2>&-", "<&-", "<&- 2>&-", "2> /dev/full", "2< /dev/null"] {
        let run = shell("gap", &format!("run {streams}"));
        let seen = timeless(&run.stdout);
        assert_eq!((run.code, &seen), (3, &expected), "{streams}");
    }
    // In this format standard error is a part of the report.
    for (stream, code) in [("2>&-", 1), ("2> /dev/full", 2), ("2< /dev/null", 2)] {
        let run = shell("log-modified", &format!("run --format aws-cli {stream}"));
        assert_eq!(run.code, code, "{stream}");
    }
    // No file that is opened later takes the place of a closed stream.
    for streams in ["<&- >&- 2>&-", ">&- 2>&-", "<&- 2>&-"] {
        let run = shell("gap", &format!("run --format csv --out {file} {streams}"));
        assert_eq!(run.code, 3, "{streams}");
        assert_eq!(report(), csv, "{streams}");
    }
    let beside = format!("run --format csv --out {file} --format json");
    assert_eq!(shell("gap", &beside).code, 3);
    let csv = report();
    let run = shell("gap", &format!("{beside} >&-"));
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(report(), csv);
}
