//! The report on a terminal: its width, and colour.

use super::{On, Shown, command, run_to_end, without_escapes};
use crate::support::program::{root, run};
use crate::support::reports::timeless;

const ARGS: [&str; 5] = ["validate", "--path", "bucket", "--keys", "keys"];

fn with(case: &str, on: On, columns: u16, env: &[(&str, &str)]) -> Shown {
    let dir = root().join("testdata").join(case);
    run_to_end(command(&dir, on, columns, &ARGS).envs(env.iter().copied()))
}

fn plain(case: &str) -> String {
    timeless(&run(&root().join("testdata").join(case), &ARGS).stdout)
}

/// The words of a text, without regard to line ends.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn without_a_terminal_the_report_is_plain() {
    let forced = [("CLICOLOR_FORCE", "1")];
    for env in [&[][..], &forced] {
        for on in [On::None, On::Err] {
            let seen = with("log-modified", on, 60, env);
            assert_eq!((seen.code, seen.err.as_str()), (1, ""));
            assert_eq!(timeless(&seen.out), plain("log-modified"));
        }
    }
    assert!(!plain("log-modified").contains('\u{1b}'));
}

#[test]
fn colour_adds_no_words() {
    for (case, code, word) in [
        ("log-modified", 1, "FAILED"),
        ("gap", 3, "GAPS"),
        ("digest-signature-absent", 4, "UNPROVEN"),
        ("sample", 0, "VERIFIED"),
    ] {
        let seen = with(case, On::Out, 2_000, &[]);
        assert_eq!(seen.code, code);
        let first = seen.out.lines().next().expect("a line");
        assert!(first.starts_with('\u{1b}'), "{first:?}");
        assert!(first.contains(&format!("{word}\u{1b}[0m:")), "{first:?}");
        assert_eq!(
            timeless(&without_escapes(&seen.out)),
            plain(case),
            "nothing but colour is added"
        );
    }
}

#[test]
fn colour_can_be_turned_off() {
    for env in [
        ("NO_COLOR", "1"),
        ("CLICOLOR", "0"),
        ("TERM", "dumb"),
        ("TERM", ""),
    ] {
        let seen = with("log-modified", On::Both, 2_000, &[env]);
        assert_eq!(timeless(&seen.out), plain("log-modified"), "{env:?}");
    }
    // `NO_COLOR` wins over variables that ask for colour.
    let both = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
    let both = with("log-modified", On::Out, 2_000, &both);
    assert_eq!(timeless(&both.out), plain("log-modified"));
    // An empty variable has no effect.
    for env in [("NO_COLOR", ""), ("CLICOLOR", ""), ("CLICOLOR_FORCE", "")] {
        let seen = with("log-modified", On::Out, 2_000, &[env]);
        assert!(seen.out.starts_with('\u{1b}'), "{env:?}");
    }
}

#[test]
fn help_has_no_escapes_on_a_dumb_terminal() {
    for (kind, coloured) in [("", false), ("dumb", false), ("xterm-256color", true)] {
        let mut help = command(&root(), On::Out, 80, &["--help"]);
        let seen = run_to_end(help.env("TERM", kind));
        assert!(seen.out.contains("validate"), "{kind}: {}", seen.out);
        assert_eq!(
            seen.out.contains('\u{1b}'),
            coloured,
            "{kind}: {}",
            seen.out
        );
    }
}

#[test]
fn lines_fit_the_terminal_and_lose_no_word() {
    for case in ["gap", "log-modified", "sample"] {
        let unwrapped = plain(case);
        for columns in [40, 60, 80, 120] {
            let seen = with(case, On::Out, columns, &[]);
            let text = timeless(&without_escapes(&seen.out));
            assert_eq!(words(&text), words(&unwrapped), "{case} {columns}");
            for line in text.lines() {
                let long = line.chars().count() > usize::from(columns);
                // Object names and commands are not broken, so that one can copy them.
                let name = line.split_whitespace().any(|w| w.chars().count() > 25);
                assert!(
                    !long || name || line.contains("aws "),
                    "{case} {columns}: {line:?}"
                );
            }
        }
    }
}

#[test]
fn other_formats_stay_as_they_are_on_a_terminal() {
    let dir = root().join("testdata/gap");
    for format in ["csv", "markdown", "jsonl"] {
        let args = [&ARGS[..], &["--format", format]].concat();
        let seen = run_to_end(&mut command(&dir, On::Out, 40, &args));
        let lines = seen.out.lines().count();
        assert!(!seen.out.contains('\u{1b}'), "{format}");
        assert_eq!(lines, run(&dir, &args).stdout.lines().count(), "{format}");
    }
}

#[test]
fn two_reports_do_not_go_to_one_terminal() {
    let args = [
        "--format",
        "csv",
        "--out",
        "/dev/stdout",
        "--format",
        "text",
    ];
    let args = [&ARGS[..], &args].concat();
    let seen = run_to_end(&mut command(
        &root().join("testdata/gap"),
        On::Out,
        80,
        &args,
    ));
    assert_eq!((seen.code, seen.out.as_str()), (2, ""));
    assert!(
        seen.err
            .contains("to the same file: /dev/stdout and standard output")
    );
}
