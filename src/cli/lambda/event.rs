//! The request in an event: the scope, the window, and what counts, in fields called like `validate`'s
//! options.
//!
//! Whoever may invoke a function is not who configured it. So no field says where requests go, who signs them,
//! or which file is written, and `accept` reads only the package of the function: an endpoint in an event would
//! send the session token of the function to a stranger. A field that is not known is refused by its name: the
//! answer to an event without it would be the answer to another question.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_path_to_error::Track;

use super::error::FunctionError;
use super::option;
use crate::base::time::shift;
use crate::cli::args::shared::values::{duration, time};
use crate::cloudtrail::ids::ChainId;

/// The folder of the function's package.
const PACKAGE: &str = "LAMBDA_TASK_ROOT";

/// An event that is valid.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FunctionEvent {
    trail_arn: Texts,
    s3_bucket: Texts,
    s3_prefix: Texts,
    region: Texts,
    account_id: Texts,
    organization_id: Texts,
    exclude: Texts,
    map: Texts,
    /// Chains that must be there, and not the name of a file.
    expect: Texts,

    start_time: Option<String>,
    end_time: Option<String>,
    /// How long before `end_time`, or now, the window begins: a schedule sends the same event every time.
    last: Option<String>,
    delivery_lag: Option<String>,
    backfill_grace: Option<String>,

    logs: Option<String>,
    seed: Option<String>,
    jobs: Option<u16>,
    max_digest_size: Option<String>,

    /// A file in the package of the function.
    accept: Option<String>,
    fail_on: Option<String>,
    /// Whether an exit status other than 0 makes the invocation fail.
    pub alarm: bool,
}

impl FunctionEvent {
    /// The arguments that it stands for, without files.
    ///
    /// # Errors
    /// If its window contradicts itself.
    pub fn arguments(&self, now: Timestamp) -> Result<Vec<OsString>, FunctionError> {
        let repeated = [
            ("--trail-arn", &self.trail_arn),
            ("--s3-bucket", &self.s3_bucket),
            ("--s3-prefix", &self.s3_prefix),
            ("--region", &self.region),
            ("--account-id", &self.account_id),
            ("--organization-id", &self.organization_id),
            ("--exclude", &self.exclude),
            ("--map", &self.map),
        ];
        let single = [
            ("--start-time", self.start(now)?),
            ("--end-time", self.end_time.clone()),
            ("--delivery-lag", self.delivery_lag.clone()),
            ("--backfill-grace", self.backfill_grace.clone()),
            ("--logs", self.logs.clone()),
            ("--seed", self.seed.clone()),
            ("--jobs", self.jobs.map(|jobs| jobs.to_string())),
            ("--max-digest-size", self.max_digest_size.clone()),
            ("--fail-on", self.fail_on.clone()),
        ];
        let repeated = repeated
            .into_iter()
            .flat_map(|(option, texts)| texts.0.iter().map(move |value| (option, value.clone())));
        let single = single
            .into_iter()
            .filter_map(|(option, value)| Some((option, value?)));
        let all = repeated.chain(single);
        Ok(all
            .map(|(option, value)| format!("{option}={value}").into())
            .collect())
    }

    /// The beginning of the window.
    fn start(&self, now: Timestamp) -> Result<Option<String>, FunctionError> {
        let refused = |name: &str, why: String| FunctionError::Event(format!("{name}: {why}"));
        let Some(last) = &self.last else {
            return Ok(self.start_time.clone());
        };
        if self.start_time.is_some() {
            let why = "start_time and last both set the beginning of the window; give one of them";
            return Err(FunctionError::Event(why.into()));
        }
        let end = self.end_time.as_deref().map(time).transpose();
        let end = end.map_err(|why| refused("end_time", why))?;
        let seconds = duration(last).map_err(|why| refused("last", why))?;
        if seconds == 0 {
            return Err(refused("last", "the window is empty".into()));
        }
        Ok(Some(shift(end.unwrap_or(now), -seconds).to_string()))
    }

