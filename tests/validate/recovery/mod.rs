//! What survives of missing and altered objects, in buckets that keep versions.

mod archived;
mod bounds;
mod formats;
mod hidden;
mod moto;
mod outcomes;

use serde_json::Value;

use crate::support::case::BUCKET;
use crate::support::forge::{Object, Place, gzip, ts};
use crate::support::six_hours::{SixHours, six_hours};

/// When objects are deleted or overwritten here.
const LATER: &str = "2026-03-01T11:00:00Z";

/// Six hours in a bucket that has always kept versions.
fn versioned() -> SixHours {
    let six = six_hours();
    let change = |cloud: &mut crate::support::aws::cloud::Cloud| {
        cloud.bucket(BUCKET).keep_versions();
    };
    six.stage.loopback.change(change);
    six
}

/// A log with other content.
fn forged() -> Object {
    Object::delivered(gzip(br#"{"Records":[]}"#), ts(LATER))
}

impl SixHours {
    /// Deletes an object, which leaves a delete marker. Returns the id of the marker.
    fn delete(&self, place: &Place) -> String {
        self.stage.loopback.change(|cloud| {
            cloud.bucket(BUCKET).delete(&place.key, ts(LATER));
        });
        self.ids(place).pop().expect("a marker")
    }

    /// Writes over an object. Returns the id of the new version.
    fn overwrite(&self, place: &Place, object: &Object) -> String {
        self.stage.loopback.change(|cloud| cloud.put(place, object));
        self.ids(place).pop().expect("a version")
    }

    /// Deletes a version for good.
    fn delete_version(&self, place: &Place, id: &str) {
        self.stage.loopback.change(|cloud| {
            cloud.bucket(BUCKET).delete_version(&place.key, id);
        });
    }

    /// The ids of the versions of an object, oldest first.
    fn ids(&self, place: &Place) -> Vec<String> {
        self.stage
            .loopback
            .change(|cloud| cloud.bucket(BUCKET).version_ids(&place.key))
    }
}

/// The finding with a code about an object.
fn finding_on<'r>(report: &'r Value, code: &str, place: &Place) -> &'r Value {
    let findings = report["findings"].as_array().expect("findings");
    let found = findings
        .iter()
        .find(|f| f["code"] == code && f["key"] == *place.key);
    found.unwrap_or_else(|| panic!("no {code} on {}: {report:#}", place.key))
}

/// What survives of an object, by the finding with a code about it.
fn recovery<'r>(report: &'r Value, code: &str, place: &Place) -> &'r Value {
    &finding_on(report, code, place)["recovery"]
}
