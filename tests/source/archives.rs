//! Hostile archives: no name leads anywhere, what is not a plain member is refused, what is damaged could not
//! be read, and neither memory nor time grows with what an archive claims.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use trailproof::base::limits::Limits;
use trailproof::source::disk::DiskSource;
use trailproof::source::{Listed, Range, RootId, Source as _};

use crate::support::case::{BUCKET, Case};
use crate::support::program::{peak_of, report, run, severity_codes};

/// Packs the files of `bucket` into `packed`. Each script may change a member before it is written.
const ZIP: &str = "
import os, struct, sys, zipfile
victim, what = sys.argv[1], sys.argv[2]
out = zipfile.ZipFile('packed', 'w', zipfile.ZIP_DEFLATED)
for folder, _, names in sorted(os.walk('bucket')):
    for name in sorted(names):
        path = os.path.join(folder, name)
        key = os.path.relpath(path, 'bucket')
        data = open(path, 'rb').read()
        info = zipfile.ZipInfo(key)
        info.compress_type = zipfile.ZIP_DEFLATED
        if key == victim:
            if what == 'symlink':
                info.external_attr, data = 0o120777 << 16, b'/etc/passwd'
            elif what == 'device':
                info.external_attr = 0o060666 << 16
            elif what == 'absolute':
                info.filename = '/' + key
            elif what == 'parent':
                info.filename = '../../' + key
            elif what == 'bzip2':
                info.compress_type = zipfile.ZIP_BZIP2
            elif what == 'twice':
                out.writestr(info, b'other')
                info = zipfile.ZipInfo(key)
        out.writestr(info, data)
at = out.getinfo(victim).header_offset if what in ('encrypted', 'checksum') else 0
out.close()
if what in ('encrypted', 'checksum'):
    raw = bytearray(open('packed', 'rb').read())
    central = raw.rindex(victim.encode()) - 46
    assert raw[central:central + 4] == b'PK\\x01\\x02'
    if what == 'encrypted':
        raw[central + 8] |= 1
    else:
        raw[at + 30 + len(victim) + 12] ^= 0x40
    open('packed', 'wb').write(raw)
";

const TAR: &str = "
import io, os, sys, tarfile
victim, what = sys.argv[1], sys.argv[2]
out = tarfile.open('packed', 'w')
for folder, _, names in sorted(os.walk('bucket')):
    for name in sorted(names):
        path = os.path.join(folder, name)
        key = os.path.relpath(path, 'bucket')
        data = open(path, 'rb').read()
        info = tarfile.TarInfo(key)
        info.size = len(data)
        if key == victim:
            if what in ('symlink', 'hardlink', 'device', 'fifo'):
                info.type = {'symlink': tarfile.SYMTYPE, 'hardlink': tarfile.LNKTYPE,
                    'device': tarfile.CHRTYPE, 'fifo': tarfile.FIFOTYPE}[what]
                info.linkname, info.size, data = '/etc/passwd', 0, b''
            elif what == 'absolute':
                info.name = '/' + key
            elif what == 'parent':
                info.name = '../../' + key
            elif what == 'sparse':
                info.pax_headers = {'GNU.sparse.major': '1'}
            elif what == 'twice':
                other = tarfile.TarInfo(key)
                other.size = 5
                out.addfile(other, io.BytesIO(b'other'))
        out.addfile(info, io.BytesIO(data))
out.close()
";

fn python(dir: &Path, script: &str, args: &[&str]) {
    let done = Command::new("python3")
        .current_dir(dir)
        .args(["-c", script])
        .args(args)
        .status();
    assert!(done.expect("python3").success());
}

fn validated(dir: &Path) -> (i32, Value) {
    let args = ["--path", "packed", "--s3-bucket", BUCKET, "--keys", "keys"];
    report(dir, &args)
}

#[test]
fn a_member_that_is_not_a_plain_file_is_refused_and_never_missing() {
    let mut case = Case::new("hostile-members", 0, "");
    let chain = case.chain(4);
    let dir = case.copied();
    let log = &chain.digests[2].logs[0].place.key;
    let hostile: [(&str, &[&str]); 2] = [
        (
            ZIP,
            &[
                "symlink",
                "device",
                "absolute",
                "parent",
                "bzip2",
                "encrypted",
            ],
        ),
        (
            TAR,
            &[
                "symlink", "hardlink", "device", "fifo", "absolute", "parent", "sparse",
            ],
        ),
    ];
    for (script, kinds) in hostile {
        python(dir.path(), script, &[log, "nothing"]);
        assert_eq!(validated(dir.path()).0, 0);
        for kind in kinds {
            python(dir.path(), script, &[log, kind]);
            let (code, report) = validated(dir.path());
            assert_eq!(
                (code, severity_codes(&report)),
                (4, vec!["unproven log-unreadable".to_owned()]),
                "{kind}: {report:#}"
            );
            let finding = &report["findings"][0];
            assert_eq!(
                (&finding["reason"], &finding["key"]),
                (&"refused".into(), &log.as_str().into())
            );
        }
        // Of two members with one name both are judged: the other one is not what was delivered.
        python(dir.path(), script, &[log, "twice"]);
        let (code, report) = validated(dir.path());
        assert_eq!(code, 1, "{report:#}");
        assert!(
            severity_codes(&report)
                .iter()
                .any(|c| c.starts_with("failed log-m")),
            "{report:#}"
        );
    }
    // A damaged member is one that could not be read. It says nothing about the log.
    python(dir.path(), ZIP, &[log, "checksum"]);
    let (code, report) = validated(dir.path());
    assert_eq!(
        (code, severity_codes(&report)),
        (4, vec!["unproven log-unreadable".to_owned()]),
        "{report:#}"
    );
}

