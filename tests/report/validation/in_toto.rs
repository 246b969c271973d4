//! The in-toto Statement about a report: read by the framework's own library, signed by OpenSSH, and time-stamped.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use trailproof::report::Format;

use crate::support::program::{root, run};
use crate::support::python::{Python, output_of};
use crate::support::reports::{everything, parsed, rendered, shown};

/// The framework's library.
const VERSION: &str = "0.9.3";

/// Parses a statement strictly, validates it, and prints it as the library knows it.
const CHECK: &str = r#"
import sys
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
text = open(sys.argv[1], encoding="utf-8").read()
statement = Statement.copy_from_pb(json_format.Parse(text, statement_pb2.Statement()))
statement.validate()
print(json_format.MessageToJson(statement.pb))
"#;

/// A test authority: its own certificate, and one for time stamps.
const AUTHORITY: &str = r#"
cat > authority.cnf <<'EOF'
[req]
distinguished_name = name
prompt = no
x509_extensions = authority
[name]
CN = Test authority
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamps]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[time]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
EOF
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config authority.cnf"
openssl req -x509 $new -keyout authority.key -out authority.pem -days 2
openssl req -new $new -keyout stamps.key -out stamps.csr -subj /CN=stamps
openssl x509 -req -in stamps.csr -CA authority.pem -CAkey authority.key -CAcreateserial \
    -out stamps.pem -days 2 -extfile authority.cnf -extensions stamps
echo 01 > serial
"#;

/// The request that an investigator sends, and the answer of the authority.
const STAMP: &str = r#"
openssl ts -query -data statement.json -sha256 -cert -out statement.tsq
openssl ts -reply -queryfile statement.tsq -config authority.cnf -section time \
    -signer stamps.pem -inkey stamps.key -out statement.tsr
"#;

const VERIFY_STAMP: &str =
    "openssl ts -verify -data statement.json -in statement.tsr -CAfile authority.pem";

const SIGN: &str = r#"
ssh-keygen -q -t ed25519 -N '' -C auditor@example.com -f key
ssh-keygen -Y sign -f key -n trailproof statement.json
echo "auditor@example.com $(cat key.pub)" > signers
"#;

const VERIFY_SIGNATURE: &str = "ssh-keygen -Y verify -f signers -I auditor@example.com -n trailproof \
                                -s statement.json.sig < statement.json";

/// Whether a script ends well.
fn ends_well(dir: &Path, script: &str) -> bool {
    let output = Command::new("bash")
        .args(["-euc", script])
        .current_dir(dir)
        .output()
        .expect("bash is needed");
    output.status.success()
}

fn runs(dir: &Path, script: &str) {
    output_of(Command::new("bash").args(["-euc", script]).current_dir(dir));
}

/// The statement about `report.json` in a folder, as the program writes it there.
fn stated(dir: &Path, report: &str) -> Value {
    fs::write(dir.join("report.json"), report).expect("a file");
    let args = [
        "report",
        "report.json",
        "--format",
        "in-toto",
        "--out",
        "statement.json",
    ];
    let made = run(dir, &args);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    parsed(&fs::read_to_string(dir.join("statement.json")).expect("a statement"))
}

