//! The AWS CLI, of one version, in an environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::support::aws::Loopback;

/// The version that is held against us: another one may say other things in other words.
const VERSION: &str = "1.46.2";

/// How to get what it needs.
const CURE: &str = "the AWS CLI is needed as a witness: install Python 3 with venv or pip (such as \
                    apt-get install python3 python3-venv python3-pip) and let pip reach its index";

/// How one run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Exit status 0: nothing was found to be wrong.
    Valid,
    /// Exit status 1: something is INVALID.
    Invalid,
    /// It gave up, without a summary.
    Aborted,
}

/// What one run said.
pub struct Said {
    pub end: End,
    /// Standard output, then standard error.
    pub text: String,
}

impl Said {
    /// What several runs said, one after the other: one that found something is enough.
    pub fn together(runs: Vec<Said>) -> Said {
        let ended = |end| runs.iter().any(|run| run.end == end);
        let worst = [End::Invalid, End::Aborted].into_iter().find(|e| ended(*e));
        Said {
            end: worst.unwrap_or(End::Valid),
            text: runs.into_iter().map(|run| run.text).collect(),
        }
    }
}

/// `aws cloudtrail validate-logs` against AWS on loopback; it finds no settings but these.
pub fn validate_logs(loopback: &Loopback, args: &[String]) -> Said {
    let home = tempfile::tempdir().expect("a folder");
    let output = INSTALLED
        .command()
        .env_clear()
        .envs(loopback.env())
        .envs(INSTALLED.path())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .args(["-m", "awscli", "cloudtrail", "validate-logs"])
        .args(args)
        .output()
        .expect("the AWS CLI runs");
    let text = text(&output);
    let end = match output.status.code() {
        Some(0) => End::Valid,
        Some(1) => End::Invalid,
        _ => End::Aborted,
    };
    // Python itself exits with 1 where it fails before the AWS CLI begins.
    let summary = text.contains("Results requested for ");
    assert_eq!(end != End::Aborted, summary, "{args:?}:\n{text}");
    Said { end, text }
}

fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}\n{}", String::from_utf8_lossy(&output.stderr))
}

/// The AWS CLI, made once.
static INSTALLED: LazyLock<Installed> = LazyLock::new(Installed::get);

/// Where the AWS CLI is.
struct Installed {
    python: PathBuf,
    /// Packages beside a Python that has no environment of its own.
    packages: Option<PathBuf>,
}

impl Installed {
    fn command(&self) -> Command {
        Command::new(&self.python)
    }

    fn path(&self) -> Option<(&'static str, &Path)> {
        Some(("PYTHONPATH", self.packages.as_deref()?))
    }

    /// Makes it, unless a run before this one did. It is made beside its place and renamed, so that
    /// what is there is whole.
    fn get() -> Installed {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("awscli-{VERSION}"));
        if !kept.exists() {
            let made = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
            install(made.path());
            // Where another process was faster, its own is as good.
            if let Err(e) = fs::rename(made.path(), &kept) {
                assert!(kept.exists(), "{}: {e}", kept.display());
            }
        }
        let (venv, packages) = (kept.join(VENV), kept.join(PACKAGES));
        let installed = if venv.exists() {
            Installed {
                python: venv.join("bin/python"),
                packages: None,
            }
        } else {
            Installed {
                python: system_python(),
                packages: Some(packages),
            }
        };
        let mut version = installed.command();
        version.envs(installed.path());
        let said = run(version.args(["-m", "awscli", "--version"]));
        assert!(said.starts_with(&format!("aws-cli/{VERSION} ")), "{said}");
        installed
    }
}

const VENV: &str = "venv";
const PACKAGES: &str = "packages";

/// Installs into a virtual environment, or where Python cannot make one, into a plain folder.
fn install(dir: &Path) {
    let venv = dir.join(VENV);
    let made = Command::new("python3")
        .args(["-m", "venv"])
        .arg(&venv)
        .output()
        .unwrap_or_else(|e| panic!("python3: {e}: {CURE}"));
    let (python, target) = if made.status.success() {
        (venv.join("bin/python"), None)
    } else {
        // A Python without ensurepip leaves half an environment behind.
        let _ = fs::remove_dir_all(&venv);
        (system_python(), Some(dir.join(PACKAGES)))
    };
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet"]);
    pip.arg("--disable-pip-version-check");
    if let Some(target) = target {
        pip.arg("--target").arg(target);
    }
    run(pip.arg(format!("awscli=={VERSION}")));
}

/// The real path of `python3`, which may be a wrapper that needs an environment.
fn system_python() -> PathBuf {
    let mut python = Command::new("python3");
    let path = run(python.args(["-c", "import sys; print(sys.executable)"]));
    path.trim().into()
}

/// What a command prints, which must succeed.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}: {CURE}"));
    let text = text(&output);
    assert!(output.status.success(), "{command:?}:\n{text}\n{CURE}");
    text
}