#[test]
fn what_is_no_archive_or_is_cut_off_ends_with_exit_2() {
    let mut case = Case::new("no-archive", 0, "");
    let chain = case.chain(2);
    let dir = case.copied();
    let packed = dir.path().join("packed");
    let assert_refused = |what: &str, says: &str| {
        let run = run(
            dir.path(),
            &["validate", "--path", "packed", "--keys", "keys"],
        );
        assert_eq!(run.code, 2, "{what}: {}", run.stdout);
        assert!(
            run.stderr.contains("cannot open the archive packed"),
            "{what}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(says), "{what}: {}", run.stderr);
    };
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("text", b"text".repeat(1000)),
        (
            "a log",
            crate::support::forge::gzip(&b"{\"Records\":[]}".repeat(100)),
        ),
        ("an empty zip, broken", b"PK\x05\x06".to_vec()),
    ] {
        fs::write(&packed, bytes).expect("a file");
        assert_refused(what, "archive");
    }
    let log = &chain.digests[1].logs[0].place.key;
    for script in [ZIP, TAR] {
        python(dir.path(), script, &[log, "nothing"]);
        let whole = fs::read(&packed).expect("an archive");
        let half = &whole[..whole.len() / 2 + 100];
        fs::write(&packed, half).expect("a file");
        assert_refused("half", "caused by");
    }
}

/// Archives that inflate to far more than they are: overlapping members, and a tar of zeros.
#[test]
fn bombs_are_refused_in_little_memory() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::create_dir(dir.path().join("keys")).expect("a folder");
    fs::write(dir.path().join("keys/eu-west-1.json"), "[]").expect("keys");
    let overlapping = "
import struct, zlib
body = zlib.compress(bytes(1 << 20), 9)[2:-4]
crc = zlib.crc32(bytes(1 << 20))
local = struct.pack('<IHHHHHIIIHH', 0x04034b50, 20, 0, 8, 0, 0x21, crc, len(body), 1 << 20, 1, 0) + b'a' + body
central = b''.join(struct.pack('<IHHHHHHIIIHHHHHII', 0x02014b50, 20, 20, 0, 8, 0, 0x21, crc, len(body), 1 << 20,
    6, 0, 0, 0, 0, 0, 0) + b'%06d' % i for i in range(60000))
end = struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 60000, 60000, len(central), len(local), 0)
open('packed', 'wb').write(local + central + end)
";
    let zeros = "
import gzip, tarfile
info = tarfile.TarInfo('a.json.gz')
info.size = 300 << 20
out = gzip.open('packed', 'wb', 9)
out.write(info.tobuf())
for _ in range(300):
    out.write(bytes(1 << 20))
out.write(bytes(1024))
out.close()
";
    // A name of many megabytes, which a careless reader keeps in memory.
    let long_name = "
import tarfile
info = tarfile.TarInfo('././@LongLink')
info.type, info.size = tarfile.GNUTYPE_LONGNAME, 200 << 20
out = open('packed', 'wb')
out.write(info.tobuf(tarfile.GNU_FORMAT))
out.truncate(512 + (200 << 20) + 10240)
";
    for (script, says) in [
        (overlapping, "overlap"),
        (zeros, "inflates to more than"),
        (long_name, "too long"),
    ] {
        python(dir.path(), script, &[]);
        let args = ["validate", "--path", "packed", "--keys", "keys"];
        let run = run(dir.path(), &args);
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains(says), "{}", run.stderr);
        let (code, peak) = peak_of(dir.path(), &args, "out");
        assert!(code == 2 && peak < 100 << 10, "{says}: {peak} KiB");
    }
}

/// Whatever a byte of an archive becomes, it is opened or refused, and what can be listed can be read or not:
/// no panic, no endless loop, no member larger than it says.
#[test]
fn a_damaged_archive_is_read_or_refused() {
    let mut case = Case::new("damaged-archive", 0, "");
    let chain = case.chain(2);
    let dir = case.copied();
    let log = &chain.digests[1].logs[0].place.key;
    for script in [ZIP, TAR] {
        python(dir.path(), script, &[log, "nothing"]);
        let whole = fs::read(dir.path().join("packed")).expect("an archive");
        let damaged = dir.path().join("damaged");
        let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12);
        let cut = any::<prop::sample::Index>();
        let mut runner = TestRunner::new(Config {
            cases: 150,
            failure_persistence: None,
            ..Config::default()
        });
        runner
            .run(&(changes, cut, any::<bool>()), |(changes, cut, shorter)| {
                let mut bytes = whole.clone();
                for (at, byte) in changes {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
                if shorter {
                    bytes.truncate(cut.index(whole.len()));
                }
                fs::write(&damaged, &bytes).expect("a file");
                let mut source = DiskSource::new(Limits::default());
                if source.mount_any(&damaged, Vec::new()).is_err() {
                    return Ok(());
                }
                let mut keys = Vec::new();
                let listed = source.list(RootId(0), "", &Range::default(), &mut |listed| {
                    if let Listed::Object(key, facts) = listed {
                        keys.push((key.to_owned(), facts.size));
                    }
                });
                prop_assert!(listed.is_ok());
                for (key, size) in keys {
                    let Ok(object) = source.get(RootId(0), &key, true) else {
                        continue;
                    };
                    let mut content = Vec::new();
                    if object.body.take(64 << 20).read_to_end(&mut content).is_ok() {
                        prop_assert_eq!(Some(content.len() as u64), size);
                    }
                }
                Ok(())
            })
            .expect("no damaged archive does harm");
    }
}
