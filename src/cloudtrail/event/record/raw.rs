//! A record as it is written: of its members those that are looked at, whatever was called.

use std::collections::BTreeSet;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::kind::CallKind;
use super::member::Member;
use crate::base::json::lenient::{Flag, LONG, Loose, SHORT, Seed, Text, skip_list, skip_object};

/// Keys kept of one call: DeleteObjects takes a thousand.
const KEYS: usize = 1_000;

/// Resources kept of one record: the object of each key, and its bucket.
const RESOURCES: usize = KEYS + 24;

/// A record.
#[derive(Default)]
pub(super) struct RawRecord {
    /// It is an object.
    pub(super) object: bool,
    /// Its `errorCode` is of another type: how the call ended is not known.
    pub(super) ended_oddly: bool,
    pub(super) time: Text<SHORT>,
    pub(super) source: Text<SHORT>,
    pub(super) name: Text<SHORT>,
    pub(super) id: Text<SHORT>,
    pub(super) region: Text<SHORT>,
    pub(super) recipient: Text<SHORT>,
    pub(super) source_ip: Text<SHORT>,
    pub(super) user_agent: Text<SHORT>,
    pub(super) error_code: Text<SHORT>,
    pub(super) identity: RawIdentity,
    pub(super) params: Params,
    pub(super) resources: Resources,
}

impl RawRecord {
    /// What kind of call it is, if one that is wanted.
    pub(super) fn kind(&self) -> Option<CallKind> {
        CallKind::of(self.source.said()?, self.name.said()?)
    }

    /// It is known by now not to be wanted.
    fn is_unwanted(&self) -> bool {
        match (self.source.said(), self.name.said()) {
            (Some(source), Some(name)) => CallKind::of(source, name).is_none(),
            (Some(source), None) => !CallKind::is_source(source),
            (None, _) => false,
        }
    }
}

impl Loose for RawRecord {
    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        self.object = true;
        while let Some(name) = map.next_key::<Member>()? {
            match name {
                Member::EventTime => next(&mut map, &mut self.time, odd)?,
                Member::EventSource => next(&mut map, &mut self.source, odd)?,
                Member::EventName => next(&mut map, &mut self.name, odd)?,
                Member::EventId => next(&mut map, &mut self.id, odd)?,
                Member::AwsRegion => next(&mut map, &mut self.region, odd)?,
                Member::RecipientAccountId => next(&mut map, &mut self.recipient, odd)?,
                Member::SourceIpAddress => next(&mut map, &mut self.source_ip, odd)?,
                Member::UserAgent => next(&mut map, &mut self.user_agent, odd)?,
                Member::ErrorCode => {
                    let ended = &mut self.ended_oddly;
                    next(&mut map, &mut self.error_code, ended)?;
                    *odd |= *ended;
                }
                Member::UserIdentity => next(&mut map, &mut self.identity, odd)?,
                Member::RequestParameters => next(&mut map, &mut self.params, odd)?,
                Member::Resources => next(&mut map, &mut self.resources, odd)?,
                _ => skip(&mut map)?,
            }
            // Source and name stand near the front, and few records are wanted.
            if matches!(name, Member::EventSource | Member::EventName) && self.is_unwanted() {
                return skip_object(map);
            }
        }
        Ok(())
    }
}

/// `userIdentity`.
#[derive(Default)]
pub(super) struct RawIdentity {
    /// It is there.
    pub(super) there: bool,
    pub(super) kind: Text<SHORT>,
    pub(super) arn: Text<SHORT>,
    pub(super) principal: Text<SHORT>,
    pub(super) account: Text<SHORT>,
    pub(super) access_key_id: Text<SHORT>,
    pub(super) invoked_by: Text<SHORT>,
}

impl Loose for RawIdentity {
    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        self.there = true;
        while let Some(name) = map.next_key()? {
            match name {
                Member::Type => next(&mut map, &mut self.kind, odd)?,
                Member::Arn => next(&mut map, &mut self.arn, odd)?,
                Member::PrincipalId => next(&mut map, &mut self.principal, odd)?,
                Member::AccountId => next(&mut map, &mut self.account, odd)?,
                Member::AccessKeyId => next(&mut map, &mut self.access_key_id, odd)?,
                Member::InvokedBy => next(&mut map, &mut self.invoked_by, odd)?,
                _ => skip(&mut map)?,
            }
        }
        Ok(())
    }
}

