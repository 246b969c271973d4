//! The findings on a digest that an earlier run of a scheduled check proved last.

use super::lifecycle;
use crate::base::time::{HOUR, shift};
use crate::proof::digest_object::{Content, Reading};
use crate::proof::finding::{Code, Finding, Hint, Original};
use crate::proof::judge::OwnSignature;
use crate::proof::reason::Reason;
use crate::proof::signature::SignatureCheck;
use crate::validate::context::Context;
use crate::validate::request::continuation::RememberedDigest;

/// What changed around the content of a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    /// It is not one intact gzip member any more.
    Container,
    /// Its signature does not verify any more.
    Signature,
}

impl Changed {
    /// What changed around content that is as it was.
    pub fn of(reading: &Reading) -> Option<Self> {
        if !matches!(reading.content, Content::Digest { whole: true, .. }) {
            Some(Changed::Container)
        } else if matches!(
            reading.own,
            OwnSignature::Present(_, SignatureCheck::Invalid)
        ) {
            Some(Changed::Signature)
        } else {
            None
        }
    }
}

/// What to do about a digest that expired after its chain had ended.
const CLOSED: &str = "if its account or region was closed, --exclude leaves the chain out: follow \"An account or a \
                      region that was closed\" in trailproof help options";

pub(super) fn gone(context: &Context<'_>, head: &RememberedDigest) -> Finding {
    let message = "the digest that an earlier run proved last, and that this chain continues from, is missing: it was \
                   deleted, or it expired";
    let finding = Finding::new(Code::StateMismatch, message);
    let ended = had_ended(context, head);
    match lifecycle::expiry(context, head) {
        Some(rule) if ended => finding.hint(format!("{rule}; {CLOSED}")),
        Some(rule) => finding.hint(rule),
        None => finding
            .hint(if ended {
                Hint::ClosedAccount
            } else {
                Hint::LookForMissing
            })
            .original(Original::Digest(Some(head.sha256))),
    }
}

/// Whether the chain had no later digest when the last run read it, though one was due.
fn had_ended(context: &Context<'_>, head: &RememberedDigest) -> bool {
    let request = context.request;
    let due = request.look().due(shift(head.time.to, HOUR));
    let continued = request.continues.iter().flat_map(|all| all.chains.values());
    let mut of_head = continued.filter(|chain| chain.head.as_ref() == Some(head));
    of_head.any(|chain| chain.looked_at > due)
}

pub(super) fn altered() -> Finding {
    let message = "the digest that an earlier run proved last, and that this chain continues from, has other bytes \
                   now";
    Finding::new(Code::StateMismatch, message).hint(Hint::OlderVersion)
}

pub(super) fn around(changed: Changed) -> Finding {
    let (message, expected, actual) = match changed {
        Changed::Container => (
            "the digest that an earlier run proved last, and that this chain continues from, is not one intact gzip \
             member any more: its content equals what was delivered; the container was altered",
            "one intact gzip member",
            "another container",
        ),
        Changed::Signature => (
            "the signature of the digest that an earlier run proved last, and that this chain continues from, does not \
             verify any more: its content is unchanged; its metadata was altered",
            "a signature that verifies",
            "another signature",
        ),
    };
    let finding = Finding::new(Code::StateMismatch, message).hint(Hint::OlderVersion);
    finding.compared(expected, actual)
}

pub(super) fn not_linked() -> Finding {
    let message = "the digest that an earlier run proved last is not in the chain any more: a proven digest that \
                   begins where it ended links to another one";
    let hint = "keep both digests and the state: the history of this chain was written anew, or the state is not of \
                this chain";
    Finding::new(Code::StateMismatch, message).hint(hint)
}

pub(super) fn moved() -> Finding {
    let message = "the digest that an earlier run proved last is missing at its recorded place; a digest with its \
                   bytes is elsewhere";
    Finding::new(Code::DigestRelocated, message).hint(Hint::LookForMissing)
}

pub(super) fn unread(reason: Reason, answer: &str) -> Finding {
    let message = format!(
        "the digest that an earlier run proved last could not be read, so it is not known whether it is unchanged: \
         {answer}"
    );
    Finding::new(Code::DigestUnreadable, message)
        .reason(reason)
        .hint(reason)
}
