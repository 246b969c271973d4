//! The watchlist that arguments select, and what is said about it on standard error.

use super::args::shared::watchlist::WatchlistArgs;
use super::diagnose::note;
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::base::text::{cited, grouped, plural};
use crate::commands::watchlist::{SkippedRule, WatchFilter, Watchlist};

/// Most rules that are listed on standard error; the others are counted.
const LISTED: usize = 20;

/// The filter of the watchlist that arguments select; `None` without one. Says which rules are not used.
///
/// # Errors
/// The rules cannot be read, or nothing of a file can be used.
pub(super) fn open(args: &WatchlistArgs, limits: &Limits) -> Result<Option<WatchFilter>, Error> {
    if args.watchlist.is_empty() {
        return Ok(None);
    }
    let (mut list, skipped) = Watchlist::load(&args.watchlist, limits)?;
    print_skipped(&skipped);
    if let Some(risk) = args.min_risk {
        list = list.at_least(risk)?;
    }
    let known = args.own_account.iter().cloned().collect();
    Ok(Some(WatchFilter::new(list, known)))
}

/// Says which rules are not used, and why.
fn print_skipped(skipped: &[SkippedRule]) {
    for SkippedRule { file, rule, why } in skipped.iter().take(LISTED) {
        let rule = rule.as_deref().map_or("the file".to_owned(), |rule| {
            format!("rule {}", cited(rule))
        });
        note(&format!("{file}: {rule} is not used: it {why}"));
    }
    let more = skipped.len().saturating_sub(LISTED);
    if more > 0 {
        note(&format!("{} not used", plural(more as u64, "more rule")));
    }
}

/// Says how many events each rule matched, the highest risk first, and whether some of them may not be proven.
pub(super) fn print_matched(filter: &WatchFilter, include_unproven: bool) {
    let matched = filter.matched();
    if include_unproven && !matched.is_empty() {
        note("watchlist: the counts include events of logs that are not proven");
    }
    for (rule, count) in matched.iter().take(LISTED) {
        let count = plural(*count, "event");
        let (id, risk, title) = (&rule.id, rule.risk, cited(&rule.title));
        note(&format!(
            "watchlist: {count} of rule {id}, risk {risk}: {title}"
        ));
    }
    let more = matched.len().saturating_sub(LISTED);
    if more > 0 {
        note(&format!("watchlist: {} more rules matched", grouped(more)));
    }
}
