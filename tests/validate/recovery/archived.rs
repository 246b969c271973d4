//! Objects and versions that must be restored before they can be read.

use crate::support::aws::{Answer, Fault};
use crate::support::case::BUCKET;
use crate::support::six_hours::on_object;

use super::{finding_on, recovery, versioned};

#[test]
fn an_archived_version_has_a_restore_command_that_no_script_has() {
    let six = versioned();
    let log = six.log(4);
    let first = six.ids(&log)[0].clone();
    six.stage.loopback.change(|cloud| {
        let versions = cloud.bucket(BUCKET).history.get_mut(&log.key);
        let object = &mut versions.expect("versions")[0].object;
        object.as_mut().expect("an object").class = Some("GLACIER");
    });
    six.delete(&log);
    let (code, report) = six.report(&["--commands", "run.sh"]);
    assert_eq!(code, 1);
    let finding = finding_on(&report, "log-missing", &log);
    let found = &finding["recovery"];
    assert_eq!(
        (&found["outcome"], &found["reason"]),
        (&"archived".into(), &"archived".into())
    );
    assert!(
        found["original"].is_null(),
        "nothing is known of its content"
    );
    assert_eq!(found["archived"]["version_id"], *first);
    assert_eq!(found["archived"]["storage_class"], "GLACIER");
    let restore = found["restore"].as_str().expect("a line");
    let words = shlex::split(restore).expect("words");
    assert_eq!(words[..3], ["aws", "s3api", "restore-object"]);
    assert!(words.contains(&first), "{restore}");
    assert!(finding["command"].is_null());
    let script = std::fs::read_to_string(six.stage.dir.path().join("run.sh")).expect("a script");
    assert!(!script.contains("restore-object"), "{script}");
    six.stage.assert_only_reads();
}

#[test]
fn an_archived_object_has_its_restore_command() {
    let six = versioned();
    let log = six.log(4);
    let answer = Answer::error(403, "InvalidObjectState", "The operation is not valid");
    six.fault(on_object(&log, answer));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4);
    let finding = finding_on(&report, "log-unreadable", &log);
    assert_eq!(finding["reason"], "archived");
    let found = recovery(&report, "log-unreadable", &log);
    assert_eq!(
        (&found["outcome"], &found["searched"]),
        (&"archived".into(), &0.into())
    );
    let restore = found["restore"].as_str().expect("a line");
    assert!(restore.contains(log.key.as_str()), "{restore}");
    assert!(!restore.contains("--version-id"), "{restore}");
    assert_eq!(six.stage.calls("ListObjectVersions").len(), 0);
}

#[test]
fn an_error_that_is_none_of_the_archive_leaves_it_unknown() {
    let six = versioned();
    let log = six.log(4);
    six.overwrite(&log, &super::forged());
    let first = six.ids(&log)[0].clone();
    six.fault(
        Fault::new(Answer::access_denied())
            .operation("GetObject")
            .version(&first),
    );
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-modified", &log);
    assert_eq!(
        (&found["outcome"], &found["reason"]),
        (&"unknown".into(), &"denied".into())
    );
}
