//! Runs scenes through the proxy, several at the same time.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::scenes::Scene;
use super::verdicts::{Clean, Wrong, findings};
use crate::support::aws::faulty::{FaultProxy, Trouble};
use crate::support::program::{Run, reported};
use crate::support::stage::Stage;
use crate::trials::tally::Tally;

/// How many runs of all suites go on at the same time: many of them wait.
const AT_ONCE: usize = 14;

/// How many more may begin.
static FREE: (Mutex<usize>, Condvar) = (Mutex::new(AT_ONCE), Condvar::new());

/// How often a request is sent.
const ATTEMPTS: &str = "3";

/// How long a run may take: far longer than its time-outs and attempts allow, on a busy machine.
const LIMIT: Duration = Duration::from_secs(180);

/// A scene, and what goes wrong.
#[derive(Clone, Debug)]
pub struct Cell {
    pub scene: Scene,
    pub troubles: Vec<Trouble>,
}

/// What came of it.
pub struct Ended {
    pub exit: i32,
    pub report: Value,
    pub requests: usize,
    /// Requests with credentials that came to a host that is not AWS.
    pub leaked: Vec<String>,
    pub took: Duration,
}

struct Line {
    stage: Stage,
    proxy: FaultProxy,
}

impl Line {
    fn to(scene: Scene) -> Self {
        let stage = scene.stage();
        let proxy = FaultProxy::start(&stage.loopback);
        Self { stage, proxy }
    }

    fn run(&self, cell: &Cell) -> Result<Ended, String> {
        self.proxy.order(&cell.troubles);
        let mut command = self.stage.command(&cell.scene.args());
        command
            .envs(self.proxy.env())
            .env("AWS_MAX_ATTEMPTS", ATTEMPTS);
        let free = FREE
            .1
            .wait_while(FREE.0.lock().expect("no holder has panicked"), |free| {
                *free == 0
            });
        *free.expect("no holder has panicked") -= 1;
        let begun = Instant::now();
        let run = ended_in_time(&mut command);
        let took = begun.elapsed();
        *FREE.0.lock().expect("no holder has panicked") += 1;
        FREE.1.notify_one();
        let run = run?;
        if ![0, 1, 3, 4].contains(&run.code) {
            return Err(format!("exit status {}: {}", run.code, run.stderr));
        }
        let (exit, report) = reported(run);
        Ok(Ended {
            exit,
            report,
            requests: self.proxy.requests(),
            leaked: self.proxy.leaked(),
            took,
        })
    }
}

/// Runs a command to its end, which must come in time.
fn ended_in_time(command: &mut Command) -> Result<Run, String> {
    let out = tempfile::NamedTempFile::new().expect("a file");
    let err = tempfile::NamedTempFile::new().expect("a file");
    command.stdout(Stdio::from(out.reopen().expect("a file")));
    command.stderr(Stdio::from(err.reopen().expect("a file")));
    let mut child: Child = command.spawn().expect("the binary runs");
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if begun.elapsed() > LIMIT {
            child.kill().expect("a child");
            child.wait().expect("a child");
            return Err(format!("it had not ended after {LIMIT:?}"));
        }
        thread::sleep(Duration::from_millis(5));
    };
    let read = |file: &tempfile::NamedTempFile| std::fs::read_to_string(file.path()).expect("text");
    Ok(Run {
        code: status.code().ok_or("it was killed")?,
        stdout: read(&out),
        stderr: read(&err),
    })
}

/// What a scene gives without faults.
pub fn clean(scene: Scene) -> &'static Clean {
    static CLEAN: LazyLock<BTreeMap<Scene, Clean>> = LazyLock::new(|| {
        let all = Scene::ALL.into_iter();
        all.map(|scene| (scene, without_faults(scene))).collect()
    });
    &CLEAN[&scene]
}

/// Runs a scene without faults, which must give its exit status.
fn without_faults(scene: Scene) -> Clean {
    let line = Line::to(scene);
    let cell = Cell {
        scene,
        troubles: Vec::new(),
    };
    let ended = line.run(&cell).expect("an end");
    assert_eq!(ended.exit, scene.exit(), "{scene:?}: {:#}", ended.report);
    Clean {
        findings: findings(&ended.report),
        requests: ended.requests,
        steps: line.proxy.steps(),
    }
}

/// Runs cells and adds them to a tally, with what `judge` says of each.
pub fn run(
    cells: &[Cell],
    tally: &mut Tally,
    judge: impl Fn(&Cell, &Result<Ended, String>) -> Vec<Wrong> + Sync,
) {
    let next = Mutex::new(cells.iter());
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let mut lines: BTreeMap<Scene, Line> = BTreeMap::new();
                loop {
                    let cell = next.lock().expect("no holder has panicked").next();
                    let Some(cell) = cell else { return };
                    // Cells of a scene come together.
                    lines.retain(|scene, _| *scene == cell.scene);
                    let line = lines
                        .entry(cell.scene)
                        .or_insert_with(|| Line::to(cell.scene));
                    let found = judge(cell, &line.run(cell));
                    wrong.lock().expect("no holder has panicked").extend(found);
                }
            });
        }
    });
    tally.tried += cells.len() as u64;
    for wrong in wrong.into_inner().expect("no holder has panicked") {
        match wrong {
            Wrong::Missed(what) => tally.missed.push(what),
            Wrong::FalseAlarm(what) => tally.false_alarms.push(what),
        }
    }
}
