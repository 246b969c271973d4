//! `--format jsonl`: each finding and each chain is written when it is final, so that programs can read
//! them while the run goes on. It also has the findings that a report only counts.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard};

use crate::base::error::Error;
use crate::cli::output::target::OutputTarget;
use crate::cli::output::{Delivery, unwritable};
use crate::proof::finding::{Finding, ReadFrom};
use crate::report::validation::jsonl;
use crate::report::validation::v1::{Report, Requested, Run};
use crate::validate::observer::Observer;
use crate::validate::outcome::ChainOutcome;
use crate::validate::view;

/// The targets that lines are written to while the run goes on.
pub struct JsonlStream {
    targets: Mutex<Vec<JsonlLines>>,
    from: ReadFrom,
}

/// One of the targets.
struct JsonlLines {
    out: Box<dyn Write + Send>,
    target: OutputTarget,
    /// The first error; nothing is written after it.
    error: Option<io::Error>,
}

impl JsonlStream {
    /// Writes the first line, with what is known before the work.
    ///
    /// # Errors
    /// If a target cannot be written to.
    pub fn begin(
        targets: Vec<OutputTarget>,
        requested: &Requested,
        run: &Run,
    ) -> Result<Self, Error> {
        let lines = targets.into_iter().map(JsonlLines::to);
        let stream = JsonlStream {
            targets: Mutex::new(lines.collect::<Result<_, _>>()?),
            from: view::read_from(&requested.source),
        };
        stream.put(|out| jsonl::begin(requested, run, out));
        Ok(stream)
    }

    /// Writes the last lines, with what is known after the work, and closes the targets. Says whether all lines
    /// were read.
    ///
    /// # Errors
    /// If a target could not be written. A closed pipe is not an error.
    pub fn end(self, report: &Report) -> Result<Delivery, Error> {
        self.put(|out| jsonl::end(report, out));
        let lines = self.targets.into_inner().unwrap_or_else(|e| e.into_inner());
        let mut ended = Ok(Delivery::Complete);
        for one in lines {
            // Close every target, even after an error.
            let one = one.end();
            ended = ended.and_then(|before| Ok(one?.max(before)));
        }
        ended
    }

    fn lines(&self) -> MutexGuard<'_, Vec<JsonlLines>> {
        self.targets.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Writes lines that belong together to every target.
    fn put(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut lines = self.lines();
        if lines.iter().all(|one| one.error.is_some()) {
            return;
        }
        let mut text = Vec::new();
        let made = write(&mut text).map_err(|e| e.kind());
        for one in lines.iter_mut().filter(|one| one.error.is_none()) {
            let written = made.map_err(io::Error::from);
            one.error = written.and_then(|()| one.out.write_all(&text)).err();
        }
    }
}

impl Observer for JsonlStream {
    fn finalized(&self, finding: &Finding) {
        self.put(|out| jsonl::finding(&view::finding(finding.clone(), self.from), out));
    }

    fn concluded(&self, chain: &ChainOutcome) {
        self.put(|out| jsonl::chain(&view::chain(chain), out));
    }
}

impl JsonlLines {
    fn to(target: OutputTarget) -> Result<JsonlLines, Error> {
        match target.writer() {
            Ok(out) => Ok(JsonlLines {
                out,
                target,
                error: None,
            }),
            Err(e) => Err(unwritable(target.name(), &e)),
        }
    }

    fn end(mut self) -> Result<Delivery, Error> {
        let written = match self.error.take() {
            Some(error) => Err(error),
            None => self.out.flush(),
        };
        self.target.finish(written)
    }
}
