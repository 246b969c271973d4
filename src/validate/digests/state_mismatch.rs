//! The findings on a digest that an earlier run of a scheduled check proved last.

use super::lifecycle;
use crate::proof::finding::{Code, Finding, Hint, Original};
use crate::proof::reason::Reason;
use crate::validate::context::Context;
use crate::validate::request::continuation::RememberedDigest;

pub(super) fn gone(context: &Context<'_>, head: &RememberedDigest) -> Finding {
    let message = "the digest that an earlier run proved last, and that this chain continues from, is missing: it was \
                   deleted, or it expired";
    let finding = Finding::new(Code::StateMismatch, message);
    match lifecycle::expiry(context, head) {
        Some(rule) => finding.hint(rule),
        None => finding
            .hint(Hint::LookForMissing)
            .original(Original::Digest(Some(head.sha256))),
    }
}

pub(super) fn altered() -> Finding {
    let message = "the digest that an earlier run proved last, and that this chain continues from, has other bytes \
                   now";
    Finding::new(Code::StateMismatch, message).hint(Hint::OlderVersion)
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
