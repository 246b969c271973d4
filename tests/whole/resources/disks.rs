//! A full disk under whatever is written: the run says so, and what was there before stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::orderly::note;
use crate::support::tree::tree;

use super::{COPY, Site, WINDOW, assert_ends, assert_refused};

/// Each command that writes a file, and the file. `OUT` is the folder of the file, with a slash.
const PRODUCTS: [(&str, &str); 8] = [
    ("validate COPY WINDOW --state OUTstate.json", "state.json"),
    (
        "validate COPY --format json --out OUTreport.json",
        "report.json",
    ),
    (
        "shard plan COPY --shards 1 --out OUTplan.jsonl",
        "plan.jsonl",
    ),
    (
        "shard run --plan plan.jsonl --out OUTparts/",
        "parts/shard-00000.part",
    ),
    (
        "shard merge --plan plan.jsonl parts --format json --out OUTreport.json",
        "report.json",
    ),
    ("events COPY --out OUTevents.jsonl", "events.jsonl"),
    (
        "history state.json --format html --out OUTpage.html",
        "page.html",
    ),
    (
        "report report.json --format html --out OUTpage.html",
        "page.html",
    ),
];

fn line(line: &str, out: &str) -> String {
    let line = line.replace("COPY", COPY).replace("WINDOW", WINDOW);
    line.replace("OUT", out)
}

/// The largest file, in KiB, where the system refuses larger ones: just enough to try out temporary files.
const LARGEST: u64 = 4;

/// The system refuses to write larger files, as it refuses to write where a disk is full.
#[test]
fn a_file_that_cannot_be_written_to_its_end_leaves_the_older_one() {
    let site = Site::new();
    let mut refused = 0;
    for (command, product) in PRODUCTS {
        let line = line(command, "");
        let run = site.line(&format!("exec \"$0\" {line}"));
        assert_ends(&run, &[0], &line);
        let size = fs::metadata(site.path(product)).expect("a file").len();
        let before = tree(site.dir.path());
        let run = site.line(&format!("ulimit -f {LARGEST}; exec \"$0\" {line}"));
        if size <= LARGEST << 10 {
            assert_ends(&run, &[0], &line);
            continue;
        }
        assert_ends(&run, &[2], &line);
        let said = run.stderr.to_lowercase();
        assert!(said.contains("file too large"), "{line}: {said}");
        assert!(
            tree(site.dir.path()) == before,
            "{line}: {product} was changed"
        );
        refused += 1;
    }
    assert!(refused > 3, "{refused}");
}

/// A small file system; `None` if none can be mounted here.
struct SmallDisk<'p>(&'p Path);

impl<'p> SmallDisk<'p> {
    fn mounted(at: &'p Path) -> Option<Self> {
        fs::create_dir(at).expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]);
        let done = mount.arg(at).output();
        let is_mounted = done.is_ok_and(|output| output.status.success());
        is_mounted.then_some(SmallDisk(at))
    }

    /// Fills it, but for about so many bytes.
    fn fill(&self, left: usize) {
        let mut ballast = vec![0; 64 << 10];
        loop {
            match fs::write(self.0.join("ballast"), &ballast) {
                Ok(()) => break,
                Err(_) => ballast.truncate(ballast.len() - 4096),
            }
        }
        ballast.truncate(ballast.len().saturating_sub(left));
        fs::write(self.0.join("ballast"), ballast).expect("room");
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // Nothing of it is needed any more.
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

#[test]
fn a_full_disk_is_said_and_gives_no_other_verdict() {
    let site = Site::new();
    let at = site.path("disk");
    let Some(disk) = SmallDisk::mounted(&at) else {
        // Only the superuser may mount; the test above limits the size of files instead.
        note("no small file system can be mounted here: the limit of file sizes stands for it");
        return;
    };
    fs::create_dir(at.join("parts")).expect("a folder");
    for file in ["state.json", "state.json.lock"] {
        fs::copy(site.path(file), at.join(file)).expect("a state");
    }
    for (command, product) in PRODUCTS {
        disk.fill(0);
        let line = line(command, "disk/");
        let before = tree(&at);
        let run = site.line(&format!("exec \"$0\" {line}"));
        assert_ends(&run, &[2], &line);
        let said = run.stderr.to_lowercase();
        assert!(said.contains("no space left"), "{line}: {said}");
        let after = tree(&at);
        let names = |tree: &BTreeMap<String, Vec<u8>>| Vec::from_iter(tree.keys().cloned());
        assert_eq!(names(&after), names(&before), "{line}");
        assert!(after == before, "{line}: {product} was changed");
    }
    // Temporary files: from no room at all to enough of it.
    let clean = format!("validate {COPY}");
    let damaged = site.path("damaged");
    let log = site.log(2);
    for left in [0, 4 << 10, 16 << 10, 48 << 10] {
        disk.fill(left);
        let run = site.line(&format!("TMPDIR=disk exec \"$0\" {clean}"));
        assert_ends(&run, &[0, 2, 4], &format!("{left} bytes are left"));
        if left == 0 {
            assert_refused(&run, "(tmpdir): no space left", "no room");
        }
        fs::rename(&log, &damaged).expect("a log");
        let run = site.line(&format!("TMPDIR=disk exec \"$0\" {clean}"));
        assert_ends(&run, &[1, 2, 4], &format!("{left} bytes are left"));
        fs::rename(&damaged, &log).expect("a log");
        let run = site.line("TMPDIR=disk exec \"$0\" shard run --plan plan.jsonl --out parts/");
        assert_ends(&run, &[0, 2], &format!("{left} bytes are left"));
    }
}
