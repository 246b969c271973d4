//! Formats other than JSON lines.

use serde_json::Value;

use super::{events, lines_of_all};
use crate::support::case::Case;
#[cfg(feature = "parquet")]
use crate::support::program::run;

/// A chain of three hours, and the lines of its records.
fn short(name: &'static str) -> (Case, String) {
    let mut case = Case::new(name, 0, "");
    let chain = case.chain(3);
    let lines = lines_of_all(&case, &chain);
    (case, lines)
}

fn records(lines: &str) -> Vec<Value> {
    let lines = lines.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn csv_has_one_row_per_event_with_its_log_and_digest() {
    let (case, all) = short("events-csv");
    let run = events(&case, &["--format", "csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let rows: Result<Vec<csv::StringRecord>, _> = reader.records().collect();
    let (rows, records) = (rows.expect("CSV"), records(&all));
    assert_eq!(rows.len(), records.len());
    let cell = |row: &csv::StringRecord, name: &str| {
        let at = header
            .iter()
            .position(|column| column == name)
            .expect("a column");
        row[at].to_owned()
    };
    for (row, record) in rows.iter().zip(&records) {
        for name in ["eventTime", "eventName", "eventID", "sourceIPAddress"] {
            assert_eq!(cell(row, name), record[name].as_str().expect("a text"));
        }
        let arn = record["userIdentity"]["arn"].as_str().unwrap_or_default();
        assert_eq!(cell(row, "userIdentity_arn"), arn);
        assert!(cell(row, "log").starts_with("s3://"), "{row:?}");
        assert!(cell(row, "digest").starts_with("s3://"), "{row:?}");
        assert_eq!(cell(row, "state"), "proven");
    }
}

#[test]
fn a_table_has_one_line_per_event() {
    let (case, all) = short("events-table");
    let run = events(&case, &["--format", "table"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let records = records(&all);
    assert_eq!(lines.len(), records.len() + 1);
    for (line, record) in lines[1..].iter().zip(&records) {
        let name = record["eventName"].as_str().expect("a name");
        assert!(line.contains(name), "{line}");
    }
    let unproven = events(&case, &["--format", "table", "--include-unproven"]);
    assert!(
        unproven
            .stdout
            .lines()
            .skip(1)
            .all(|line| line.contains("  proven  "))
    );
}

/// DuckDB reads the file, and finds the same events as a reader of the JSON.
#[cfg(feature = "parquet")]
#[test]
fn duckdb_reads_the_parquet_file() {
    use crate::support::python::{Python, output_of};

    const COUNTS: &str = "import duckdb, json, sys; \
        q = duckdb.sql(f\"SELECT eventID, eventName, readOnly, epoch_us(eventTime), requestParameters, \
        mfaAuthenticated, state FROM '{sys.argv[1]}'\"); \
        print(json.dumps(q.fetchall()))";
    let (case, all) = short("events-parquet");
    let dir = case.copied();
    let args: Vec<&str> = case.args.iter().map(String::as_str).collect();
    let more = ["--format", "parquet", "--out", "events.parquet"];
    let written = run(dir.path(), &[&["events"], &args[..], &more].concat());
    assert_eq!(
        (written.code, &*written.stdout),
        (0, ""),
        "{}",
        written.stderr
    );
    let duckdb = Python::with("duckdb", "2.0.1");
    let mut command = duckdb.command();
    command
        .args(["-c", COUNTS])
        .arg(dir.path().join("events.parquet"));
    let rows: Vec<Value> = serde_json::from_str(output_of(&mut command).trim()).expect("rows");
    let records = records(&all);
    assert_eq!(rows.len(), records.len());
    for (row, record) in rows.iter().zip(&records) {
        assert_eq!(row[0], record["eventID"]);
        assert_eq!(row[1], record["eventName"]);
        assert_eq!(row[2], record["readOnly"]);
        let time: jiff::Timestamp = record["eventTime"]
            .as_str()
            .expect("a time")
            .parse()
            .expect("a time");
        assert_eq!(row[3], time.as_microsecond());
        let parameters = row[4]
            .as_str()
            .map(|text| serde_json::from_str(text).expect("JSON"));
        assert_eq!(
            parameters.unwrap_or(Value::Null),
            record["requestParameters"]
        );
        assert_eq!(row[6], "proven");
    }
    let counted = [
        &["events"],
        &args[..],
        &["--format", "parquet", "--count-by", "eventName"],
    ]
    .concat();
    assert_eq!(run(dir.path(), &counted).code, 2);
}
