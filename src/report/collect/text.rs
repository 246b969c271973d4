//! The report for a terminal. The hash of the manifest comes last: it is what somebody writes down.

use std::io;

use super::v1::{
    BundleFileKind, BundleReport, BundleState, CollectReport, Collected, CollectionEstimate,
    DifferingPaths, KindCount, UnreadCounts,
};
use crate::base::text::{counts, escape, grouped, in_bytes, one_or_many, plural, quoted, s3_uri};
use crate::report::tone::{TextWriter, Tone};

/// Writes the report.
///
/// # Errors
/// When writing fails.
pub fn write(report: &CollectReport, out: &mut dyn TextWriter) -> io::Result<()> {
    // As one word of a command line, which a reader may copy.
    let bundle = quoted(report.bundle.as_deref().unwrap_or_default());
    let bundle = escape(&bundle).into_owned();
    if let Some(collected) = &report.collected {
        self::collected(collected, &bundle, report.complete, out)?;
    }
    if let Some(check) = &report.check {
        self::check(check, &bundle, report.complete, out)?;
    }
    if let Some(estimate) = &report.estimate {
        self::estimate(estimate, report.complete, out)?;
    }
    let Some(hash) = &report.manifest_sha256 else {
        return Ok(());
    };
    if let Some(collected) = &report.collected {
        keys_apart(&collected.keys_given, out)?;
        writeln!(
            out,
            "\nWrite down the SHA-256 of manifest.jsonl, and keep it apart from the bundle. It stands for every file \
             of the bundle:"
        )?;
    } else {
        writeln!(out, "\nSHA-256 of manifest.jsonl:")?;
    }
    writeln!(out, "{hash}")
}

/// What was collected.
fn collected(
    collected: &Collected,
    bundle: &str,
    complete: bool,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    if let Some(why) = &collected.stopped_by {
        out.tone(Tone::Doubtful);
        return writeln!(
            out,
            "not finished: {}\n  what was collected is in {bundle}; run the same command again: it goes on where it was",
            escape(why)
        );
    }
    let what = format!(
        "{}, {}, in {bundle}",
        plural(collected.files, "file"),
        in_bytes(collected.bytes)
    );
    match complete {
        true => {
            out.tone(Tone::Good);
            writeln!(out, "collected: {what}")?;
        }
        false => {
            out.tone(Tone::Doubtful);
            writeln!(out, "collected, but not everything could be read: {what}")?;
        }
    }
    writeln!(out, "  as of    {}", collected.as_of)?;
    if collected.runs > 1 {
        writeln!(out, "  runs     {}", grouped(collected.runs))?;
    }
    if let Some(verdict) = collected.verdict {
        let keys = collected.keys_given.iter();
        let keys: String = keys
            .map(|path| format!(" --keys {}", quoted(path)))
            .collect();
        writeln!(
            out,
            "  verdict  {}; trailproof validate --path {bundle} --manifest-sha256 HASH{} gives the report",
            verdict.as_str(),
            escape(&keys)
        )?;
    }
    kinds(&collected.kinds, out)?;
    unread(&collected.unread, complete, out)?;
    match &collected.advice {
        Some(advice) => writeln!(out, "\n{}", escape(advice)),
        None => Ok(()),
    }
}

/// Says that a bundle lacks the public keys that were given, which a reader would not expect.
fn keys_apart(given: &[String], out: &mut dyn TextWriter) -> io::Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    let given: Vec<String> = given.iter().map(|path| quoted(path)).collect();
    writeln!(
        out,
        "\nThe bundle does not hold the public keys that were given with --keys. Keep them with it, and give them to \
         each validation: {}",
        escape(&given.join(" "))
    )
}

fn unread(unread: &UnreadCounts, complete: bool, out: &mut dyn TextWriter) -> io::Result<()> {
    if unread.count == 0 {
        return Ok(());
    }
    // Some answers only add to what is known.
    let needed = match complete {
        true => "; no signature or hash depends on them",
        false => "",
    };
    let reasons = unread.reasons.iter().map(|r| (r.count, r.reason.as_str()));
    let reasons = counts(reasons).unwrap_or_default();
    writeln!(
        out,
        "\nnot answered: {} ({}); the bundle holds the reasons{needed}",
        grouped(unread.count),
        escape(&reasons)
    )?;
    for entry in &unread.first {
        let place = match &entry.bucket {
            Some(bucket) => s3_uri(Some(bucket), &entry.key),
            None => entry.key.clone(),
        };
        writeln!(out, "  {}: {}", escape(&place), escape(&entry.reason))?;
    }
    more(unread.count, unread.first.len(), out)
}

