//! After a delete, an overwrite, the delete of all versions, and with suspended versioning.

use crate::support::aws::{Answer, Fault, TrailStatus};
use crate::support::case::BUCKET;
use crate::support::forge::{gzip, ts};
use crate::support::six_hours::{ARN, finding, six_hours};

use super::{LATER, finding_on, forged, recovery, versioned};

#[test]
fn a_deleted_log_survives_behind_its_delete_marker() {
    let six = versioned();
    let log = six.log(4);
    let marker = six.delete(&log);
    let (code, report) = six.report(&[]);
    assert_eq!((code, &report["verdict"]), (1, &"failed".into()));
    let finding = finding_on(&report, "log-missing", &log);
    let found = &finding["recovery"];
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["deleted_by"]["version_id"], *marker);
    assert_eq!(found["deleted_by"]["last_modified"], LATER);
    let original = &found["original"];
    assert_eq!(original["version_id"], *six.ids(&log)[0]);
    assert_eq!(original["key"], *log.key);
    assert_eq!(original["storage_class"], "STANDARD");
    assert_eq!(found["searched"], 1);
    let line = finding["command"]["line"].as_str().expect("a line");
    let words = shlex::split(line).expect("words");
    let at = words
        .iter()
        .position(|w| w == "--version-id")
        .expect("an id");
    assert_eq!(words[at + 1], six.ids(&log)[0]);
    assert!(words.iter().any(|w| w == "get-object"), "{line}");
    // One request each, to the versions of this key alone.
    let lists = six.stage.calls("ListObjectVersions");
    assert_eq!(lists.len(), 1);
    assert_eq!(lists[0].prefix.as_deref(), Some(log.key.as_str()));
    six.stage.assert_only_reads();
}

#[test]
fn an_overwritten_log_survives_as_its_first_version() {
    let six = versioned();
    let log = six.log(4);
    six.overwrite(&log, &forged());
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    let found = recovery(&report, "log-modified", &log);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["deleted_by"], serde_json::Value::Null);
    assert_eq!(found["original"]["version_id"], *six.ids(&log)[0]);
    // The version that was read first is not read again.
    let gets = six.stage.calls("GetObject");
    let of_version = gets.iter().filter(|call| call.version_id.is_some());
    assert_eq!(of_version.count(), 1);
}

#[test]
fn nothing_survives_where_every_version_was_deleted() {
    let six = versioned();
    let (gone, replaced) = (six.log(3), six.log(4));
    let first = six.ids(&gone)[0].clone();
    six.delete_version(&gone, &first);
    let first = six.ids(&replaced)[0].clone();
    six.overwrite(&replaced, &forged());
    six.overwrite(&replaced, &forged());
    six.delete_version(&replaced, &first);
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    let found = recovery(&report, "log-missing", &gone);
    assert_eq!(
        (&found["outcome"], &found["searched"]),
        (&"lost".into(), &0.into())
    );
    assert_eq!(found["deleted_by"], serde_json::Value::Null);
    let found = recovery(&report, "log-modified", &replaced);
    assert_eq!(
        (&found["outcome"], &found["searched"]),
        (&"lost".into(), &1.into())
    );
}

#[test]
fn with_suspended_versioning_what_was_written_before_survives() {
    let six = versioned();
    six.stage
        .loopback
        .change(|cloud| cloud.bucket(BUCKET).suspend_versions());
    let (deleted, replaced) = (six.log(3), six.log(4));
    assert_eq!(six.delete(&deleted), "null");
    assert_eq!(six.overwrite(&replaced, &forged()), "null");
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    let found = recovery(&report, "log-missing", &deleted);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["deleted_by"]["version_id"], "null");
    let found = recovery(&report, "log-modified", &replaced);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["original"]["version_id"], *six.ids(&replaced)[0]);
}

#[test]
fn what_was_written_while_suspended_does_not_survive_an_overwrite() {
    let six = six_hours();
    six.stage
        .loopback
        .change(|cloud| cloud.bucket(BUCKET).suspend_versions());
    let log = six.log(4);
    six.overwrite(&log, &forged());
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-modified", &log);
    assert_eq!(found["outcome"], "lost");
}

#[test]
fn the_version_null_survives_where_versions_are_kept_since() {
    let six = six_hours();
    let log = six.log(4);
    six.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(BUCKET);
        bucket.suspend_versions();
        let object = bucket.objects[&log.key].clone();
        bucket.put(&log.key, object);
        bucket.keeping.versioning = Some("Enabled");
    });
    six.delete(&log);
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-missing", &log);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["original"]["version_id"], "null");
}

#[test]
fn a_digest_survives_by_the_hash_that_its_successor_recorded() {
    let six = versioned();
    let (deleted, replaced) = (six.digest(3), six.digest(6));
    six.delete(&deleted);
    six.overwrite(&replaced, &forged());
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    let found = recovery(&report, "digest-missing", &deleted);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["original"]["version_id"], *six.ids(&deleted)[0]);
    let found = recovery(&report, "digest-malformed", &replaced);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["original"]["version_id"], *six.ids(&replaced)[0]);
}

#[test]
fn a_digest_whose_metadata_was_altered_survives_with_its_metadata() {
    let six = versioned();
    let place = six.digest(4);
    six.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(BUCKET);
        let mut object = bucket.objects[&place.key].clone();
        let signature = object.metadata.get_mut("signature").expect("a signature");
        *signature = signature.chars().rev().collect();
        object.last_modified = ts(LATER);
        bucket.put(&place.key, object);
    });
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    let found = recovery(&report, "digest-signature-invalid", &place);
    assert_eq!(found["outcome"], "survives");
    assert_eq!(found["original"]["version_id"], *six.ids(&place)[0]);
}

