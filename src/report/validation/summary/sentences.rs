//! The three most important sentences of a report.

use std::collections::BTreeMap;

use super::damage::{self, DamageKind};
use super::doubt::{self, Doubt};
use super::time::{TimeByState, in_chains};
use super::{due, reducing, restarted, with_removals};
use crate::base::text::{grouped, plural};
use crate::proof::finding::Verdict;
use crate::proof::gap::Cause;
use crate::report::validation::v1::{Report, Requested, SourceKind};

/// What is proven, what is not, and what to do.
pub(super) fn three(report: &Report) -> Vec<String> {
    vec![proven(report), not_proven(report), to_do(report)]
}

fn proven(report: &Report) -> String {
    let time = TimeByState::of_all(report);
    let totals = &report.totals;
    if time.proven.is_zero() && totals.digests.valid == 0 {
        return match due::unchanged(report) {
            0 => "Nothing is proven.",
            1 => "Nothing new was due. The digest that an earlier run proved last is unchanged.",
            _ => "Nothing new was due. The digests that earlier runs proved last are unchanged.",
        }
        .into();
    }
    let chains = plural(totals.chains, "chain");
    let (digests, logs) = (
        plural(totals.digests.valid, "digest"),
        plural(totals.logs.valid, "log"),
    );
    if time.asked.is_zero() {
        return format!(
            "No time is proven: {digests} and {logs} are as CloudTrail delivered them, but cover no time requested."
        );
    }
    let time = match due::all_until(report) {
        Some(until) => format!("all that was due, {until}"),
        None => format!("{} in {chains}", time.proven_of_asked()),
    };
    let mut text = format!("Proven: {time}; {digests} and {logs} are as CloudTrail delivered them");
    let not_read = totals.logs.not_read;
    if not_read > 0 {
        text += &format!("; {} exist and were not read", plural(not_read, "log"));
    }
    text + "."
}

fn not_proven(report: &Report) -> String {
    let time = TimeByState::of_all(report);
    let mut parts = Vec::new();
    let removed = with_removals(report);
    if removed > 0 {
        let gaps = plural(removed as u64, "gap");
        parts.push(format!(
            "recorded calls removed or overwrote objects of the time of {gaps}"
        ));
    }
    let reducing = reducing(report);
    if reducing > 0 {
        parts.push(format!(
            "what trails no longer logged after {}",
            plural(reducing, "recorded call")
        ));
    }
    parts.extend(damage::clause(&damage::count(report)));
    let estimated = report.totals.digests.missing_inferred;
    if estimated > 0 {
        parts.push(format!(
            "{} of the missing digests are an estimate, one per hour",
            grouped(estimated)
        ));
    }
    let doubts = doubt::count(report);
    parts.extend(doubts.iter().map(|(doubt, n)| doubt.clause(*n, report)));
    if time.gap.is_positive() {
        parts.push(format!(
            "no digest covers {}",
            in_chains(report, |time| time.gap)
        ));
    }
    let gaps = report.chains.iter().flat_map(|c| &c.gaps);
    let unexplained = gaps.filter(|gap| gap.cause == Cause::Unexplained).count() as u64;
    if unexplained > 0 {
        let gaps = plural(unexplained, "gap");
        parts.push(format!(
            "no recorded call says why digests stopped in {gaps}"
        ));
    }
    if time.pending.is_positive() {
        parts.push(format!(
            "the digests of {} may not have been delivered yet",
            in_chains(report, |time| time.pending)
        ));
    }
    match (parts.is_empty(), report.verdict) {
        (false, _) => format!("Not proven: {}.", parts.join("; ")),
        (true, Verdict::Gaps) => gap_without_time(report).to_owned() + ".",
        (true, _) => {
            "Nothing that was checked is altered or missing. \"What is not proven\" lists the limits of every check."
                .into()
        }
    }
}

/// Why the verdict is `gaps` although digests cover all of the time, as a sentence without its full stop.
fn gap_without_time(report: &Report) -> &'static str {
    match restarted(report) {
        true => "Logging or validation was restarted, which left no uncovered time between digests",
        false => "A chain has no digest in the window",
    }
}

fn to_do(report: &Report) -> String {
    let on_s3 = report.requested.is_of_buckets();
    let damage = damage::count(report);
    let doubts = doubt::count(report);
    if report.run.all_accepted {
        return "All that is wrong here was accepted beforehand with --accept. This report lists the entries and their \
                reasons."
            .into();
    }
    if damage::called(report) > 0 {
        return "Keep the bucket as it is. Ask the callers whom the findings list why they removed or overwrote \
                objects, and look for versions and delete markers."
            .into();
    }
    let text = match (damage.keys().next(), doubts.keys().next()) {
        (Some(DamageKind::LogsMissing | DamageKind::DigestsMissing), _) => {
            "Keep the bucket as it is. Find out whether a person, a lifecycle rule or an incomplete copy removed \
             what is missing, and look for versions and delete markers."
        }
        (Some(_), _) => {
            "Keep the bucket as it is. Find out who wrote what is altered, and when, and look for older versions."
        }
        // With keys, the other doubts may be other ones. An altered bundle has to be intact first.
        (None, Some(doubt)) if *doubt != Doubt::BundleAltered && lacks_keys(report, &doubts) => {
            for_keys(&report.requested)
        }
        (None, Some(Doubt::KeyUnavailable)) => for_keys(&report.requested),
        (None, Some(doubt)) => for_doubt(*doubt, on_s3),
        (None, None) => return for_no_damage(report),
    };
    text.into()
}

