//! Every format of two reports, compared with the files that were reviewed and kept.

use std::fs;

use trailproof::report::Format;

use crate::support::program::root;
use crate::support::reports::{everything, organization, rendered};

fn extension(format: Format) -> &'static str {
    match format {
        Format::Text => "txt",
        Format::Json => "json",
        Format::Jsonl => "jsonl",
        Format::Html => "html",
        Format::Markdown => "md",
        Format::Csv => "csv",
        Format::Junit => "xml",
        Format::Ocsf => "ocsf.jsonl",
        Format::Prometheus => "prom",
        Format::AwsCli => "aws-cli.txt",
        Format::Commands => "sh",
        Format::InToto => "intoto.json",
    }
}

fn holds(name: &str, report: &str) {
    for format in Format::ALL {
        let made = rendered(report, *format);
        let path = root().join(format!("tests/golden/{name}.{}", extension(*format)));
        if std::env::var_os("TRAILPROOF_BLESS").is_some() {
            fs::write(&path, &made).expect("a file");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            made == kept,
            "{} is not what is kept; look at the difference, and write it anew with TRAILPROOF_BLESS=1:\n{made}",
            path.display()
        );
    }
}

#[test]
fn the_organization_in_every_format() {
    holds("organization", &organization());
}

#[test]
fn everything_in_every_format() {
    holds("everything", &everything());
}
