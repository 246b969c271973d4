//! Every format for people and programs says what survives.

use crate::support::six_hours::WINDOW;

use super::versioned;

#[test]
fn every_format_says_what_survives() {
    let six = versioned();
    let log = six.log(4);
    let marker = six.delete(&log);
    let first = six.ids(&log)[0].clone();
    let survives = format!("the original survives as version {first}");
    for format in ["text", "html", "markdown", "csv", "junit", "ocsf"] {
        let run = six
            .stage
            .run(&[&["validate", "--format", format], &WINDOW[..]].concat());
        assert_eq!(run.code, 1, "{format}: {}", run.stderr);
        // A long line of the text report is not wrapped, so the sentence stays as it is.
        assert!(run.stdout.contains(&survives), "{format}: {}", run.stdout);
        let by = format!("deleted by marker {marker} at ");
        assert!(run.stdout.contains(&by), "{format}");
    }
    let run = six
        .stage
        .run(&[&["validate", "--format", "jsonl"], &WINDOW[..]].concat());
    let lines = run.stdout.lines();
    let found = lines.filter(|line| line.contains("\"log-missing\"") && line.contains(&first));
    assert_eq!(found.count(), 1, "{}", run.stdout);
}

#[test]
fn a_saved_report_makes_its_command_lines_again() {
    let six = versioned();
    let log = six.log(4);
    six.delete(&log);
    let (_, mut report) = six.report(&[]);
    let findings = report["findings"].as_array_mut().expect("findings");
    let finding = findings.iter_mut().find(|f| f["code"] == "log-missing");
    let found = &mut finding.expect("a finding")["recovery"];
    found["outcome"] = "archived".into();
    found["archived"] = found["original"].take();
    found["restore"] = "rm -rf /".into();
    let path = six.stage.dir.path().join("saved.json");
    std::fs::write(&path, report.to_string()).expect("a file");
    let run = six.stage.run(&["report", "saved.json", "--format", "text"]);
    assert!(!run.stdout.contains("rm -rf"), "{}", run.stdout);
    assert!(run.stdout.contains("restore-object"), "{}", run.stdout);
}
