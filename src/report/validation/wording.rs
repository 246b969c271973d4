//! Phrases about chains and gaps that all reports for people share. `events` has those about events.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::summary::due::is_unchanged;
use super::v1::{Chain, Digests, Evidence, Gap, Logs, Role};
use crate::base::text::{capital, counts, grouped, plural};
use crate::base::time::{in_words, in_words_between};
use crate::proof::coverage::State;
use crate::proof::gap::{Cause, Certainty};
use crate::report::open_enum::Word;
use crate::report::tone::Tone;

/// What a reader must know of a gap first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GapKind {
    /// Recorded calls removed or overwrote objects of its time. [`Gap::removals`] says who, which and when.
    Removals,
    /// A call explains it, as a stop for maintenance does, and no removal is recorded.
    Explained,
    /// Nothing explains it, and no removal is recorded.
    Unexplained,
}

impl GapKind {
    pub(crate) fn of(gap: &Gap) -> GapKind {
        match (&gap.removals, certainty(gap)) {
            (Some(_), _) => GapKind::Removals,
            (None, Some(_)) => GapKind::Explained,
            (None, None) => GapKind::Unexplained,
        }
    }
}

/// The tone of a gap. Removed objects are worse news than a stop.
impl From<GapKind> for Tone {
    fn from(kind: GapKind) -> Tone {
        match kind {
            GapKind::Removals => Tone::Bad,
            GapKind::Explained | GapKind::Unexplained => Tone::Gap,
        }
    }
}

/// Until when a chain is proven without interruption, and how much time after that is proven too.
pub(crate) fn until(chain: &Chain) -> String {
    let verified = chain.coverage.iter().filter(|s| s.state == State::Verified);
    let length = |from: Timestamp| {
        let later = verified.clone().filter(|s| from <= s.from);
        later
            .map(|s| s.to.duration_since(s.from))
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    };
    let window = &chain.window;
    if is_unchanged(chain) {
        return "nothing new was due; the last proven digest is unchanged".to_owned();
    }
    let Some(until) = chain.verified_until else {
        let Some(first) = verified.clone().next() else {
            return "no time is proven".to_owned();
        };
        let before = chain.coverage.iter().filter(|s| s.from < first.from);
        let first_is = match before.clone().all(|s| s.state == State::Gap) {
            true => "not covered by digests",
            false => "not proven",
        };
        let (proven, rest) = (length(first.from), window.to.duration_since(first.from));
        return format!(
            "the first {} are {first_is}; {}{} are proven",
            in_words_between(window.from, first.from),
            if proven == rest { "the other " } else { "" },
            in_words(proven),
        );
    };
    let mut text = format!("proven without interruption until {until}");
    let later = length(until);
    if later.is_positive() {
        let _ = write!(text, "; {} after that are proven too", in_words(later));
    }
    text
}

/// The interval of a gap, after a warning if objects of its time were removed.
pub(crate) fn span(gap: &Gap) -> String {
    match GapKind::of(gap) {
        GapKind::Removals => format!("objects removed, {}", interval(gap)),
        GapKind::Explained | GapKind::Unexplained => interval(gap),
    }
}

/// The interval of a gap.
pub(crate) fn interval(gap: &Gap) -> String {
    if gap.from == gap.to {
        return format!("restart at {}, without a gap between digests", gap.from);
    }
    let restart = if gap.restart {
        ", ending in a restart"
    } else {
        ""
    };
    let length = in_words_between(gap.from, gap.to);
    format!("{} to {}, {length}{restart}", gap.from, gap.to)
}

/// What is known of a gap: first who removed objects of its time, then its cause, how certain that is, and who
/// caused it. `None` if nothing is known.
pub(crate) fn explained(gap: &Gap) -> Option<String> {
    if gap.evidence.is_empty() && certainty(gap).is_none() && gap.removals.is_none() {
        return None;
    }
    let parts = [Some(cause(gap)), certainty(gap), who(gap)];
    let why = Vec::from_iter(parts.into_iter().flatten()).join("; ");
    Some(match &gap.removals {
        Some(removals) => format!("{removals}. {}", capital(&why)),
        None => why,
    })
}