    /// The arguments that give files: a list of what is expected, which is written into a folder, and a file of
    /// the package.
    ///
    /// # Errors
    /// If a chain is not valid, or the file is not in the package.
    pub fn files(&self, folder: &Path) -> Result<Vec<OsString>, FunctionError> {
        let mut arguments = Vec::new();
        if !self.expect.0.is_empty() {
            let mut list = String::new();
            for chain in &self.expect.0 {
                let chain: Result<ChainId, _> = chain.parse();
                let chain = chain.map_err(|why| FunctionError::Event(format!("expect: {why}")))?;
                list += &format!("{chain}\n");
            }
            let file = folder.join("expect");
            fs::write(&file, list).map_err(|e| FunctionError::system("write a file", &e))?;
            arguments.push(option("--expect=", &file));
        }
        if let Some(accept) = &self.accept {
            let file = packaged(accept).map_err(|why| {
                FunctionError::Event(format!(
                    "accept: {why}; give the name of a file in the package"
                ))
            })?;
            arguments.push(option("--accept=", &file));
        }
        Ok(arguments)
    }
}

/// A file in the package of the function.
fn packaged(name: &str) -> Result<PathBuf, &'static str> {
    let package = env::var_os(PACKAGE).ok_or("LAMBDA_TASK_ROOT is not set")?;
    in_package(Path::new(&package), name)
}

/// A file in a package. No link leads out of it.
fn in_package(package: &Path, name: &str) -> Result<PathBuf, &'static str> {
    let name = Path::new(name);
    let is_below = name
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if name.as_os_str().is_empty() || !is_below {
        return Err("it is not the path of a file in the package");
    }
    let missing = "the package does not hold it";
    let package = package.canonicalize().map_err(|_| missing)?;
    let file = package.join(name).canonicalize().map_err(|_| missing)?;
    match file.starts_with(&package) && file.is_file() {
        true => Ok(file),
        false => Err(missing),
    }
}

/// The payload of an invocation: an event, or why it is not valid. Parsing never fails, so that the error is reported
/// in our words.
#[derive(Debug)]
pub struct EventPayload(pub Result<FunctionEvent, String>);

impl<'de> Deserialize<'de> for EventPayload {
    fn deserialize<D: Deserializer<'de>>(payload: D) -> Result<Self, D::Error> {
        let mut track = Track::new();
        let payload = serde_path_to_error::Deserializer::new(payload, &mut track);
        let event = payload.deserialize_map(ObjectVisitor);
        Ok(EventPayload(event.map_err(|e| match track.path() {
            path if path.iter().next().is_none() => e.to_string(),
            path => format!("{e} (field {path})"),
        })))
    }
}

/// Takes an object and no list, as which serde reads a struct too.
struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = FunctionEvent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object with fields such as trail_arn, start_time and end_time")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<FunctionEvent, A::Error> {
        FunctionEvent::deserialize(MapAccessDeserializer::new(object))
    }
}

