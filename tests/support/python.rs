//! Python packages as witnesses, each in one version and in its own environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// How to get what is missing.
const CURE: &str = "a Python package is needed as a witness: install Python 3 with venv or pip (such as \
                    apt-get install python3 python3-venv python3-pip) and let pip reach its index";

const VENV: &str = "venv";
const PACKAGES: &str = "packages";

/// The version of the AWS CLI that we compare with: another one may use other words.
const AWS_CLI_VERSION: &str = "1.46.2";

/// The AWS CLI, installed once: its module is `awscli`.
pub static AWS_CLI: LazyLock<Python> = LazyLock::new(|| {
    let python = Python::with("awscli", AWS_CLI_VERSION);
    let version = output_of(python.command().args(["-m", "awscli", "--version"]));
    let expected = format!("aws-cli/{AWS_CLI_VERSION} ");
    assert!(version.starts_with(&expected), "{version}");
    python
});

/// A Python that has a package.
pub struct Python {
    python: PathBuf,
    /// Packages beside a Python without an environment of its own.
    packages: Option<PathBuf>,
}

impl Python {
    /// Makes an environment with a package, unless an earlier run did. It is made elsewhere and
    /// renamed, so that an existing environment is always complete.
    pub fn with(package: &str, version: &str) -> Python {
        Python::with_others(package, version, &[])
    }

    /// The same, with further packages beside it.
    pub fn with_others(package: &str, version: &str, others: &[&str]) -> Python {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{package}-{version}"));
        if !kept.exists() {
            let made = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
            let package = format!("{package}=={version}");
            install(made.path(), &[&[package.as_str()], others].concat());
            // If another process was faster, its environment is as good.
            if let Err(e) = fs::rename(made.path(), &kept) {
                assert!(kept.exists(), "{}: {e}", kept.display());
            }
        }
        let (venv, packages) = (kept.join(VENV), kept.join(PACKAGES));
        if venv.exists() {
            Python {
                python: venv.join("bin/python"),
                packages: None,
            }
        } else {
            Python {
                python: system_python(),
                packages: Some(packages),
            }
        }
    }

    /// Python itself; it finds the package through `path` in its environment.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.python);
        command.envs(self.path());
        command
    }

    /// A script that a package installs. Its first line refers to the place where it was made.
    pub fn script(&self, name: &str) -> Command {
        let folder = match &self.packages {
            Some(packages) => packages.join("bin"),
            None => self.python.with_file_name(""),
        };
        let mut command = self.command();
        command.arg(folder.join(name));
        command
    }

    /// The variable that must be set.
    pub fn path(&self) -> Option<(&'static str, &Path)> {
        Some(("PYTHONPATH", self.packages.as_deref()?))
    }
}

/// Installs packages into a virtual environment or, where Python cannot make one, into a plain folder.
fn install(dir: &Path, packages: &[&str]) {
    let venv = dir.join(VENV);
    let made = Command::new("python3")
        .args(["-m", "venv"])
        .arg(&venv)
        .output()
        .unwrap_or_else(|e| panic!("python3: {e}: {CURE}"));
    let (python, target) = if made.status.success() {
        (venv.join("bin/python"), None)
    } else {
        // A Python without ensurepip leaves a partial environment behind.
        let _ = fs::remove_dir_all(&venv);
        (system_python(), Some(dir.join(PACKAGES)))
    };
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet"]);
    pip.arg("--disable-pip-version-check");
    if let Some(target) = target {
        pip.arg("--target").arg(target);
    }
    output_of(pip.args(packages));
}

/// The real path of `python3`, which may be a wrapper that needs an environment.
fn system_python() -> PathBuf {
    let mut python = Command::new("python3");
    let path = output_of(python.args(["-c", "import sys; print(sys.executable)"]));
    path.trim().into()
}

/// The output of a command, which must succeed.
pub fn output_of(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}: {CURE}"));
    let text = both_streams(&output);
    assert!(output.status.success(), "{command:?}:\n{text}\n{CURE}");
    text
}

/// Standard output, then standard error.
pub fn both_streams(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}\n{}", String::from_utf8_lossy(&output.stderr))
}
