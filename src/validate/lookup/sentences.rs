//! What a comparison with LookupEvents does not show, in sentences.

use std::collections::BTreeMap;

use super::comparison::HistoryComparison;
use crate::base::text::{grouped, plural};
use crate::proof::event_history::NotCompared;
use crate::source::GetError;

/// The sentences of one comparison.
pub(in crate::validate) fn sentences(compared: &HistoryComparison) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(no_account(compared));
    sentences.push(never_listed(compared));
    sentences.extend(compared.is_cut.then(|| {
        format!(
            "that proven logs hold every event from before {}: LookupEvents reaches back 90 days",
            compared.time.from
        )
    }));
    sentences.extend(not_compared(compared));
    for (region, of_region) in &compared.regions {
        if let Some((error, oldest)) = &of_region.ended {
            let which = match oldest {
                Some(oldest) => format!("the events of {region} before {oldest}"),
                None => format!("the events of {region}"),
            };
            sentences.push(format!(
                "that proven logs hold {which}: LookupEvents could not be used: {}",
                error.detail()
            ));
        }
    }
    sentences.extend(compared.unread.as_ref().map(|why| {
        format!(
            "that proven logs hold every event of the time of a log whose records could not be read: {why}"
        )
    }));
    sentences
}

/// Where no event was compared, why.
fn no_account(compared: &HistoryComparison) -> Option<String> {
    let nothing = "that proven logs hold the events that LookupEvents lists";
    match (&compared.account, &compared.failed) {
        (None, Some(error)) => Some(could_not(nothing, error)),
        (None, None) => Some(format!("{nothing}: it listed none")),
        (Some(account), _) if compared.regions.is_empty() => Some(format!(
            "{nothing}: the credentials are those of account {account}, of which no chain was validated"
        )),
        _ => None,
    }
}

fn could_not(what: &str, error: &GetError) -> String {
    format!("{what}: LookupEvents could not be used: {}", error.detail())
}

/// The events that LookupEvents never lists.
fn never_listed(compared: &HistoryComparison) -> String {
    let others = match (compared.other_accounts, &compared.account) {
        (0, _) | (_, None) => String::new(),
        (n, Some(account)) => format!(
            ", and those of {} (only account {account} was compared, because the credentials are its own)",
            plural(n, "other account")
        ),
    };
    format!(
        "that proven logs hold every event that LookupEvents never lists: data events, network activity events and \
         Insights events, those of regions without a chain{others}"
    )
}

/// The events that were listed, that no log holds, and that are no finding.
fn not_compared(compared: &HistoryComparison) -> Option<String> {
    let mut counts: BTreeMap<NotCompared, u64> = BTreeMap::new();
    for region in compared.regions.values() {
        for (why, count) in &region.not_compared {
            *counts.entry(*why).or_default() += count;
        }
    }
    let all: u64 = counts.values().sum();
    let parts = counts
        .iter()
        .map(|(why, count)| format!("{} {}", grouped(*count), why.words()));
    let parts: Vec<String> = parts.collect();
    (all > 0).then(|| {
        format!(
            "that proven logs hold {} that LookupEvents lists and that {} not compared: {}",
            plural(all, "event"),
            if all == 1 { "was" } else { "were" },
            parts.join("; ")
        )
    })
}