/// What was found in a bundle.
fn check(
    check: &BundleReport,
    bundle: &str,
    complete: bool,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    let files = plural(check.files, "file");
    let (tone, answer) = match check.state {
        BundleState::Intact => (
            Tone::Good,
            format!("intact: each of {files} is as the manifest lists it, and there is no other"),
        ),
        BundleState::Differs => (Tone::Bad, format!("differs: {}", differences(check))),
        BundleState::Unknown => (
            Tone::Doubtful,
            "not known: not every file could be checked".to_owned(),
        ),
    };
    out.tone(tone);
    writeln!(out, "{answer}")?;
    writeln!(
        out,
        "  bundle     {bundle}, {files}, {}",
        in_bytes(check.bytes)
    )?;
    if !complete {
        writeln!(out, "  not complete: some files were not checked")?;
    }
    if let Some(custody) = &check.custody {
        let ended = custody.ended.map(|at| format!(" to {at}"));
        let caller = custody.caller.as_ref().map(|arn| format!(" by {arn}"));
        let words = format!(
            "{}{}{} with {} {}, in the words of its custody.json",
            custody.started,
            ended.unwrap_or_default(),
            caller.unwrap_or_default(),
            custody.tool,
            custody.version
        );
        writeln!(out, "  collected  {}", escape(&words))?;
    }
    writeln!(out, "  manifest   {}", pinned(check))?;
    kinds(&check.kinds, out)?;
    let differing = [
        ("missing", &check.missing),
        ("altered", &check.altered),
        ("added", &check.added),
        ("could not be read", &check.unread),
    ];
    for (what, files) in differing {
        paths(what, files, out)?;
    }
    let invalid = &check.invalid_lines;
    if invalid.count > 0 {
        writeln!(out, "\nlines of manifest.jsonl that are not valid")?;
        for line in &invalid.first {
            writeln!(
                out,
                "  line {}: {}",
                grouped(line.line),
                escape(&line.detail)
            )?;
        }
        more(invalid.count, invalid.first.len(), out)?;
    }
    Ok(())
}

/// Whether the manifest is the one that was written down.
fn pinned(check: &BundleReport) -> &'static str {
    match check.manifest_matches {
        Some(true) => "has the given hash",
        Some(false) => "does not have the given hash: it is not the one that was written down",
        None => {
            "compare its hash with the one that was written down: whoever alters files can write a new manifest"
        }
    }
}

/// What differs, in numbers.
fn differences(check: &BundleReport) -> String {
    let files = counts([
        (check.missing.count, "missing"),
        (check.altered.count, "altered"),
        (check.added.count, "added"),
        (check.unread.count, "not readable"),
    ]);
    let lines = (check.invalid_lines.count > 0).then(|| {
        let lines = check.invalid_lines.count;
        one_or_many(
            lines,
            "1 line of the manifest is not valid",
            "lines of the manifest are not valid",
        )
    });
    let other = (check.manifest_matches == Some(false))
        .then(|| "the manifest is not the one whose hash was given".to_owned());
    let parts: Vec<String> = [files, lines, other].into_iter().flatten().collect();
    parts.join("; ")
}

fn paths(what: &str, files: &DifferingPaths, out: &mut dyn TextWriter) -> io::Result<()> {
    if files.count == 0 {
        return Ok(());
    }
    writeln!(out, "\n{what}")?;
    for file in &files.first {
        match &file.detail {
            Some(detail) => writeln!(out, "  {} ({})", escape(&file.path), escape(detail))?,
            None => writeln!(out, "  {}", escape(&file.path))?,
        }
    }
    more(files.count, files.first.len(), out)
}