fn subject(statement: &Value, name: &str) -> Option<String> {
    let subjects = statement["subject"].as_array().expect("subjects");
    let found = subjects.iter().find(|subject| subject["name"] == name)?;
    found["digest"]["sha256"].as_str().map(str::to_owned)
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[test]
fn a_statement_is_as_the_framework_models_it() {
    let python = Python::with("in-toto-attestation", VERSION);
    let dir = tempfile::tempdir().expect("a folder");
    let mut report = parsed(&everything());
    report["requested"]["manifest_sha256"] = json!("5".repeat(64));
    report["requested"]["manifest_given"] = json!(true);
    for report in [everything(), report.to_string()] {
        let statement = stated(dir.path(), &report);
        let path = dir.path().join("statement.json");
        let printed = output_of(python.command().args(["-c", CHECK]).arg(path));
        let known = parsed(&printed);
        for field in ["_type", "predicateType", "subject"] {
            assert_eq!(known[field], statement[field]);
        }
        // The library has numbers of one kind only.
        let texts = [
            "verdict", "as_of", "tool", "version", "command", "caller", "started", "finished",
            "scope",
        ];
        for field in texts {
            assert_eq!(
                known["predicate"][field], statement["predicate"][field],
                "{field}"
            );
        }
    }
}

#[test]
fn a_statement_says_what_was_judged_by_whom_and_when() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut report = parsed(&everything());
    let statement = stated(dir.path(), &report.to_string());
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], "trailproof:validation/v1");
    let evidence = report["evidence_sha256"].as_str().map(str::to_owned);
    assert_eq!(subject(&statement, "evidence"), evidence);
    // The file as it was read, whatever its spaces.
    assert_eq!(
        subject(&statement, "report"),
        Some(sha256(&report.to_string()))
    );
    assert_eq!(subject(&statement, "manifest.jsonl"), None);
    let predicate = &statement["predicate"];
    assert_eq!(predicate["verdict"], report["verdict"]);
    assert_eq!(predicate["complete"], report["complete"]);
    for field in [
        "tool", "version", "command", "caller", "started", "finished",
    ] {
        assert_eq!(predicate[field], report["run"][field], "{field}");
    }
    assert_eq!(predicate["window"]["start"], report["requested"]["start"]);
    assert_eq!(predicate["as_of"], report["requested"]["as_of"]);
    for field in [
        "regions",
        "account_ids",
        "trail_arns",
        "buckets",
        "prefixes",
        "logs",
        "seed",
    ] {
        assert_eq!(
            predicate["scope"][field], report["requested"][field],
            "{field}"
        );
    }
    // The same report, the same statement.
    let again = rendered(&report.to_string(), Format::InToto);
    assert_eq!(
        again,
        fs::read_to_string(dir.path().join("statement.json")).expect("a file")
    );
    let manifest = "5".repeat(64);
    for (claimed, expected) in [(manifest.as_str(), Some(manifest.clone())), ("<b>", None)] {
        report["requested"]["manifest_sha256"] = json!(claimed);
        let statement = parsed(&shown(&report, Format::InToto));
        assert_eq!(subject(&statement, "manifest.jsonl"), expected);
    }
}

/// A signature and a time stamp are over the file as it is, and over no other.
#[test]
fn a_statement_is_signed_and_time_stamped_as_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    stated(dir, &everything());
    runs(dir, AUTHORITY);
    runs(dir, STAMP);
    runs(dir, SIGN);
    runs(dir, VERIFY_STAMP);
    runs(dir, VERIFY_SIGNATURE);
    let path = dir.join("statement.json");
    let statement = fs::read_to_string(&path).expect("a statement");
    let milder = statement.replacen("\"verdict\": \"failed\"", "\"verdict\": \"verified\"", 1);
    assert_ne!(milder, statement);
    fs::write(&path, milder).expect("a file");
    assert!(!ends_well(dir, VERIFY_STAMP));
    assert!(!ends_well(dir, VERIFY_SIGNATURE));
}

/// A statement about a report that nobody keeps is of no use later, so a run says that it writes none.
#[test]
fn a_statement_alone_has_a_note_on_the_report() {
    let sample = root().join("testdata/sample");
    let out = tempfile::tempdir().expect("a folder");
    let at = |name: &str| {
        let path = out.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    };
    let (report, statement) = (at("report.json"), at("statement.json"));
    let copy = ["validate", "--path", "bucket", "--keys", "keys"];
    let of_statement = ["--format", "in-toto", "--out", &statement];
    let alone = run(&sample, &[&copy[..], &of_statement].concat());
    assert_eq!(alone.code, 0);
    assert!(alone.stderr.contains("--format json"), "{}", alone.stderr);
    let of_report = ["--format", "json", "--out", &report];
    let both = run(&sample, &[&copy[..], &of_statement, &of_report].concat());
    assert_eq!((both.code, both.stderr.as_str()), (0, ""));
    let kept = fs::read_to_string(&report).expect("a report");
    let statement = parsed(&fs::read_to_string(&statement).expect("a statement"));
    assert_eq!(subject(&statement, "report"), Some(sha256(&kept)));
}
