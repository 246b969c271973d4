//! A plan for people.

use std::io;

use super::v1::{ListedBy, PlanHeader, PlannedShard};
use crate::base::text::{escape, grouped, in_bytes, plural};
use crate::report::tone::TextWriter;

/// Shards that are shown.
const SHOWN: usize = 20;

/// What was planned, and what is not in the plan.
#[derive(Debug, Clone, Copy)]
pub struct PlanSummary<'p> {
    /// The file of the plan.
    pub file: &'p str,
    /// Its first line.
    pub header: &'p PlanHeader,
    /// Its other lines.
    pub shards: &'p [PlannedShard],
    /// What the counts do not include, in sentences.
    pub not_included: &'p [String],
    /// Folders that could not be listed, in sentences.
    pub not_listed: &'p [String],
}

/// Writes a summary.
///
/// # Errors
/// When writing fails.
pub fn write(plan: PlanSummary<'_>, out: &mut dyn TextWriter) -> io::Result<()> {
    let PlanSummary { header, shards, .. } = plan;
    let longest = shards.iter().map(|shard| shard.hours).fold(0.0, f64::max);
    writeln!(
        out,
        "{} in {}",
        plural(shards.len() as u64, "shard"),
        escape(plan.file)
    )?;
    let rows = [
        ("objects", grouped(header.objects)),
        ("bytes", in_bytes(header.bytes)),
        ("requests", grouped(header.requests)),
        (
            "hours",
            format!(
                "{} of one machine, {} of the longest shard",
                hours(header.hours),
                hours(longest)
            ),
        ),
        ("price", format!("{} USD", dollars(header.price_usd))),
        ("counted from", counted_from(header.listed_by).to_owned()),
    ];
    for (what, value) in rows {
        writeln!(out, "  {what:<12}  {value}")?;
    }
    table(shards, out)?;
    let rates = &header.rates;
    writeln!(
        out,
        "\nA machine validates {} objects and {} MiB per second: the slower of the two counts.",
        grouped(rates.logs_per_second),
        grouped(rates.mib_per_second),
    )?;
    writeln!(
        out,
        "1,000 GET cost {} USD, 1,000 LIST {} USD, 1 GB of transfer {} USD, an hour of a machine {} USD.",
        rates.price_get, rates.price_list, rates.price_gb, rates.price_hour
    )?;
    list("not included", plan.not_included, out)?;
    list("not listed", plan.not_listed, out)?;
    writeln!(out, "\nSHA-256 of the plan: {}", header.sha256)
}

fn table(shards: &[PlannedShard], out: &mut dyn TextWriter) -> io::Result<()> {
    writeln!(
        out,
        "\n{:>6} {:>8} {:>14} {:>12} {:>14} {:>8} {:>10}",
        "shard", "groups", "objects", "bytes", "requests", "hours", "USD"
    )?;
    for shard in shards.iter().take(SHOWN) {
        writeln!(
            out,
            "{:>6} {:>8} {:>14} {:>12} {:>14} {:>8} {:>10}",
            shard.shard,
            grouped(shard.groups.len()),
            grouped(shard.objects),
            in_bytes(shard.bytes),
            grouped(shard.requests),
            hours(shard.hours),
            dollars(shard.price_usd)
        )?;
    }
    if let Some(more) = shards.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        writeln!(
            out,
            "and {} more: each is a line of the plan",
            grouped(more)
        )?;
    }
    writeln!(
        out,
        "A group is an account and region, or a share of its logs."
    )
}

fn counted_from(listed_by: ListedBy) -> &'static str {
    match listed_by {
        ListedBy::Listing => "listings",
        ListedBy::Inventory => "an S3 Inventory report, and listings of what is newer",
    }
}

/// Hours with as many digits as few of them need.
fn hours(hours: f64) -> String {
    match hours {
        hours if hours >= 10.0 => grouped(format!("{hours:.1}")),
        hours if hours >= 0.01 => format!("{hours:.2}"),
        hours if hours > 0.0 && hours < 0.0001 => "<0.0001".to_owned(),
        hours => format!("{hours:.4}"),
    }
}

/// A price with as many digits as small amounts need.
fn dollars(price: f64) -> String {
    match price {
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
