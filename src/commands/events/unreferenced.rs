//! The objects among the logs that no digest lists, or none so far. They are read last, once the validation knows all of them, and
//! only if records of logs that are not proven are requested.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::sink::RecordOrigin;
use super::stream::EventStream;
use super::without::{LogsWithout, WithoutEvents};
use crate::base::gzip::inflate::{ContentChunk, Inflater};
use crate::base::limits::Limits;
use crate::base::text::s3_uri;
use crate::proof::finding::{Code, Finding};
use crate::source::GetError;
use crate::validate::Access;
use crate::validate::observer::Observer;
use crate::validate::records::LogStanding;

/// Collects their names.
pub struct UnreferencedLogs {
    most: usize,
    names: Mutex<UnreferencedNames>,
}

#[derive(Default)]
struct UnreferencedNames {
    /// The order of answers does not show in the output.
    first: BTreeSet<UnreferencedName>,
    /// Findings beyond the bound.
    more: u64,
}

/// The name of an object that no digest lists. Findings come first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct UnreferencedName {
    /// Whether it is no finding, because a digest may still list it, or its time is not verified.
    is_undecided: bool,
    chain: String,
    bucket: String,
    key: String,
}

impl UnreferencedLogs {
    /// Of no object so far.
    pub fn new(limits: &Limits) -> Self {
        UnreferencedLogs {
            most: limits.unreferenced_logs,
            names: Mutex::default(),
        }
    }

    /// Reads the records of all of them, after the records of all other logs.
    pub fn read(
        self,
        access: Access<'_>,
        (stream, without): (&EventStream<'_>, &LogsWithout),
        limits: &Limits,
    ) {
        let names = self.names.into_inner().unwrap_or_else(|e| e.into_inner());
        let mut inflater = Inflater::default();
        for name in names.first {
            let UnreferencedName { bucket, key, .. } = &name;
            if stream.is_stopped() {
                return;
            }
            if name.is_undecided && stream.doubtful().may_hold(access, (bucket, key)) {
                continue;
            }
            let origin = RecordOrigin {
                log: s3_uri(Some(&**bucket).filter(|name| !name.is_empty()), key),
                digest: None,
                standing: LogStanding::Unreferenced,
            };
            match text_of(access, (bucket, key), &mut inflater, limits) {
                Ok(Some(mut text)) => stream.write(Ok(stream.encode(&origin, &mut text))),
                Ok(None) => without.add(WithoutEvents::TooLarge, origin.log),
                Err(_) => without.add(WithoutEvents::Unreadable, origin.log),
            }
        }
        without.add_more(WithoutEvents::NotRead, names.more);
    }

    fn add(&self, name: UnreferencedName) {
        let mut names = self.names.lock().unwrap_or_else(|e| e.into_inner());
        names.first.insert(name);
        if names.first.len() > self.most {
            let last = names.first.pop_last();
            names.more += u64::from(last.is_some_and(|name| !name.is_undecided));
        }
    }
}

impl Observer for UnreferencedLogs {
    fn finalized(&self, finding: &Finding) {
        let (Code::LogUnreferenced, Some(key)) = (finding.code, &finding.key) else {
            return;
        };
        let chain = finding.chain.as_ref().map(ToString::to_string);
        self.add(UnreferencedName {
            is_undecided: false,
            chain: chain.unwrap_or_default(),
            bucket: finding.bucket.clone().unwrap_or_default(),
            key: key.clone(),
        });
    }

    fn unlisted(&self, bucket: Option<&str>, key: &str) {
        self.add(UnreferencedName {
            is_undecided: true,
            chain: String::new(),
            bucket: bucket.unwrap_or_default().to_owned(),
            key: key.to_owned(),
        });
    }
}

/// The inflated text of an object; `None` if it is too large.
fn text_of(
    access: Access<'_>,
    (bucket, key): (&str, &str),
    inflater: &mut Inflater,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, GetError> {
    let mut failed = GetError::NotFound;
    for (root, key) in access.places.find(bucket, key).all() {
        let mut text = Vec::new();
        let read = access.source.get(*root, key, false).and_then(|mut object| {
            let mut sink = |chunk: ContentChunk<'_>| text.extend_from_slice(chunk.bytes());
            let read = inflater.run(&mut object.body, limits.unproven_text, &mut sink);
            read.map_err(GetError::from_body)
        });
        match read {
            Ok(inflated) => {
                let fits = inflated.inflated <= limits.unproven_text;
                return Ok(fits.then_some(text));
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}