/// One text, or a list of texts.
#[derive(Debug, Default)]
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
        Ok(Texts(vec![text.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Texts, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Texts)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use jiff::Timestamp;

    use super::{EventPayload, FunctionEvent, in_package};

    fn parsed(event: &str) -> Result<FunctionEvent, String> {
        let payload: EventPayload = serde_json::from_str(event).expect("JSON");
        payload.0
    }

    fn refused(event: &str) -> String {
        let mut event = serde_json::Deserializer::from_str(event);
        let payload: EventPayload = serde::Deserialize::deserialize(&mut event).expect("no error");
        payload.0.expect_err("not an event")
    }

    fn arguments(event: &str) -> Result<Vec<String>, String> {
        let now: Timestamp = "2026-03-02T12:00:00Z".parse().expect("a time");
        let arguments = parsed(event)?.arguments(now);
        let arguments = arguments.map_err(|e| e.message())?;
        let text = |a: std::ffi::OsString| a.into_string().expect("UTF-8");
        Ok(arguments.into_iter().map(text).collect())
    }

    #[test]
    fn every_value_is_one_argument_with_its_option() {
        let event = r#"{"s3_bucket": "logs", "region": ["eu-west-1", "--path=/"], "jobs": 8,
            "start_time": "--endpoint-url=http://x", "fail_on": "failed", "expect": []}"#;
        assert_eq!(
            arguments(event).expect("an event"),
            [
                "--s3-bucket=logs",
                "--region=eu-west-1",
                "--region=--path=/",
                "--start-time=--endpoint-url=http://x",
                "--jobs=8",
                "--fail-on=failed"
            ]
        );
        assert!(arguments("{}").expect("an event").is_empty());
    }

    #[test]
    fn a_window_may_be_relative_to_its_end_or_to_now() {
        let start = |event: &str| arguments(event).map(|all| all[0].clone());
        assert_eq!(
            start(r#"{"last": "26h"}"#).as_deref(),
            Ok("--start-time=2026-03-01T10:00:00Z")
        );
        assert_eq!(
            start(r#"{"last": "1h", "end_time": "2026-01-01"}"#).as_deref(),
            Ok("--start-time=2025-12-31T23:00:00Z")
        );
        for (event, why) in [
            (r#"{"last": "soon"}"#, "last: expected a duration"),
            (
                r#"{"last": "-5h"}"#,
                "last: expected a duration that is not negative",
            ),
            (r#"{"last": "0h"}"#, "last: the window is empty"),
            (r#"{"last": "1h", "end_time": "x"}"#, "end_time: "),
            (
                r#"{"last": "1h", "start_time": "x"}"#,
                "both set the beginning",
            ),
        ] {
            let said = arguments(event).expect_err("not an event");
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn what_is_not_an_event_is_refused_by_the_name_of_its_field() {
        for (event, why) in [
            ("[]", "invalid type: sequence, expected a JSON object with"),
            ("null", "expected a JSON object"),
            ("\"validate\"", "expected a JSON object"),
            (
                r#"{"state": "x"}"#,
                "unknown field `state`, expected one of",
            ),
            (
                r#"{"endpoint_url": "http://x"}"#,
                "unknown field `endpoint_url`",
            ),
            (
                r#"{"region": 5}"#,
                "invalid type: integer `5`, expected a text or a list of texts at line 1 column 12 (field region)",
            ),
            (r#"{"region": ["a", 5]}"#, "(field region[1])"),
            (r#"{"jobs": -1}"#, "(field jobs)"),
            (r#"{"alarm": "yes"}"#, "(field alarm)"),
            (
                r#"{"alarm": true, "alarm": false}"#,
                "duplicate field `alarm`",
            ),
            (r#"{"alarm": tru"#, "EOF"),
            ("", "EOF"),
        ] {
            let said = refused(event);
            assert!(said.contains(why), "{event}: {said}");
        }
    }

    #[test]
    fn an_expected_chain_is_a_chain_and_no_other_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let chain = "111111111111/eu-west-1/eu-west-1/main";
        let event = parsed(&format!(r#"{{"expect": "{chain}"}}"#)).expect("an event");
        assert_eq!(event.files(folder.path()).expect("a file").len(), 1);
        let list = fs::read_to_string(folder.path().join("expect")).expect("a file");
        assert_eq!(list, format!("{chain}\n"));
        for bad in ["# none", "", r"111111111111/eu-west-1/eu-west-1/main\n#"] {
            let event = parsed(&format!(r#"{{"expect": ["{bad}"]}}"#)).expect("an event");
            assert!(event.files(folder.path()).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_file_outside_the_package_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let package = folder.path().join("task");
        fs::create_dir_all(package.join("sub")).expect("a folder");
        fs::write(folder.path().join("secret"), "x").expect("a file");
        fs::write(package.join("sub/accept.toml"), "x").expect("a file");
        symlink("../secret", package.join("link")).expect("a link");
        assert!(in_package(&package, "sub/accept.toml").is_ok());
        let outside = folder.path().join("secret");
        let outside = outside.to_str().expect("UTF-8");
        for name in [
            "",
            "../secret",
            "sub/../../secret",
            "link",
            "sub",
            "none",
            outside,
            "a\0b",
        ] {
            assert!(in_package(&package, name).is_err(), "{name}");
        }
        assert!(in_package(Path::new("/nonexistent"), "x").is_err());
    }
}
