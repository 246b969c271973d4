//! An independent witness: `openssl`, `gunzip` and `sha256sum` alone prove a forged chain, and find
//! the same faults as we do.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use serde_json::Value;

use crate::support::case::{Case, REGION};
use crate::support::forge::{DigestRecord, World, damage};
use crate::support::program::report;

fn pipe(command: &str, args: &[&str], input: &[u8]) -> (bool, Vec<u8>) {
    let mut child = Command::new(command)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{command} is needed: {e}"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("output");
    let _closed_early = writer.join().expect("a writer");
    (output.status.success(), output.stdout)
}

/// `gunzip | sha256sum`, or `None` where gunzip fails.
fn sha256(body: &[u8]) -> Option<String> {
    let (intact, content) = pipe("gunzip", &["-c"], body);
    let (_, line) = pipe("sha256sum", &[], &content);
    intact.then(|| String::from_utf8(line).expect("hex")[..64].to_owned())
}

/// openssl's result for a digest's own signature.
fn signed(dir: &Path, body: &[u8], signature: &str, keys: &Value) -> bool {
    let (_, content) = pipe("gunzip", &["-c"], body);
    let Ok(digest) = serde_json::from_slice::<Value>(&content) else {
        return false;
    };
    let text = |name: &str| digest[name].as_str().unwrap_or("null").to_owned();
    let to_sign = format!(
        "{}\n{}/{}\n{}\n{}",
        text("digestEndTime"),
        text("digestS3Bucket"),
        text("digestS3Object"),
        sha256(body).expect("a hash"),
        text("previousDigestSignature"),
    );
    let key = keys["PublicKeyList"]
        .as_array()
        .expect("keys")
        .iter()
        .find(|k| k["Fingerprint"].as_str() == digest["digestPublicKeyFingerprint"].as_str());
    let Some(key) = key else { return false };
    let der = base64::engine::general_purpose::STANDARD
        .decode(key["Value"].as_str().expect("base64"))
        .expect("base64");
    std::fs::write(dir.join("key.der"), der).expect("a key");
    let path = |name: &str| dir.join(name).to_str().expect("UTF-8").to_owned();
    let (pem, der) = (path("key.pem"), path("key.der"));
    let args = [
        "rsa",
        "-RSAPublicKey_in",
        "-inform",
        "DER",
        "-in",
        &der,
        "-pubout",
        "-out",
        &pem,
    ];
    assert!(pipe("openssl", &args, b"").0, "openssl reads the key");
    std::fs::write(dir.join("signature"), hex::decode(signature).expect("hex"))
        .expect("a signature");
    let signature = path("signature");
    pipe(
        "openssl",
        &["dgst", "-sha256", "-verify", &pem, "-signature", &signature],
        to_sign.as_bytes(),
    )
    .0
}

/// Valid digests and valid logs, by the oracle's count: a digest by its own signature or by its
/// successor's record, its logs only if the digest is valid.
fn count(dir: &Path, world: &World, digests: &[DigestRecord], keys: &Value) -> (u64, u64) {
    let (mut valid, mut logs) = (0, 0);
    for digest in digests {
        let Some(object) = world.get(&digest.place) else {
            continue;
        };
        if !signed(dir, &object.body, &object.metadata["signature"], keys) {
            continue;
        }
        valid += 1;
        let (_, content) = pipe("gunzip", &["-c"], &object.body);
        let content: Value = serde_json::from_slice(&content).expect("a digest");
        for log in content["logFiles"].as_array().expect("logs") {
            let place = crate::support::forge::Place::new(
                log["s3Bucket"].as_str().expect("a bucket"),
                log["s3Object"].as_str().expect("a key"),
            );
            let hash = world.get(&place).and_then(|object| sha256(&object.body));
            logs += u64::from(hash.as_deref() == log["hashValue"].as_str());
        }
    }
    (valid, logs)
}

fn compare(case: &Case, digests: &[DigestRecord]) -> (u64, u64) {
    let dir = case.copied();
    let keys = std::fs::read(dir.path().join(format!("keys/{REGION}.json"))).expect("keys");
    let keys: Value = serde_json::from_slice(&keys).expect("JSON");
    let theirs = count(dir.path(), &case.world, digests, &keys);
    let (_, report) = report(dir.path(), &case.args);
    let chain = &report["chains"][0];
    let ours = (
        chain["digests"]["valid"].as_u64(),
        chain["logs"]["valid"].as_u64(),
    );
    assert_eq!(
        (Some(theirs.0), Some(theirs.1)),
        ours,
        "openssl and gunzip, against ours"
    );
    theirs
}

#[test]
fn openssl_and_gunzip_prove_what_we_prove_and_nothing_else() {
    let mut case = Case::new("oracle", 0, "");
    let chain = case.chain(6);
    let logs = chain.all_logs().count() as u64;
    assert_eq!(compare(&case, &chain.digests), (7, logs));

    damage::tamper_digest(&mut case.world, &chain.digests[2].place);
    damage::modify_log(&mut case.world, &chain.digests[4].logs[0].place);
    let (digests, fewer) = compare(&case, &chain.digests);
    assert_eq!(
        (digests, fewer),
        (6, logs - 1 - chain.digests[2].logs.len() as u64)
    );
}