#[test]
fn digests_that_nothing_refers_to_survive_by_their_own_signatures() {
    let six = versioned();
    // The successor of the third refers to it; nothing refers to the second and first.
    for at in [3, 4, 5] {
        six.delete(&six.digest(at));
    }
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    assert_eq!(
        recovery(&report, "digest-missing", &six.digest(5))["outcome"],
        "survives"
    );
    let findings = report["findings"].as_array().expect("findings");
    let inferred = findings.iter();
    let inferred = inferred.filter(|f| f["code"] == "digest-missing" && f["key"].is_null());
    let inferred: Vec<_> = inferred.collect();
    assert_eq!(inferred.len(), 1, "{report:#}");
    let found = &inferred[0]["recovery"];
    assert_eq!(found["outcome"], "survives");
    assert_eq!(
        (&found["found"], &found["expected"]),
        (&2.into(), &2.into())
    );
    assert_eq!(found["original"]["key"], *six.digest(4).key);
}

#[test]
fn the_newest_digest_survives_where_only_its_status_tells_of_it() {
    let six = versioned();
    let last = six.chain.digests.len() - 1;
    let place = six.digest(last);
    six.stage.loopback.change(|cloud| {
        let status = TrailStatus {
            logging: true,
            latest_digest_delivery: Some(cloud.buckets[BUCKET].objects[&place.key].last_modified),
            ..TrailStatus::default()
        };
        cloud.cloudtrail.trails[0].bucket = BUCKET.into();
        let region = six.chain.spec.region.clone();
        cloud.cloudtrail.status.insert((ARN.into(), region), status);
    });
    six.delete(&place);
    let args = [
        "--s3-bucket",
        BUCKET,
        "--start-time",
        "2026-03-01T01:12:34Z",
    ];
    let as_of = [
        "--end-time",
        "2026-03-01T12:00:00Z",
        "--region",
        "eu-west-1",
    ];
    let (code, report) = six.stage.report(&[&args[..], &as_of].concat());
    assert_eq!(code, 1, "{report:#}");
    let found = &finding(&report, "digest-missing")["recovery"];
    assert_eq!(found["outcome"], "survives", "{report:#}");
    assert_eq!(found["original"]["key"], *place.key);
    assert_eq!(found["found"], 1);
}

#[test]
fn where_versions_may_not_be_listed_that_is_said_once() {
    let six = versioned();
    let logs = [six.log(3), six.log(4), six.log(5)];
    logs.iter().for_each(|log| _ = six.delete(log));
    six.fault(Fault::new(Answer::access_denied()).operation("ListObjectVersions"));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    for log in &logs {
        assert!(recovery(&report, "log-missing", log).is_null());
    }
    assert_eq!(six.stage.calls("ListObjectVersions").len(), 1);
    let not_proven = report["not_proven"].as_array().expect("sentences");
    let denied = not_proven.iter().filter(|s| {
        let sentence = s.as_str().expect("a sentence");
        sentence.contains("s3:ListBucketVersions")
    });
    assert_eq!(denied.count(), 1, "{not_proven:#?}");
    assert!(
        finding(&report, "log-missing")["hint"]
            .as_str()
            .expect("a hint")
            .contains("versions")
    );
}

#[test]
fn where_a_version_may_not_be_read_it_is_not_known() {
    let six = versioned();
    let log = six.log(4);
    six.delete(&log);
    let first = six.ids(&log)[0].clone();
    six.fault(Fault::new(Answer::access_denied()).version(&first));
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-missing", &log);
    assert_eq!(
        (&found["outcome"], &found["reason"]),
        (&"unknown".into(), &"denied".into())
    );
    assert_eq!(found["searched"], 1);
}

#[test]
fn a_bucket_that_never_kept_versions_is_asked_once() {
    let six = six_hours();
    let logs = [six.log(3), six.log(4), six.log(5)];
    let remove = |cloud: &mut crate::support::aws::cloud::Cloud| {
        logs.iter().for_each(|log| _ = cloud.remove(log));
    };
    six.stage.loopback.change(remove);
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    assert_eq!(six.stage.calls("GetBucketVersioning").len(), 1);
    assert_eq!(six.stage.calls("ListObjectVersions").len(), 0);
    assert!(recovery(&report, "log-missing", &logs[0]).is_null());
}

#[test]
fn nothing_is_asked_about_versions_where_all_is_intact() {
    let six = versioned();
    let (code, _) = six.report(&[]);
    assert_eq!(code, 0);
    for operation in ["GetBucketVersioning", "ListObjectVersions"] {
        assert_eq!(six.stage.calls(operation).len(), 0, "{operation}");
    }
}

#[test]
fn a_forged_log_in_front_of_the_original_is_not_taken_for_it() {
    let six = versioned();
    let log = six.log(4);
    let mut early = forged();
    early.last_modified = ts("2026-02-28T00:00:00Z");
    early.body = gzip(br#"{"Records":[{}]}"#);
    six.stage.loopback.change(|cloud| {
        let bucket = cloud.bucket(BUCKET);
        let original = bucket.objects[&log.key].clone();
        bucket.history.remove(&log.key);
        bucket.put(&log.key, (&early).into());
        bucket.put(&log.key, original);
    });
    six.overwrite(&log, &forged());
    let (_, report) = six.report(&[]);
    let found = recovery(&report, "log-modified", &log);
    assert_eq!(found["original"]["version_id"], *six.ids(&log)[1]);
    assert_eq!(
        found["searched"], 1,
        "what came before the delivery is read last"
    );
}
