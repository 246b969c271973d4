//! Prometheus' own tool, as a witness of metrics and of alerting rules.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::python::{both_streams, output_of};

const NAME: &str = "promtool";

/// How to get it where this cannot.
const CURE: &str = "promtool is needed as a witness: install it (it is part of Prometheus), or let apt-get reach \
                    Debian's packages";

/// The tool: that of this machine, or that of Debian's package, unpacked once below the build's folder. Neither
/// needs root.
static PROMTOOL: LazyLock<PathBuf> = LazyLock::new(|| {
    let found = Command::new(NAME).arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) {
        return NAME.into();
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(NAME);
    if !kept.exists() {
        let made = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let unpacked = unpack(made.path());
        // If another process was faster, its file is as good.
        fs::rename(&unpacked, &kept).unwrap_or_else(|e| panic!("{}: {e}", kept.display()));
    }
    kept
});

/// Gets Debian's package with lists of packages of its own, because those of the machine may be absent or old,
/// and only root may write them.
fn unpack(dir: &Path) -> PathBuf {
    for folder in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(dir.join(folder)).expect("a folder");
    }
    let apt = |what: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.current_dir(dir).arg("-qq");
        for (option, folder) in [("Dir::State::Lists", "lists"), ("Dir::Cache", "cache")] {
            let folder = dir.join(folder);
            apt.arg("-o").arg(format!("{option}={}", folder.display()));
        }
        // The user that root would download as may not write here.
        apt.args(["-o", "APT::Sandbox::User="]).args(what);
        let output = apt
            .output()
            .unwrap_or_else(|e| panic!("{apt:?}: {e}: {CURE}"));
        let text = both_streams(&output);
        assert!(output.status.success(), "{apt:?}:\n{text}\n{CURE}");
    };
    apt(&["update"]);
    apt(&["download", "prometheus"]);
    let files = fs::read_dir(dir).expect("the folder");
    let mut files = files.map(|entry| entry.expect("an entry").path());
    let package = files.find(|path| path.extension().is_some_and(|ending| ending == "deb"));
    let package = package.unwrap_or_else(|| panic!("no package: {CURE}"));
    let root = dir.join("root");
    output_of(Command::new("dpkg-deb").arg("-x").arg(package).arg(&root));
    root.join("usr/bin").join(NAME)
}

/// Runs it in a folder with something to read. It must succeed.
pub fn promtool(dir: &Path, args: &[&str], input: &str) {
    let mut tool = Command::new(&*PROMTOOL);
    tool.current_dir(dir).args(args);
    tool.stdin(Stdio::piped());
    tool.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = tool.spawn().expect("promtool runs");
    let mut stdin = child.stdin.take().expect("standard input");
    // It may end without reading.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("promtool ends");
    let text = both_streams(&output);
    assert!(output.status.success(), "{args:?}: {text}");
}
