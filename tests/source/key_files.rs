//! Key files in each form in which people keep them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::case::{BUCKET, Case, REGION, spec};
use crate::support::disk::{copied, running};
use crate::support::forge::{Encoding, Heads, KeyFileStyle, World};
use crate::support::program::{report, run};

#[test]
fn both_key_encodings_and_all_three_key_files_prove_a_chain_over_a_rotation() {
    for (encoding, style) in [
        (Encoding::Pkcs1, KeyFileStyle::V1Epoch),
        (Encoding::Spki, KeyFileStyle::V2Iso),
        (Encoding::Pkcs1, KeyFileStyle::QuotedEpoch),
    ] {
        let mut world = World::new(11);
        world.keys.set_encoding(REGION, encoding);
        let chain = running(&mut world, spec().logs(0..=1).events(1..=1), 24 * 30);
        let keys: std::collections::BTreeSet<usize> = chain.digests.iter().map(|d| d.key).collect();
        assert!(keys.len() > 1, "the key was rotated");
        let dir = copied(&world, &[BUCKET], &[REGION], &Heads::All, style);
        let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
        assert_eq!(
            (code, report["verdict"].as_str()),
            (0, Some("verified")),
            "{style:?}: {:#}",
            report["findings"]
        );
        assert_eq!(report["keys"].as_array().expect("keys").len(), keys.len());
    }
}

/// The same answer in each form in which programs and shells keep it.
#[test]
fn the_answer_is_read_however_a_program_kept_it() {
    let mut case = Case::new("key-forms", 0, "");
    case.chain(3);
    let dir = case.copied();
    let file = dir.path().join("keys").join(format!("{REGION}.json"));
    let answer = std::fs::read_to_string(&file).expect("a key file");
    let parsed: Value = serde_json::from_str(&answer).expect("JSON");
    let list = &parsed["PublicKeyList"];
    let utf_16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let marked = format!("\u{feff}{answer}");
        marked.encode_utf16().flat_map(unit).collect()
    };
    let keys = list.as_array().expect("keys").iter();
    let lines: String = keys.map(|key| format!("{key}\n")).collect();
    for (form, bytes) in [
        ("--query PublicKeyList", list.to_string().into_bytes()),
        ("one key a line", lines.into_bytes()),
        ("appended", format!("{answer}\n{list}{answer}").into_bytes()),
        (
            "pages",
            json!([{"PublicKeyList": []}, parsed])
                .to_string()
                .into_bytes(),
        ),
        (
            "a mark before each",
            format!("\u{feff}{answer}\r\n\u{feff}{answer}").into_bytes(),
        ),
        ("UTF-16LE", utf_16(u16::to_le_bytes)),
        ("UTF-16BE", utf_16(u16::to_be_bytes)),
        (
            "json.dumps(default=str)",
            as_python_prints(&parsed).into_bytes(),
        ),
    ] {
        std::fs::write(&file, bytes).expect("a key file");
        let (code, report) = report(dir.path(), &case.args);
        assert_eq!(
            (code, report["verdict"].as_str()),
            (0, Some("verified")),
            "{form}: {report:#}"
        );
    }
    for (form, bytes) in [
        ("nothing", Vec::new()),
        ("a query without an answer", b"null".to_vec()),
        ("half of UTF-16", utf_16(u16::to_le_bytes)[..201].to_vec()),
        ("text behind", format!("{answer}ok").into_bytes()),
    ] {
        std::fs::write(&file, bytes).expect("a key file");
        let mut args = vec!["validate".to_owned()];
        args.extend(case.args.clone());
        let run = run(dir.path(), &args);
        assert_eq!(run.code, 2, "{form}");
        assert!(
            run.stderr.contains("is not a list of public keys"),
            "{form}"
        );
    }
}

/// The answer as `json.dumps(answer, default=str)` prints it: `Value` as bytes, times as `str(datetime)`.
fn as_python_prints(answer: &Value) -> String {
    let mut answer = answer.clone();
    for key in answer["PublicKeyList"].as_array_mut().expect("keys") {
        let der = STANDARD.decode(key["Value"].as_str().expect("a text"));
        let mut printed = String::from("b'");
        for byte in der.expect("base64") {
            match byte {
                b'\n' => printed += "\\n",
                b'\r' => printed += "\\r",
                b'\t' => printed += "\\t",
                b'\\' => printed += "\\\\",
                b'\'' => printed += "\\'",
                b' '..=b'~' => printed.push(byte.into()),
                byte => printed += &format!("\\x{byte:02x}"),
            }
        }
        key["Value"] = json!(printed + "'");
        for time in ["ValidityStartTime", "ValidityEndTime"] {
            let iso = key[time].as_str().expect("a text").replace('T', " ");
            key[time] = json!(iso);
        }
    }
    json!({"PublicKeyList": answer["PublicKeyList"], "ResponseMetadata": {"HTTPStatusCode": 200}})
        .to_string()
}
