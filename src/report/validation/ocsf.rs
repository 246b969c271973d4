//! Events of the Open Cybersecurity Schema Framework (OCSF), one per line: a compliance finding for the verdict
//! of each chain, and a detection finding for each finding of severity `failed` and for each call that reduced what a trail
//! logs.

mod changes;

use std::borrow::Cow;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::absent::absent_chains;
use super::custody;
use super::headline::NOT_COMPLETE;
use super::recovery::recovery_in_words;
use super::scope_label::scope;
use super::v1::{Chain, Finding, Report};
use super::wording::{logs_read, until};
use crate::base::text::{capital, s3_uri};
use crate::proof::finding::{Severity, Verdict};
use crate::report::json::line;

/// The version of the framework.
const VERSION: &str = "1.5.0";

/// The severity of evidence that somebody removed or altered objects.
const HIGH: (u16, &str) = (4, "High");

/// An event of either class.
#[derive(Serialize)]
struct OcsfEvent<'a> {
    activity_id: u16,
    activity_name: &'static str,
    category_uid: u16,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    type_uid: u32,
    type_name: String,
    time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    severity_id: u16,
    severity: &'static str,
    status_id: u16,
    status: &'static str,
    status_code: &'a str,
    message: Cow<'a, str>,
    #[serde(serialize_with = "known")]
    metadata: Value,
    #[serde(serialize_with = "known")]
    cloud: Value,
    #[serde(serialize_with = "known")]
    finding_info: Value,
    #[serde(serialize_with = "known")]
    resources: Value,
    #[serde(serialize_with = "known_if", skip_serializing_if = "Option::is_none")]
    compliance: Option<Value>,
    #[serde(serialize_with = "known_if", skip_serializing_if = "Option::is_none")]
    evidences: Option<Value>,
    #[serde(serialize_with = "known_if", skip_serializing_if = "Option::is_none")]
    remediation: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(serialize_with = "known", skip_serializing_if = "Value::is_null")]
    unmapped: Value,
}

/// The class of an event.
#[derive(Clone, Copy)]
enum OcsfClass {
    Compliance,
    Detection,
}

/// Writes the events.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let custody = custody(report);
    let mut write = |mut event: OcsfEvent<'_>| {
        event.unmapped["custody"] = custody.clone();
        line(&event, out)
    };
    for chain in &report.chains {
        write(chain_verdict(chain, report))?;
    }
    let findings = report.findings.iter();
    let no_chain = |f: &&Finding| f.severity > Severity::Note && f.chain.is_none();
    // A finding about no chain, like one about a key file, counts as a verdict of its own.
    for finding in findings.filter(no_chain) {
        write(about(finding, OcsfClass::Compliance, report))?;
    }
    for worst in absent_chains(report).into_values() {
        write(missing_chain(worst, report))?;
    }
    if !report.complete {
        write(not_complete(report))?;
    }
    for finding in &report.findings {
        if finding.severity == Severity::Failed {
            write(failed(finding, report))?;
        }
    }
    for of in &report.changes {
        let reducing = of.changes.iter().filter(|change| change.reduces);
        for change in reducing {
            write(changes::reduced(of, change, report))?;
        }
    }
    Ok(())
}

/// What an auditor files, and compares with another report. A collector stores each event by itself, so each has it.
fn custody(report: &Report) -> Value {
    let facts = custody::known(report);
    facts.map(|(name, value)| (name, json!(value))).collect()
}

/// The verdict of a chain.
fn chain_verdict<'a>(chain: &'a Chain, report: &'a Report) -> OcsfEvent<'a> {
    let (verdict, name) = (chain.verdict.as_str(), chain.name());
    let logs_read = logs_read(chain);
    let mut event = event(OcsfClass::Compliance, chain.verdict, report);
    if let (Verdict::Verified, Some(logs_read)) = (chain.verdict, &logs_read) {
        // Nobody knows that the other logs are what CloudTrail delivered, so the control is not passed.
        event.message = format!("digests verified; {logs_read}").into();
        event.compliance = Some(compliance((2, "Warning")));
    }
    if let Some(removals) = chain.gaps.iter().find_map(|gap| gap.removals.as_ref()) {
        event.message = format!("{removals}. {}", capital(&event.message)).into();
        (event.severity_id, event.severity) = HIGH;
    }
    event.start_time = Some(chain.window.from.as_millisecond());
    event.end_time = Some(chain.window.to.as_millisecond());
    event.cloud = cloud(&chain.account, &chain.region);
    event.finding_info = FindingInfo {
        uid: &name,
        title: &format!("CloudTrail log file integrity: {verdict}"),
        desc: &match logs_read {
            Some(logs_read) => format!("chain {name}: {verdict}: {}; {logs_read}", until(chain)),
            None => format!("chain {name}: {verdict}: {}", until(chain)),
        },
        kind: "CloudTrail log file integrity",
    }
    .of(report);
    event.resources = json!([{
        "uid": name,
        "name": chain.trail,
        "type": "CloudTrail digest chain",
        "region": chain.region,
        "cloud_partition": chain.partition,
    }]);
    event.unmapped = json!({
        "verified_until": chain.verified_until,
        "coverage": chain.coverage,
        "gaps": chain.gaps,
        "digests": chain.digests,
        "logs": chain.logs,
        "evidence_sha256": chain.evidence_sha256,
    });
    event
}

