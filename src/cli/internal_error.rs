//! Panics: bugs of this program or of a library. The first one, in any thread, ends the program and says where
//! to report it.

use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::low_level;

use super::output::replacement;
use super::{INTERNAL_ERROR, diagnose};
use crate::base::caught::is_caught;
use crate::base::error::{Error, ErrorKind};
use crate::base::text::clip;

/// The longest message of a panic, in characters: it may hold any input.
const LONGEST: usize = 1000;

/// Where Cargo keeps the sources of libraries, in a folder of each registry.
const REGISTRY: &str = "/registry/src/";

/// Whether a panic is ending the program.
static ENDING: AtomicBool = AtomicBool::new(false);

/// From now on a panic ends the program with [`INTERNAL_ERROR`], without a backtrace, and removes reports that
/// are not complete. Going on would not be safe, because the work of the thread is lost.
pub fn end_on_panic() {
    panic::set_hook(Box::new(end));
}

fn end(info: &PanicHookInfo<'_>) {
    if is_caught() {
        return;
    }
    if ENDING.swap(true, Ordering::SeqCst) {
        // One report is enough, and this thread must not end the program before it is written.
        loop {
            thread::park();
        }
    }
    let place = info.location().map(|at| (at.file(), at.line()));
    diagnose::print(&report(info.payload_as_str(), place));
    replacement::abandon();
    low_level::exit(INTERNAL_ERROR.into());
}

fn report(message: Option<&str>, place: Option<(&str, u32)>) -> Error {
    let program = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    let place = place.map(|(file, line)| format!(" at {}:{line}", in_package(file)));
    let place = place.unwrap_or_default();
    let message = clip(message.unwrap_or("no message"), LONGEST);
    Error::new(
        ErrorKind::Internal,
        format!("internal error of {program}{place}: {message}"),
    )
    .hint(
        "this is a bug, and this run proves nothing; please report it at the issue tracker of the \
         program's repository, with the command and this text",
    )
}

/// The path of a source without the folders of the machine that built the program.
fn in_package(file: &str) -> &str {
    let in_registry = file.split_once(REGISTRY).map(|(_, path)| path);
    let in_package = in_registry.and_then(|path| path.split_once('/'));
    in_package.map_or(file, |(_, path)| path)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Output};
    use std::sync::Barrier;
    use std::{env, fs, thread};

    use super::super::output::target::OutputTarget;
    use super::{LONGEST, end_on_panic, report};

    /// Names the folder in which the child of these tests panics.
    const FOLDER: &str = "TRAILPROOF_TEST_OF_PANICS";

    #[test]
    fn a_report_says_what_happened_where_and_what_to_do() {
        let error = report(Some("left != right"), Some(("src/proof/x.rs", 7)));
        let version = env!("CARGO_PKG_VERSION");
        let expected =
            format!("internal error of trailproof {version} at src/proof/x.rs:7: left != right");
        assert_eq!(error.to_string(), expected);
        let hint = error.advice().expect("a hint");
        assert!(hint.contains("report it at the issue tracker"), "{hint}");

        let file = "/home/u/.cargo/registry/src/index.crates.io-1949cf8c/rayon-1.12.0/src/x.rs";
        let error = report(None, Some((file, 7))).to_string();
        assert!(
            error.ends_with(" at rayon-1.12.0/src/x.rs:7: no message"),
            "{error}"
        );

        let long = report(Some(&"x".repeat(100_000)), None).to_string();
        assert!(long.chars().count() < LONGEST + 100);
    }

    /// Panics in a process of its own, started by the next test.
    #[test]
    fn panics_in_the_child() {
        let Some(folder) = env::var_os(FOLDER) else {
            return;
        };
        let out = Path::new(&folder).join("report.json");
        let target = OutputTarget::open(&out).expect("a target");
        if let OutputTarget::Replace(file) = &target {
            file.file()
                .write_all(b"{\"verdict\": ")
                .expect("half a report");
        }
        end_on_panic();
        let both = Barrier::new(2);
        let fail = || {
            both.wait();
            panic!("at \u{1b}[31m\u{202e} {}", "y".repeat(100_000));
        };
        thread::scope(|scope| {
            scope.spawn(fail);
            scope.spawn(fail);
        });
    }

    fn child(folder: &Path) -> Output {
        let mut child = Command::new(env::current_exe().expect("this program"));
        child.args(["--exact", "--nocapture", "--test-threads=1"]);
        child.arg("cli::internal_error::tests::panics_in_the_child");
        child.env(FOLDER, folder).env("RUST_BACKTRACE", "1");
        child.output().expect("this program runs")
    }

    #[test]
    fn panics_of_two_threads_end_the_program_with_one_report_and_leave_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let output = child(folder.path());
        let error = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(70), "{error}");
        assert_eq!(
            error.matches("error: internal error of trailproof").count(),
            1,
            "{error}"
        );
        assert_eq!(error.lines().count(), 2, "{error}");
        assert!(error.contains("src/cli/internal_error.rs:"), "{error}");
        assert!(error.contains("at \\u{1b}[31m\\u{202e} yyy"), "{error}");
        assert!(
            !error.contains('\u{1b}') && !error.contains("backtrace"),
            "{error}"
        );
        let left: Vec<_> = fs::read_dir(folder.path()).expect("the folder").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