/// `requestParameters`, of all the calls that are wanted. Withheld, it is a text.
#[derive(Default)]
pub(super) struct Params {
    pub(super) name: Text<SHORT>,
    pub(super) trail_name: Text<SHORT>,
    pub(super) validation: Flag,
    pub(super) trail_bucket: Text<SHORT>,
    pub(super) multi_region: Flag,
    pub(super) bucket: Text<SHORT>,
    pub(super) key: Text<LONG>,
    pub(super) key_id: Text<SHORT>,
    pub(super) delete: Delete,
}

impl Loose for Params {
    fn text(&mut self, _: &str) -> bool {
        true
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            match name {
                Member::Name => next(&mut map, &mut self.name, odd)?,
                Member::TrailName => next(&mut map, &mut self.trail_name, odd)?,
                Member::EnableLogFileValidation => next(&mut map, &mut self.validation, odd)?,
                Member::S3BucketName => next(&mut map, &mut self.trail_bucket, odd)?,
                Member::IsMultiRegionTrail => next(&mut map, &mut self.multi_region, odd)?,
                Member::BucketName => next(&mut map, &mut self.bucket, odd)?,
                Member::Key => next(&mut map, &mut self.key, odd)?,
                Member::KeyId => next(&mut map, &mut self.key_id, odd)?,
                Member::Delete => next(&mut map, &mut self.delete, odd)?,
                _ => skip(&mut map)?,
            }
        }
        Ok(())
    }
}

/// `delete`, of DeleteObjects: mostly empty, else the objects, in one of several shapes.
#[derive(Default)]
pub(super) struct Delete {
    pub(super) keys: BTreeSet<String>,
}

impl Loose for Delete {
    fn text(&mut self, _: &str) -> bool {
        true
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            match name {
                Member::Objects => next(&mut map, &mut Objects(&mut self.keys), odd)?,
                _ => skip(&mut map)?,
            }
        }
        Ok(())
    }

    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A, odd: &mut bool) -> Result<(), A::Error> {
        Objects(&mut self.keys).list(list, odd)
    }
}

/// A list of objects to be deleted, or one.
struct Objects<'a>(&'a mut BTreeSet<String>);

impl Loose for Objects<'_> {
    fn text(&mut self, text: &str) -> bool {
        text.is_empty()
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        let mut key = Text::<LONG>::default();
        while let Some(name) = map.next_key()? {
            match name {
                Member::Key => next(&mut map, &mut key, odd)?,
                _ => skip(&mut map)?,
            }
        }
        self.0.extend(key.kept());
        Ok(())
    }

    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while self.0.len() < KEYS {
            let mut one = One(Objects(&mut *self.0));
            let value = &mut one;
            if list.next_element_seed(Seed { value, odd })?.is_none() {
                return Ok(());
            }
        }
        rest(list, odd)
    }
}

/// One of a list: what is a list itself is odd, so that depth stays what it is here.
struct One<'a>(Objects<'a>);

impl Loose for One<'_> {
    fn text(&mut self, text: &str) -> bool {
        self.0.text(text)
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        self.0.object(map, odd)
    }
}

/// `resources`.
#[derive(Default)]
pub(super) struct Resources(pub(super) Vec<Resource>);

/// One of them.
#[derive(Default)]
pub(super) struct Resource {
    pub(super) kind: Text<SHORT>,
    pub(super) arn: Text<LONG>,
}

impl Loose for Resources {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while self.0.len() < RESOURCES {
            let mut resource = Resource::default();
            let value = &mut resource;
            if list.next_element_seed(Seed { value, odd })?.is_none() {
                return Ok(());
            }
            self.0.push(resource);
        }
        rest(list, odd)
    }
}

impl Loose for Resource {
    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while let Some(name) = map.next_key()? {
            match name {
                Member::Type => next(&mut map, &mut self.kind, odd)?,
                Member::ResourceArn => next(&mut map, &mut self.arn, odd)?,
                _ => skip(&mut map)?,
            }
        }
        Ok(())
    }
}

/// Reads the value of the name that was read last.
fn next<'de, A: MapAccess<'de>>(
    map: &mut A,
    value: &mut impl Loose,
    odd: &mut bool,
) -> Result<(), A::Error> {
    map.next_value_seed(Seed { value, odd })
}

/// Reads over it.
fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(|_| ())
}

/// Reads over what of a list is more than is kept, which is odd if it is anything.
fn rest<'de, A: SeqAccess<'de>>(mut list: A, odd: &mut bool) -> Result<(), A::Error> {
    *odd |= list.next_element::<IgnoredAny>()?.is_some();
    skip_list(list)
}
