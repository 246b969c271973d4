//! `KEY.head.json` in each form in which programs print the metadata of an object.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::case::{BUCKET, Case};
use crate::support::program::report;

/// What another program prints of what `aws s3api head-object` prints.
type Form = fn(&str, &Value) -> Vec<u8>;

fn boto3(_: &str, head: &Value) -> Vec<u8> {
    let mut head = head.clone();
    let modified = head["LastModified"].as_str().expect("a time");
    head["LastModified"] = json!(modified.replace('T', " "));
    head["ResponseMetadata"] =
        json!({"HTTPStatusCode": 200, "HTTPHeaders": {"etag": head["ETag"]}});
    head.to_string().into_bytes()
}

fn rclone(name: &str, head: &Value) -> Vec<u8> {
    let mut metadata = head["Metadata"].clone();
    metadata["btime"] = head["LastModified"].clone();
    let item = json!({"Path": name, "Name": name, "Size": 1, "ModTime": head["LastModified"], "IsDir": false,
        "Metadata": metadata});
    json!([item]).to_string().into_bytes()
}

fn mc(name: &str, head: &Value) -> Vec<u8> {
    let metadata = head["Metadata"].as_object().expect("metadata");
    let named = metadata.iter().map(|(name, value)| {
        let words = name.split('-').map(|word| {
            let (first, rest) = word.split_at(1);
            format!("-{}{rest}", first.to_uppercase())
        });
        (
            format!("X-Amz-Meta{}", words.collect::<String>()),
            value.clone(),
        )
    });
    let tag = head["ETag"].as_str().expect("a tag").trim_matches('"');
    json!({"status": "success", "name": name, "lastModified": head["LastModified"], "etag": tag,
        "type": "file", "metadata": serde_json::Map::from_iter(named)})
    .to_string()
    .into_bytes()
}

fn power_shell(_: &str, head: &Value) -> Vec<u8> {
    let text = format!("\u{feff}{head:#}\r\n");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn nothing_of_use(_: &str, _: &Value) -> Vec<u8> {
    b"upload: a.json.gz".to_vec()
}

/// Rewrites each `KEY.head.json` below a folder.
fn rewrite(dir: &Path, form: Form) {
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rewrite(&path, form);
            continue;
        }
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        if let Some(name) = name.strip_suffix(".head.json") {
            let head = fs::read_to_string(&path).expect("a head");
            let head = serde_json::from_str(&head).expect("JSON");
            fs::write(&path, form(name, &head)).expect("a head");
        }
    }
}

#[test]
fn metadata_is_read_in_each_form_in_which_programs_print_it() {
    let mut case = Case::new("head-forms", 0, "");
    let chain = case.chain(3);
    // A finding shows the facts that a head holds.
    let log = &chain.digests[1].logs[0].place;
    case.world
        .buckets
        .get_mut(BUCKET)
        .expect("a bucket")
        .remove(&log.key);
    let forms: [(&str, Form); 4] = [
        ("boto3", boto3),
        ("rclone", rclone),
        ("mc", mc),
        ("PowerShell", power_shell),
    ];
    let dir = case.copied();
    let (_, expected) = report(dir.path(), &case.args);
    assert_eq!(expected["verdict"], "failed");
    assert_eq!(
        expected["totals"]["findings"]["unproven"], 0,
        "{expected:#}"
    );
    for (name, form) in forms {
        let dir = case.copied();
        rewrite(dir.path(), form);
        let (code, report) = report(dir.path(), &case.args);
        assert_eq!(code, 1, "{name}: {report:#}");
        for field in ["verdict", "chains", "findings", "totals"] {
            assert_eq!(report[field], expected[field], "{name}: {field}");
        }
    }
    rewrite(dir.path(), nothing_of_use);
    let (_, report) = report(dir.path(), &case.args);
    let absent = report["findings"].as_array().expect("findings").iter();
    let absent = absent.filter(|f| f["code"] == "digest-signature-absent");
    let messages: Vec<&str> = absent.filter_map(|f| f["message"].as_str()).collect();
    assert_eq!(messages.len(), 1, "{report:#}");
    assert!(
        messages[0].contains("in none of the supported formats"),
        "{messages:?}"
    );
}