/// The verdict of a chain that is missing. It has the `uid` that the chain's verdict would have, so that it
/// is replaced once the chain is found.
fn missing_chain<'a>(worst: &'a Finding, report: &'a Report) -> OcsfEvent<'a> {
    let mut event = about(worst, OcsfClass::Compliance, report);
    event.finding_info["uid"] = worst.chain_name().into();
    event
}

/// The event of a report that is not complete.
fn not_complete(report: &Report) -> OcsfEvent<'_> {
    let scope = scope(report);
    let mut event = event(OcsfClass::Compliance, Verdict::Unproven, report);
    event.message = NOT_COMPLETE.into();
    event.cloud = cloud("", "");
    event.finding_info = FindingInfo {
        uid: &format!("not-complete {scope}"),
        title: "not-complete",
        desc: NOT_COMPLETE,
        kind: "not-complete",
    }
    .of(report);
    event.resources = json!([scope_resource(&scope)]);
    event
}

/// The resource of a finding that concerns neither a chain nor an object: everything requested.
fn scope_resource(scope: &str) -> Value {
    json!({ "uid": scope, "name": scope, "type": "CloudTrail digests" })
}

/// The detection finding for a finding of severity `failed`.
fn failed<'a>(finding: &'a Finding, report: &'a Report) -> OcsfEvent<'a> {
    let mut event = about(finding, OcsfClass::Detection, report);
    event.count = finding.count;
    event.evidences = Some(json!([{
        "name": finding.code,
        "data": {
            "expected": finding.expected,
            "actual": finding.actual,
            "digest": finding.digest,
            "version_id": finding.version_id,
            "etag": finding.etag,
            "last_modified": finding.last_modified,
            "size": finding.size,
            "events": finding.evidence,
            "recovery": finding.recovery,
        },
    }]));
    event
}

/// The attributes that both classes of events about a finding share.
fn about<'a>(finding: &'a Finding, class: OcsfClass, report: &'a Report) -> OcsfEvent<'a> {
    let code = finding.code.word();
    let mut id = finding.chain.iter().flat_map(|id| id.splitn(4, '/'));
    let (account, region) = (id.next().unwrap_or(""), id.next().unwrap_or(""));
    let key = finding.key.as_ref();
    let object = key.map(|key| s3_uri(finding.bucket.as_deref(), key));
    let place = object.or_else(|| finding.chain_name());
    let scope = scope(report);
    let mut event = event(class, finding.severity.verdict(), report);
    event.message = finding.message.as_str().into();
    event.start_time = finding.from.map(|t| t.as_millisecond());
    event.end_time = finding.to.map(|t| t.as_millisecond());
    event.cloud = cloud(account, region);
    event.finding_info = FindingInfo {
        uid: &finding_uid(finding, place.as_deref(), &scope),
        title: &code,
        desc: &finding.message,
        kind: &code,
    }
    .of(report);
    let kind = match finding.key {
        Some(_) => "AWS::S3::Object",
        None => "CloudTrail digest chain",
    };
    event.resources = match &place {
        Some(place) => json!([{
            "uid": place,
            "name": finding.key.clone().or_else(|| finding.chain_name()),
            "type": kind,
            "region": region,
        }]),
        None => json!([scope_resource(&scope)]),
    };
    event.remediation = finding.hint.as_ref().map(|hint| {
        let command = finding.command_line();
        let desc = command.map_or_else(|| hint.clone(), |line| format!("{hint}: {line}"));
        json!({ "desc": desc })
    });
    event.unmapped = json!({
        "chain": finding.chain,
        "organization": finding.organization,
        "reason": finding.reason,
        "recovery": finding.recovery.as_deref().map(recovery_in_words),
    });
    event
}

