//! The timeline of the forged incident as it was reviewed and kept, in every format.

use std::fs;

use serde_json::Value;

use super::{copied, forged, timeline};
use crate::support::program::root;

/// A page without what differs between runs: the head of printed pages, and how it was made.
fn without_run(page: &str) -> String {
    let cut = |text: &str, from: &str, to: &str| {
        let (before, rest) = text.split_once(from).expect("a beginning");
        let (_, after) = rest.split_once(to).expect("an end");
        format!("{before}{after}")
    };
    let page = cut(page, "@media print { @page {\n  @top-left", "</style>");
    cut(&page, "<section id=\"made\">", "</section>")
}

fn assert_kept(extension: &str, made: &str) {
    let path = root().join(format!("tests/golden/timeline.{extension}"));
    if std::env::var_os("TRAILPROOF_BLESS").is_some() {
        fs::write(&path, made).expect("a file");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == kept,
        "{} is not what is kept; write it anew with TRAILPROOF_BLESS=1:\n{made}",
        path.display()
    );
}

#[test]
fn the_incident_in_every_format() {
    let (_, world) = forged();
    let dir = copied(&world);
    let made = |format: &str, more: &[&str]| {
        let run = timeline(dir.path(), &[&["--format", format], more].concat());
        assert_eq!(run.code, 1, "{}", run.stderr);
        run.stdout
    };
    let watched = ["--watchlist"];
    assert_kept("txt", &made("text", &watched));
    let by_principal = ["--group-by", "principal"];
    assert_kept("by-principal.txt", &made("text", &by_principal));
    let mut report: Value = serde_json::from_str(&made("json", &watched)).expect("JSON");
    report["run"] = Value::Null;
    let json = serde_json::to_string_pretty(&report).expect("JSON") + "\n";
    assert_kept("json", &json);
    assert_kept("html", &without_run(&made("html", &watched)));
}
