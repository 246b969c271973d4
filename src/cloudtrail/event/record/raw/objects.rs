//! The objects of a call on a bucket: those that DeleteObjects removes, and the `resources` of a record.

use std::collections::BTreeSet;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::fields::{fields, object_of_fields};
use crate::base::json::lenient::{LONG, Lenient, SHORT, Seed, Text, next_element, skip_list};
use crate::cloudtrail::event::RemovedObject;
use crate::cloudtrail::event::record::member::Member;

/// Most keys kept of one call: DeleteObjects takes a thousand (S3 API reference).
const KEYS: usize = 1_000;

/// Most resources kept of one record: one object for each key, and their bucket.
const RESOURCES: usize = KEYS + 24;

fields! {
    /// `delete` of DeleteObjects: mostly an empty text, else the objects in one of several shapes.
    Delete {
        Objects => objects: DeletedKeys,
    }
}

impl Lenient for Delete {
    object_of_fields!();

    fn text(&mut self, _: &str) -> bool {
        true
    }

    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A, odd: &mut bool) -> Result<(), A::Error> {
        self.objects.list(list, odd)
    }
}

/// One object to delete, or a list of them.
#[derive(Default)]
pub(in crate::cloudtrail::event::record) struct DeletedKeys(
    pub(in crate::cloudtrail::event::record) BTreeSet<RemovedObject>,
);

fields! {
    /// One object to delete.
    DeletedObject {
        Key => key: Text<LONG>,
        VersionId => version: Text<LONG>,
    }
}

impl Lenient for DeletedObject {
    object_of_fields!();
}

impl Lenient for DeletedKeys {
    fn text(&mut self, text: &str) -> bool {
        text.is_empty()
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        let mut object = DeletedObject::default();
        object.object(map, odd)?;
        self.0.extend(object.key.cloned().map(|key| RemovedObject {
            key,
            version: object.version.cloned(),
        }));
        Ok(())
    }

    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while self.0.len() < KEYS {
            let value = &mut ListedObject(self);
            if list.next_element_seed(Seed { value, odd })?.is_none() {
                return Ok(());
            }
        }
        skip_rest(list, odd)
    }
}

/// One object of a list. A list inside the list is odd, so that hostile input cannot nest without bound.
struct ListedObject<'a>(&'a mut DeletedKeys);

impl Lenient for ListedObject<'_> {
    fn text(&mut self, text: &str) -> bool {
        self.0.text(text)
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        self.0.object(map, odd)
    }
}

/// `resources`.
#[derive(Default)]
pub(in crate::cloudtrail::event::record) struct Resources(
    pub(in crate::cloudtrail::event::record) Vec<Resource>,
);

fields! {
    /// One of `resources`.
    Resource {
        Type => kind: Text<SHORT>,
        ResourceArn => arn: Text<LONG>,
    }
}

impl Lenient for Resource {
    object_of_fields!();
}

impl Lenient for Resources {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while self.0.len() < RESOURCES {
            let Some(resource) = next_element(&mut list, odd)? else {
                return Ok(());
            };
            self.0.push(resource);
        }
        skip_rest(list, odd)
    }
}

/// Skips the elements beyond those that are kept; if there are any, the list is odd.
fn skip_rest<'de, A: SeqAccess<'de>>(mut list: A, odd: &mut bool) -> Result<(), A::Error> {
    *odd |= list.next_element::<IgnoredAny>()?.is_some();
    skip_list(list)
}