/// What a collection takes.
fn estimate(
    estimate: &CollectionEstimate,
    complete: bool,
    out: &mut dyn TextWriter,
) -> io::Result<()> {
    let (digests, logs) = (estimate.digests, estimate.logs);
    let objects = digests.objects + logs.objects;
    let bytes = digests.bytes.saturating_add(logs.bytes);
    writeln!(
        out,
        "a collection reads {}, {}, of {}",
        plural(objects, "object"),
        in_bytes(bytes),
        plural(estimate.chains, "chain")
    )?;
    writeln!(
        out,
        "  from listings alone; no object was read and nothing was written"
    )?;
    if !complete {
        writeln!(
            out,
            "  not complete: some folders could not be listed, so a collection may take more"
        )?;
    }
    let (requests, price) = (estimate.requests, estimate.price);
    let row = |what: &str, n: u64, size: u64| {
        format!("  {what:<8} {:>12}  {}", grouped(n), in_bytes(size))
    };
    writeln!(out, "\n{}", row("digests", digests.objects, digests.bytes))?;
    writeln!(out, "{}", row("logs", logs.objects, logs.bytes))?;
    let sum = price.get + price.list + price.transfer;
    writeln!(
        out,
        "\nabout {} USD at list rates, of which {} USD for the transfer out of AWS",
        dollars(sum),
        dollars(price.transfer)
    )?;
    let requests = [
        ("GET", requests.get, price.get_rate, price.get),
        ("LIST", requests.list, price.list_rate, price.list),
    ];
    for (kind, number, rate, cost) in requests {
        writeln!(
            out,
            "  {kind:<8} {:>12}  {} USD at {rate} USD per 1,000",
            grouped(number),
            dollars(cost)
        )?;
    }
    writeln!(
        out,
        "  {:<8} {:>12}  {} USD at {} USD per GB",
        "transfer",
        in_bytes(bytes),
        dollars(price.transfer),
        price.transfer_rate
    )?;
    writeln!(
        out,
        "  Rates of S3 Standard in us-east-1. They differ by region and storage class. Transfer to a machine within the \
         region of the bucket is free. Rates: {}",
        price.source
    )?;
    list("not included", &estimate.not_included, out)?;
    list("not listed", &estimate.not_listed, out)
}

/// A price with as many digits as small amounts need.
fn dollars(price: f64) -> String {
    match price {
        0.0 => "0".to_owned(),
        price if price < 0.0001 => "less than 0.0001".to_owned(),
        price if price < 1.0 => format!("{price:.4}"),
        price => grouped(format!("{price:.2}")),
    }
}

fn list(what: &str, sentences: &[String], out: &mut dyn TextWriter) -> io::Result<()> {
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{what}")?;
    let mut sentences = sentences.iter();
    sentences.try_for_each(|sentence| writeln!(out, "  - {}", escape(sentence)))
}

/// The files by what they hold.
fn kinds(kinds: &[KindCount], out: &mut dyn TextWriter) -> io::Result<()> {
    if kinds.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    for count in kinds {
        writeln!(
            out,
            "  {:<24} {:>12}  {}",
            name(count.kind),
            grouped(count.files),
            in_bytes(count.bytes)
        )?;
    }
    Ok(())
}

fn name(kind: BundleFileKind) -> &'static str {
    match kind {
        BundleFileKind::Digest => "digests",
        BundleFileKind::Log => "logs",
        BundleFileKind::OtherObject => "other objects",
        BundleFileKind::Metadata => "metadata of objects",
        BundleFileKind::Version => "versions of objects",
        BundleFileKind::Listing => "listings",
        BundleFileKind::Keys => "public keys",
        BundleFileKind::Answer => "answers of CloudTrail",
        BundleFileKind::Bucket => "properties of buckets",
        BundleFileKind::Unread => "could not be read",
        BundleFileKind::Absent => "do not exist",
        BundleFileKind::Custody => "custody.json",
        BundleFileKind::Other => "other files",
    }
}

fn more(all: u64, shown: usize, out: &mut dyn TextWriter) -> io::Result<()> {
    match all.saturating_sub(shown as u64) {
        0 => Ok(()),
        more => writeln!(out, "  and {} more", grouped(more)),
    }
}