/// What to do about keys that are not available. Where no key file was given, they are looked up in AWS.
fn for_keys(requested: &Requested) -> &'static str {
    let is_given = !requested.keys.is_empty();
    match requested.source.known() {
        Some(SourceKind::Bundle) if !is_given && !requested.manifest_given => {
            "Give the SHA-256 of the bundle's manifest with --manifest-sha256, or the public keys of that time \
             with --keys, and run this check again."
        }
        Some(SourceKind::Bundle) if !is_given => {
            "Give the public keys of that time with --keys, because the bundle does not hold them, and run this check again."
        }
        Some(SourceKind::S3) if !is_given => {
            "Give the public keys of that time with --keys, or permit cloudtrail:ListPublicKeys, and run this check again."
        }
        _ => "Give the public keys of that time with --keys, and run this check again.",
    }
}

/// Whether a bundle was read without any key that counts.
fn lacks_keys(report: &Report, doubts: &BTreeMap<Doubt, u64>) -> bool {
    let is_bundle = report.requested.source == SourceKind::Bundle;
    is_bundle && report.keys.is_empty() && doubts.contains_key(&Doubt::KeyUnavailable)
}

/// What to do about the first doubt, apart from keys.
fn for_doubt(doubt: Doubt, on_s3: bool) -> &'static str {
    match doubt {
        Doubt::BundleAltered => {
            "Remove files that were added to the bundle, or get it again from where it is kept. Check it with trailproof collect --check, and run this check again."
        }
        Doubt::SourceUnreadable if on_s3 => {
            "Make every bucket readable (network, permissions), and run this check again."
        }
        Doubt::SourceUnreadable => "Make every folder readable, and run this check again.",
        Doubt::NothingFound => "Compare what was specified with the output of trailproof trails.",
        Doubt::LogUnreferenced => {
            "Find out who wrote the objects that no digest lists. Do not rely on them."
        }
        Doubt::ChainMissing | Doubt::ChainEnded => {
            "Find out whether everything was copied, and whether the trail still writes digests there."
        }
        Doubt::Fork => {
            "Compare the digests that contradict each other with their older versions in the bucket."
        }
        Doubt::DigestUnreadable | Doubt::LogUnreadable => {
            "Make these objects readable, and run this check again."
        }
        Doubt::SignatureAbsent if on_s3 => {
            "Find out who wrote these digests again without their metadata."
        }
        Doubt::SignatureAbsent => {
            "Fetch the missing metadata with the commands in this report, and run this check again."
        }
        Doubt::KeyUnavailable => "Give the public keys of that time, and run this check again.",
        Doubt::Relocated => {
            "Say with --map where these digests were written, and run this check again."
        }
        Doubt::KeyInvalid => "Get the public keys again from AWS, and run this check again.",
        Doubt::AlgorithmUnsupported => "Use a newer version of this program.",
        Doubt::EventNotInLogs => {
            "Run this check again later, in case logs were delivered late; then ask AWS Support about these events."
        }
        Doubt::Other => "Read the findings, mend what they say, and run this check again.",
    }
}

/// What to do where nothing failed and nothing was left unproven.
fn for_no_damage(report: &Report) -> String {
    let time = TimeByState::of_all(report);
    let not_read = report.totals.logs.not_read;
    let mut parts = Vec::new();
    if with_removals(report) > 0 {
        parts.push(
            "Ask the callers whom the report lists first why they removed or overwrote objects."
                .into(),
        );
    }
    if report.verdict == Verdict::Gaps {
        parts.push("Find out whether each gap was intended, and record those that were in an --accept file.".to_owned());
    }
    if reducing(report) > 0 {
        parts.push("Find out whether each change to a trail was intended.".to_owned());
    }
    if not_read > 0 {
        parts.push(format!(
            "Run with --logs all to read the other {}.",
            plural(not_read, "log")
        ));
    }
    if time.pending.is_positive() {
        let again = match report.run.state_sha256 {
            Some(_) => "The next run with this state checks the pending time.",
            None => "Run again later to check the pending time.",
        };
        parts.push(again.into());
    }
    if parts.is_empty() {
        parts
            .push("Keep this report. Anybody with the same objects and keys can repeat it.".into());
    }
    parts.join(" ")
}
