//! Which logs may record a change of a trail, of a bucket or of a key, by their bytes alone.
//!
//! Parsing every log would cost more than all the rest of a validation. CloudTrail writes the name of a call as
//! `"eventName":"StopLogging"`, so a search for the first part and a comparison with a few names finds every such
//! call, and some others that only parsing tells apart. Inside a text of JSON the quotes would be escaped.

mod search;

use std::sync::LazyLock;

use memchr::memmem::Finder;
use search::has_call;

/// The member that holds the name of a call, without what JSON allows around its colon.
const MEMBER: &[u8] = b"\"eventName\"";

static MEMBERS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MEMBER));

/// The most bytes that one match takes: the member, a colon, blanks and the longest name.
const SPAN: usize = 96;

/// The names of the calls, by their first letters. [`super::record`] says what each of them changes. Few other
/// calls begin with the same letters.
const NAMES: [([u8; 3], &[&str]); 10] = [
    (*b"Sto", &["StopLogging"]),
    (*b"Sta", &["StartLogging"]),
    (*b"Sch", &["ScheduleKeyDeletion"]),
    (*b"Upd", &["UpdateTrail"]),
    (*b"Cre", &["CreateTrail"]),
    (*b"Can", &["CancelKeyDeletion"]),
    (*b"Ena", &["EnableKey"]),
    (*b"Dis", &["DisableKey"]),
    (
        *b"Del",
        &[
            "DeleteTrail",
            "DeleteBucket",
            "DeleteBucketPolicy",
            "DeleteBucketLifecycle",
            "DeleteBucketReplication",
            "DeleteBucketEncryption",
            "DeleteBucketPublicAccessBlock",
            "DeletePublicAccessBlock",
            "DeleteBucketOwnershipControls",
        ],
    ),
    (
        *b"Put",
        &[
            "PutEventSelectors",
            "PutInsightSelectors",
            "PutKeyPolicy",
            "PutBucketPolicy",
            "PutBucketLifecycle",
            "PutBucketLifecycleConfiguration",
            "PutBucketVersioning",
            "PutBucketObjectLockConfiguration",
            "PutObjectLockConfiguration",
            "PutBucketReplication",
            "PutBucketEncryption",
            "PutBucketPublicAccessBlock",
            "PutPublicAccessBlock",
            "PutBucketAcl",
            "PutBucketOwnershipControls",
        ],
    ),
];

/// The names of the calls that begin as a value does.
fn names(value: &[u8]) -> &'static [&'static str] {
    let alike = NAMES.iter().find(|(first, _)| value.starts_with(first));
    alike.map_or(&[], |(_, names)| names)
}

/// The names of the calls on accounts and organizations that may end a trail.
const ACCOUNT_CALLS: [&str; 6] = [
    "DisableAWSServiceAccess",
    "LeaveOrganization",
    "RemoveAccountFromOrganization",
    "CloseAccount",
    "DisableRegion",
    "EnableRegion",
];

/// The names of the calls on objects. Where they are recorded, they are many.
const OBJECT_CALLS: [&str; 5] = [
    "PutObject",
    "DeleteObject",
    "DeleteObjects",
    "CopyObject",
    "CompleteMultipartUpload",
];

/// What the bytes of a log show of the calls that it may record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PossibleCalls {
    /// A change of a trail, of a bucket or of a key, as [`CallPrefilter`] finds it.
    pub changes: bool,
    /// A call on an account or an organization.
    pub accounts: bool,
    /// A call on an object.
    pub objects: bool,
}

impl PossibleCalls {
    /// What the complete text of a log shows.
    pub fn of(text: &[u8]) -> Self {
        let mut possible = PossibleCalls::default();
        for at in MEMBERS.find_iter(text) {
            let Some(value) = value(&text[at + MEMBER.len()..]) else {
                continue;
            };
            possible.changes |= is_one_of(names(value), value);
            possible.accounts |= is_one_of(&ACCOUNT_CALLS, value);
            possible.objects |= is_one_of(&OBJECT_CALLS, value);
        }
        possible
    }
}

/// Searches the text of one log, which comes in chunks.
pub struct CallPrefilter {
    /// The end of what was searched, at most [`SPAN`] bytes.
    tail: [u8; SPAN],
    kept: usize,
    found: bool,
}

impl Default for CallPrefilter {
    fn default() -> Self {
        CallPrefilter {
            tail: [0; SPAN],
            kept: 0,
            found: false,
        }
    }
}

impl CallPrefilter {
    /// Searches one more chunk. Returns whether the text so far may record such a call.
    pub fn push(&mut self, chunk: &[u8]) -> bool {
        if self.found {
            return true;
        }
        let head = &chunk[..chunk.len().min(SPAN)];
        if self.kept > 0 {
            let mut seam = [0; 2 * SPAN];
            seam[..self.kept].copy_from_slice(&self.tail[..self.kept]);
            seam[self.kept..self.kept + head.len()].copy_from_slice(head);
            let seam = &seam[..self.kept + head.len()];
            self.found = has_call(seam);
            self.keep(&seam[seam.len().saturating_sub(SPAN)..]);
        }
        self.found = self.found || has_call(chunk);
        if self.kept == 0 || chunk.len() >= SPAN {
            self.keep(&chunk[chunk.len().saturating_sub(SPAN)..]);
        }
        self.found
    }

    /// Whether the text so far may record such a call.
    pub fn found(&self) -> bool {
        self.found
    }

    fn keep(&mut self, end: &[u8]) {
        self.tail[..end.len()].copy_from_slice(end);
        self.kept = end.len();
    }
}

/// Whether the value of a member is one of the calls. `rest` begins after the name of the member.
fn is_call(rest: &[u8]) -> bool {
    value(rest).is_some_and(|value| is_one_of(names(value), value))
}

/// What follows the opening quote of a value.
fn value(rest: &[u8]) -> Option<&[u8]> {
    match rest {
        // As CloudTrail writes it.
        [b':', b'"', value @ ..] => Some(value),
        _ => spaced(rest),
    }
}

/// Whether a value is one of some names.
fn is_one_of(names: &[&str], value: &[u8]) -> bool {
    names
        .iter()
        .any(|name| value.get(name.len()) == Some(&b'"') && value.starts_with(name.as_bytes()))
}

/// The text after a colon and a quote with blanks around the colon.
fn spaced(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b":")?;
    rest.trim_ascii_start().strip_prefix(b"\"")
}

#[cfg(test)]
mod tests;
