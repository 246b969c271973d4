//! `doctor` and the newest digest.

use super::rows::OF_TRAIL;
use super::scene::{ago, ended, healthy, row};

use crate::support::case::BUCKET;
use crate::support::short_trail::trail;

#[test]
fn an_old_digest_of_a_stopped_trail_is_not_a_second_failure() {
    let scene = ended(10 * 60);
    scene.status(|status| status.logging = false);
    let (code, report) = scene.doctor(OF_TRAIL, &[]);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(row(&report, "digest-age")["status"], "warning");
    assert_eq!(row(&report, "logging")["status"], "failed");
}

#[test]
fn an_old_digest_in_a_sample_of_folders_is_only_a_warning() {
    let scene = ended(10 * 60);
    let newest = scene.newest();
    scene.stage.loopback.change(|cloud| {
        let objects = &mut cloud.bucket(BUCKET).objects;
        let object = objects[&newest.key].clone();
        for number in 1..=20 {
            let region = format!("xx-test-{number}");
            let key = trail().digest_key(&trail().account, &region, ago(20 * 60));
            objects.insert(key, object.clone());
        }
    });
    let (_, report) = scene.doctor(OF_TRAIL, &[]);
    let message = row(&report, "digests-found")["found"]
        .as_str()
        .expect("words");
    assert!(
        message.starts_with("newest digest in the 7 of 21 digest folders that were checked:"),
        "{message}"
    );
    assert!(
        message.ends_with(&newest.key),
        "its home region is checked: {message}"
    );
    let age = row(&report, "digest-age");
    assert_eq!(age["status"], "warning", "{age:#}");
    assert!(scene.stage.loopback.calls().len() < 60);
}

#[test]
fn a_broken_digest_is_left_to_validate() {
    let scene = healthy();
    let key = scene.newest().key;
    scene.stage.loopback.change(|cloud| {
        let object = cloud.bucket(BUCKET).objects.get_mut(&key).expect("it");
        object.body = object.body.slice(..20);
    });
    let (code, report) = scene.doctor(OF_TRAIL, &[]);
    assert_eq!(code, 4, "{report:#}");
    let known = row(&report, "key-known");
    assert_eq!(known["status"], "unknown");
    assert!(
        known["found"]
            .as_str()
            .expect("words")
            .contains("it is cut off"),
        "{known:#}"
    );
}
