use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::{CountLayout, CountedEvents};
use crate::commands::events::sink::{EventFormat as _, LogInHand, RecordOrigin};
use crate::validate::records::LogStanding;

/// What was written.
#[derive(Clone, Default)]
struct SharedBytes(Arc<Mutex<Vec<u8>>>);

impl Write for SharedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The counts of logs whose records have these names and callers.
fn counted(top: Option<u64>, layout: CountLayout, logs: &[&[(&str, &str)]]) -> String {
    let fields = "eventName,userIdentity.arn".parse().expect("fields");
    let counts = CountedEvents::new(fields, top, layout);
    let origin = RecordOrigin {
        log: "s3://b/log".to_owned(),
        digest: None,
        standing: LogStanding::Proven,
    };
    let written = SharedBytes::default();
    let mut writer = counts.begin(Box::new(written.clone())).expect("a writer");
    for log in logs {
        let records = log.iter().map(|(name, arn)| match arn.is_empty() {
            true => format!(r#"{{"eventName":"{name}"}}"#),
            false => format!(r#"{{"eventName":"{name}","userIdentity":{{"arn":"{arn}"}}}}"#),
        });
        let records: Vec<String> = records.collect();
        let mut text = format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes();
        let encoded = counts.encode(&mut LogInHand::new(&origin, &[], &mut text));
        writer.log(encoded.bytes()).expect("a log");
    }
    writer.end().expect("the end");
    let bytes = written.0.lock().expect("a lock").clone();
    String::from_utf8(bytes).expect("text")
}

const LOGS: &[&[(&str, &str)]] = &[
    &[("GetObject", "arn:aws:iam::1:user/jo"), ("Decrypt", "")],
    &[
        ("GetObject", "arn:aws:iam::1:user/jo"),
        ("=cmd()", "arn:aws:iam::1:user/eve"),
    ],
];

#[test]
fn a_table_has_the_largest_first_and_counts_the_others() {
    let table = counted(Some(2), CountLayout::Table(usize::MAX), LOGS);
    let expected = "\
events  eventName  userIdentity.arn
     2  GetObject  arn:aws:iam::1:user/jo
     1  =cmd()     arn:aws:iam::1:user/eve
     1  (1 other group)
";
    assert_eq!(table, expected);
}

#[test]
fn a_table_fits_its_width() {
    let table = counted(None, CountLayout::Table(30), LOGS);
    assert!(
        table.lines().all(|line| line.chars().count() <= 30),
        "{table}"
    );
    assert!(table.contains('…'), "{table}");
}

#[test]
fn nothing_is_an_empty_table() {
    assert_eq!(
        counted(None, CountLayout::Table(80), &[]).lines().count(),
        1
    );
    assert_eq!(counted(None, CountLayout::JsonLines, &[]), "");
}

#[test]
fn a_spreadsheet_runs_no_value() {
    let csv = counted(Some(2), CountLayout::Csv, LOGS);
    let expected = [
        r#""events","eventName","userIdentity.arn""#,
        r#""2","GetObject","arn:aws:iam::1:user/jo""#,
        r#""1","'=cmd()","arn:aws:iam::1:user/eve""#,
        r#""1","(others)","""#,
        "",
    ];
    assert_eq!(csv, expected.join("\r\n"));
}

#[test]
fn json_lines_have_the_fields_by_name() {
    let lines = counted(Some(3), CountLayout::JsonLines, LOGS);
    let expected = r#"{"events":2,"eventName":"GetObject","userIdentity.arn":"arn:aws:iam::1:user/jo"}
{"events":1,"eventName":"=cmd()","userIdentity.arn":"arn:aws:iam::1:user/eve"}
{"events":1,"eventName":"Decrypt","userIdentity.arn":null}
"#;
    assert_eq!(lines, expected);
    let cut = counted(Some(1), CountLayout::JsonLines, LOGS);
    assert!(cut.ends_with("{\"events\":2,\"others\":true}\n"), "{cut}");
}