/// An identifier of a finding that is the same in every run that finds the same.
fn finding_uid(finding: &Finding, place: Option<&str>, scope: &str) -> String {
    let code = finding.code.word();
    let from = finding.from.map(|from| from.to_string());
    let mut parts = vec![code.as_ref()];
    if place.is_none() {
        // One scope may have several findings without a place; only their messages differ.
        parts.extend([scope, finding.message.as_str()]);
    }
    let chain = finding.chain_name();
    parts.extend(chain.as_deref());
    parts.extend(place);
    parts.extend(from.as_deref());
    parts.join(" ")
}

/// The attribute `finding_info`.
struct FindingInfo<'a> {
    uid: &'a str,
    title: &'a str,
    desc: &'a str,
    kind: &'a str,
}

impl FindingInfo<'_> {
    fn of(&self, report: &Report) -> Value {
        json!({
            "uid": self.uid,
            "title": self.title,
            "desc": self.desc,
            "types": [self.kind],
            "created_time": report.run.finished.as_millisecond(),
        })
    }
}

/// An event with the attributes that every event has.
fn event(class: OcsfClass, verdict: Verdict, report: &Report) -> OcsfEvent<'_> {
    let (class_uid, class_name) = match class {
        OcsfClass::Compliance => (2003, "Compliance Finding"),
        OcsfClass::Detection => (2004, "Detection Finding"),
    };
    let (severity_id, severity, status_id, status) = match verdict {
        Verdict::Verified => (1, "Informational", 1, "Pass"),
        Verdict::Gaps => (3, "Medium", 2, "Warning"),
        Verdict::Unproven => (3, "Medium", 2, "Warning"),
        Verdict::Failed => (HIGH.0, HIGH.1, 3, "Fail"),
    };
    OcsfEvent {
        activity_id: 1,
        activity_name: "Create",
        category_uid: 2,
        category_name: "Findings",
        class_uid,
        class_name,
        type_uid: class_uid * 100 + 1,
        type_name: format!("{class_name}: Create"),
        time: report.run.finished.as_millisecond(),
        start_time: None,
        end_time: None,
        severity_id,
        severity,
        status_id: 1,
        status: "New",
        status_code: verdict.as_str(),
        message: match verdict {
            Verdict::Verified => "every instant of the window is proven",
            Verdict::Gaps => "no digest covers part of the window",
            Verdict::Unproven => "something could not be checked",
            Verdict::Failed => "something was altered, is missing, or is forged",
        }
        .into(),
        metadata: json!({
            "version": VERSION,
            "profiles": ["cloud"],
            "product": {
                "name": report.run.tool,
                "vendor_name": report.run.tool,
                "version": report.run.version,
            },
        }),
        cloud: Value::Null,
        finding_info: Value::Null,
        resources: Value::Null,
        compliance: match class {
            OcsfClass::Compliance => Some(compliance((status_id, status))),
            OcsfClass::Detection => None,
        },
        evidences: None,
        remediation: None,
        count: None,
        unmapped: Value::Null,
    }
}

/// The attribute `compliance`, with a status and its id.
fn compliance((status_id, status): (u16, &str)) -> Value {
    json!({
        "control": "CloudTrail log file integrity",
        "standards": ["CloudTrail log file integrity"],
        "status_id": status_id,
        "status": status,
    })
}

/// The attribute `cloud`; an account that is not known is left out.
fn cloud(account: &str, region: &str) -> Value {
    let account = (!account.is_empty()).then(|| {
        json!({
            "uid": account,
            "name": account,
            "type": "AWS Account",
            "type_id": 10,
        })
    });
    json!({ "provider": "AWS", "region": region, "account": account })
}

/// Serializes an attribute without its nulls and empty texts, because OCSF has no null.
fn known<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    fn without(value: &Value) -> Option<Value> {
        match value {
            Value::Null => None,
            Value::String(text) if text.is_empty() => None,
            Value::Array(items) => Some(items.iter().filter_map(without).collect()),
            Value::Object(fields) => {
                let fields = fields.iter();
                Some(
                    fields
                        .filter_map(|(name, value)| Some((name.clone(), without(value)?)))
                        .collect(),
                )
            }
            other => Some(other.clone()),
        }
    }
    without(value).serialize(serializer)
}

/// The same for an attribute that may be absent.
fn known_if<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    known(value.as_ref().unwrap_or(&Value::Null), serializer)
}
