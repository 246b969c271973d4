//! Many large logs need few open files.

use crate::support::case::{BUCKET, HOME, hour, wide_trail};
use crate::support::forge::{Chain, ChainSpec, Place, World, ts};

/// Logs may be fetched again for their events. That must not use up the limit of open files.
#[cfg(unix)]
#[test]
fn large_logs_need_few_open_files() {
    use crate::support::forge::{Heads, KeyFileStyle};

    let mut w = World::new(21);
    let spec = ChainSpec::new(wide_trail(), HOME)
        .logs(150..=150)
        .events(1..=1);
    let mut chain = Chain::new(spec.pad(150_000..=150_000));
    chain.start(&mut w, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut w, hour(4));
    // The files are large, too.
    let logs: Vec<Place> = chain.all_logs().map(|log| log.place.clone()).collect();
    for place in &logs {
        let object = w.object_mut(place);
        let content = crate::support::forge::gz::gunzip(&object.body);
        object.body = stored(&content);
    }
    let dir = tempfile::tempdir().expect("a folder");
    w.write_tree(BUCKET, &dir.path().join("bucket"), Heads::All);
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
    w.write_keys(
        &dir.path().join("keys"),
        KeyFileStyle::V2Iso,
        &[HOME],
        from,
        to,
    );
    let mut command = std::process::Command::new("sh");
    let program = env!("CARGO_BIN_EXE_trailproof");
    let line = "ulimit -n 128; exec \"$0\" validate --format json --path bucket --keys keys --s3-bucket trail-logs";
    command.current_dir(dir.path()).args(["-c", line, program]);
    let (exit, report) =
        crate::support::program::reported(crate::support::program::finish(&mut command));
    assert_eq!(exit, 0, "{:#}", report["findings"]);
    assert_eq!(report["chains"][0]["logs"]["valid"], 600);
}

/// A gzip file that stores its content uncompressed.
fn stored(content: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(content).expect("bytes");
    encoder.finish().expect("bytes")
}
