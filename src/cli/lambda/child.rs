//! One validation as a process of its own: the same program, started without a shell.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::error::FunctionError;
use super::time_budget::TimeBudget;
use crate::base::text::{clip, escape};

/// Its name, which is not `bootstrap`: so it does not serve a function itself.
const NAME: &str = env!("CARGO_PKG_NAME");

/// How often a process that has not ended is checked.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);
/// How long the last lines of a process that has ended are waited for.
const LAST_LINES: Duration = Duration::from_secs(1);
/// The longest line of standard error, in bytes; a longer one becomes several.
const LONGEST_LINE: u64 = 64 << 10;
/// The most that is kept of one line, in characters, and of all, in bytes.
const KEPT_OF_LINE: usize = 1000;
const KEPT: usize = 8 << 10;
/// How an error begins, on a line of its own.
const ERROR: &str = "error: ";

/// How a validation ended.
#[derive(Debug)]
pub struct ChildEnd {
    /// Its exit status.
    pub code: u8,
    /// The last error on standard error, with its causes and hint.
    pub said: String,
}

/// Runs `validate` with these arguments to its end. Standard error goes to ours, line by line.
///
/// # Errors
/// If it cannot be started, or was ended from outside, or did not end in time.
pub fn validate(arguments: Vec<OsString>, time: TimeBudget) -> Result<ChildEnd, FunctionError> {
    let start = "start the validation";
    let program = env::current_exe().map_err(|e| FunctionError::system(start, &e))?;
    let child = Command::new(program)
        .arg0(NAME)
        .arg("validate")
        .arg(format!("--deadline={}s", time.deadline))
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|e| match e.kind() {
        io::ErrorKind::ArgumentListTooLong => {
            FunctionError::Event("its values are too long".into())
        }
        io::ErrorKind::InvalidInput => FunctionError::Event("a value holds a NUL character".into()),
        _ => FunctionError::system(start, &e),
    })?;
    let said = child.stderr.take();
    let said = said.map(|stderr| forward(stderr, io::stderr()));
    let ended = wait(&mut child, time.last);
    let said = said.and_then(|said| said.recv_timeout(LAST_LINES).ok());
    let said = said.unwrap_or_default();
    let status = ended.map_err(|e| FunctionError::system("wait for the validation", &e))?;
    let Some(status) = status else {
        let message = "the validation did not end in time and was ended".to_owned();
        return Err(FunctionError::Ended(message));
    };
    match status.code().and_then(|code| u8::try_from(code).ok()) {
        Some(code) => Ok(ChildEnd { code, said }),
        None => Err(FunctionError::Ended(ended_by_signal(status))),
    }
}

fn ended_by_signal(status: ExitStatus) -> String {
    let signal = status.signal().unwrap_or_default();
    format!(
        "signal {signal} ended the validation before it wrote a report; if memory ran out, give the function more"
    )
}

/// Waits for the end of a process. `None` if it did not end in time, and was ended.
fn wait(child: &mut Child, last: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= last {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(CHECK_INTERVAL);
    }
}

/// Writes every line as it comes, safe to print, and sends the last error at the end.
fn forward(
    stderr: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
) -> Receiver<String> {
    let (sender, said) = mpsc::channel();
    let copy = move || {
        let mut stderr = BufReader::new(stderr);
        let mut said = LastError::default();
        let mut line = Vec::new();
        while let Ok(1..) = (&mut stderr)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
        {
            let text = String::from_utf8_lossy(line.trim_ascii_end());
            let text = escape(&text);
            // Where it cannot be written there is nowhere to report it.
            let _ = writeln!(to, "{text}");
            said.add(&text);
            line.clear();
        }
        // Nobody receives it if the process left others behind that keep standard error open.
        let _ = sender.send(said.0);
    };
    // Without a thread nobody reads the standard error of the process.
    let _ = thread::Builder::new().name("stderr".into()).spawn(copy);
    said
}

/// The last error of standard error in one line; before the first one, whatever was said.
#[derive(Default)]
struct LastError(String);

impl LastError {
    fn add(&mut self, line: &str) {
        let error = line.strip_prefix(ERROR);
        if error.is_some() {
            self.0.clear();
        }
        let line = clip(error.unwrap_or(line).trim(), KEPT_OF_LINE);
        if line.is_empty() || self.0.len() + line.len() > KEPT {
            return;
        }
        if !self.0.is_empty() {
            self.0.push_str("; ");
        }
        self.0.push_str(&line);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor};

    use super::{KEPT, LastError, forward};

    #[test]
    fn the_last_error_is_kept_and_no_more() {
        let mut said = LastError::default();
        for line in [
            "note: a clock",
            "error: no trail",
            "  caused by: why",
            "",
            "  hint: what",
        ] {
            said.add(line);
        }
        assert_eq!(said.0, "no trail; caused by: why; hint: what");
        for _ in 0..KEPT {
            said.add("note: more");
        }
        assert!(said.0.len() <= KEPT);
        said.add("error: the last");
        assert_eq!(said.0, "the last");
    }

    #[test]
    fn what_a_process_says_is_made_safe_and_bounded() {
        let long = [&b"error: \x1b[31m\xff"[..], &vec![b'x'; 200 << 10]].concat();
        let said = forward(Cursor::new(long), io::sink()).recv();
        let said = said.expect("the thread ends");
        assert!(said.starts_with("\\u{1b}[31m\u{fffd}xxx"), "{said}");
        assert!(said.len() <= KEPT, "{said}");
    }
}