/// Who made the call that the cause of a gap follows from, else the first successful call that bears on it.
/// `None` if the cause does not follow from a call, because then nobody who made one is to blame.
pub(crate) fn who(gap: &Gap) -> Option<String> {
    certainty(gap)?;
    let who = |event: &Evidence| {
        let actor = event.actor.as_ref()?;
        let name = [&actor.arn, &actor.account, &actor.kind];
        let name = name.into_iter().flatten().next()?;
        Some(format!("{name} ({})", event.event_name))
    };
    let is_cause = |e: &&Evidence| e.role.as_ref().is_some_and(|role| *role == Role::Cause);
    if let Some(cause) = gap.evidence.iter().find(is_cause) {
        return who(cause);
    }
    let is_lead = |e: &Evidence| e.role.as_ref().is_some_and(|role| *role == Role::Lead);
    let done = |e: &&Evidence| e.error_code.is_none() && !is_lead(e);
    gap.evidence.iter().filter(done).find_map(who)
}

/// The cause of a gap.
pub(crate) fn cause(gap: &Gap) -> String {
    let cause = match &gap.cause {
        Word::Known(Cause::Unexplained) if gap.removals.is_some() => {
            "no recorded call says why logging or digests stopped"
        }
        Word::Known(cause) => cause_in_words(*cause),
        Word::Other(word) => word,
    };
    cause.to_owned()
}

/// A cause in words.
pub(crate) fn cause_in_words(cause: Cause) -> &'static str {
    match cause {
        Cause::LoggingStopped => "logging was stopped",
        Cause::ValidationDisabled => "log file validation was switched off",
        Cause::TrailDeleted => "the trail was deleted",
        Cause::TrailCreated => "the trail was created",
        Cause::OrganizationAccessWithdrawn => {
            "the organization withdrew the trail's access to the account"
        }
        Cause::AccountLeftOrganization => "the account left the organization, or was closed",
        Cause::RegionDisabled => "the region was switched off",
        Cause::BeforeFirstDigest => "no earlier digest exists",
        Cause::AfterLastDigest => "no later digest exists",
        Cause::Unexplained => "no recorded call explains it",
    }
}

/// How certain the cause of a gap is. `None` if no cause is known.
pub(crate) fn certainty(gap: &Gap) -> Option<String> {
    let certainty = match &gap.certainty {
        Word::Known(certainty) => certainty_in_words(*certainty)?,
        Word::Other(word) => word,
    };
    Some(certainty.to_owned())
}

/// How certain a cause is, in words. `None` if no cause is known.
pub(crate) fn certainty_in_words(certainty: Certainty) -> Option<&'static str> {
    match certainty {
        Certainty::None => None,
        Certainty::Signed => Some("signed: a proven log records it"),
        Certainty::Unsigned => Some("unsigned: AWS reports it, but nothing proves it"),
        Certainty::Circumstantial => Some("circumstantial: it is inferred, not recorded"),
    }
}

/// The logs in a gap that no digest lists. `None` if nobody searched for them.
pub(crate) fn undigested(gap: &Gap) -> Option<String> {
    let logs = gap.undigested_logs.as_ref()?;
    let text = match (logs.count, logs.first, logs.last) {
        (0, ..) => "none".into(),
        (n, Some(first), Some(last)) => {
            format!("{}, {first} to {last}", plural(n, "log"))
        }
        (n, ..) => plural(n, "log"),
    };
    Some(text)
}

/// The counts of digests, or `none`.
pub(crate) fn digests(d: &Digests) -> String {
    some_digests(d).unwrap_or_else(|| "none".into())
}

/// The counts of digests, if there are any.
pub(crate) fn some_digests(d: &Digests) -> Option<String> {
    counts([
        (d.valid, "valid"),
        (d.failed, "failed"),
        (d.missing, "missing"),
        (d.missing_inferred, "estimated missing"),
        (d.unproven, "unproven"),
    ])
}

/// The counts of logs, or `none`.
pub(crate) fn logs(l: &Logs) -> String {
    let counts = counts([
        (l.valid, "valid"),
        (l.failed, "failed"),
        (l.missing, "missing"),
        (l.unproven, "unproven"),
        (l.unreferenced.unwrap_or(0), "not listed by any digest"),
        (l.not_read, "present but not read"),
    ]);
    counts.unwrap_or_else(|| "none".into())
}

/// How many logs of a chain were read, as in `0 of 288 logs read`. `None` if all were.
pub(crate) fn logs_read(chain: &Chain) -> Option<String> {
    let logs = &chain.logs;
    let read = logs.valid.saturating_add(logs.failed);
    let all = plural(read.saturating_add(logs.not_read), "log");
    (logs.not_read > 0).then(|| format!("{} of {all} read", grouped(read)))
}

/// At most `most` characters of a text, followed by its length if anything was cut off.
pub(crate) fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let all = text.chars().count();
            format!("{}… ({all} characters)", &text[..end]).into()
        }
    }
}
