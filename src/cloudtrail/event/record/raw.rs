//! The members of a record that are read, as they are written and the same for all kinds of calls.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::kind::CallKind;
use super::member::Member;
use super::parameters::ShownParameters;
use crate::base::json::lenient::{Flag, LONG, Lenient, SHORT, Seed, Text, skip_list, skip_object};
use crate::cloudtrail::event::{ManagementEvents, RemovedObject};

/// Most keys kept of one call: DeleteObjects takes a thousand (S3 API reference).
const KEYS: usize = 1_000;

/// Most resources kept of one record: one object for each key, and their bucket.
const RESOURCES: usize = KEYS + 24;

/// Defines a struct of the members of an object that are read, as `MEMBER => FIELD: TYPE`, and its method
/// `field`, which reads the value of one member.
macro_rules! fields {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($member:ident => $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $name {
            $(pub(super) $field: $type,)+
        }

        impl $name {
            /// Reads the value of a member; skips it if the member is not one of the fields.
            // A record has a dozen members: a call for each would cost more than reading its name.
            #[inline(always)]
            fn field<'de, A: MapAccess<'de>>(
                &mut self,
                member: Member,
                map: &mut A,
                odd: &mut bool,
            ) -> Result<(), A::Error> {
                match member {
                    $(Member::$member => {
                        map.next_value_seed(Seed { value: &mut self.$field, odd })
                    })+
                    _ => map.next_value::<IgnoredAny>().map(|_| ()),
                }
            }
        }
    };
}

/// The method `object` of [`Lenient`] for a struct of `fields!`.
macro_rules! object_of_fields {
    () => {
        fn object<'de, A: MapAccess<'de>>(
            &mut self,
            mut map: A,
            odd: &mut bool,
        ) -> Result<(), A::Error> {
            while let Some(member) = map.next_key()? {
                self.field(member, &mut map, odd)?;
            }
            Ok(())
        }
    };
}

fields! {
    /// A record.
    RawRecord {
        EventTime => time: Text<SHORT>,
        EventSource => source: Text<SHORT>,
        EventName => name: Text<SHORT>,
        EventId => id: Text<SHORT>,
        AwsRegion => region: Text<SHORT>,
        RecipientAccountId => recipient: Text<SHORT>,
        SourceIpAddress => source_ip: Text<SHORT>,
        UserAgent => user_agent: Text<SHORT>,
        ErrorCode => error_code: ErrorCode,
        UserIdentity => identity: Option<RawIdentity>,
        RequestParameters => params: ShownParameters<Params>,
        Resources => resources: Resources,
    }
}

impl RawRecord {
    /// The kind of call, if it is wanted.
    pub(super) fn kind(&self) -> Option<CallKind> {
        CallKind::of(self.source.get()?, self.name.get()?)
    }

    /// Whether what was read so far shows that the record is not wanted.
    fn is_unwanted(&self) -> bool {
        match (self.source.get(), self.name.get()) {
            (Some(source), Some(name)) => CallKind::of(source, name).is_none(),
            (Some(source), None) => !CallKind::is_source(source),
            (None, _) => false,
        }
    }
}

impl Lenient for RawRecord {
    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while let Some(member) = map.next_key()? {
            self.field(member, &mut map, odd)?;
            // Source and name come early in a record, and few records are wanted.
            let known = matches!(member, Member::EventSource | Member::EventName);
            if known && self.is_unwanted() {
                return skip_object(map);
            }
        }
        Ok(())
    }
}

/// `errorCode`. If it is not a text, it is not known how the call ended.
#[derive(Default)]
pub(super) struct ErrorCode {
    pub(super) code: Text<SHORT>,
    pub(super) is_unknown: bool,
}

impl Lenient for ErrorCode {
    fn text(&mut self, text: &str) -> bool {
        self.code.text(text)
    }

    fn flag(&mut self, _: bool) -> bool {
        self.is_unknown = true;
        false
    }

    fn number(&mut self) -> bool {
        self.is_unknown = true;
        false
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, map: A, odd: &mut bool) -> Result<(), A::Error> {
        self.is_unknown = true;
        *odd = true;
        skip_object(map)
    }

    fn list<'de, A: SeqAccess<'de>>(&mut self, list: A, odd: &mut bool) -> Result<(), A::Error> {
        self.is_unknown = true;
        *odd = true;
        skip_list(list)
    }
}

fields! {
    /// `userIdentity`.
    RawIdentity {
        Type => kind: Text<SHORT>,
        Arn => arn: Text<SHORT>,
        PrincipalId => principal: Text<SHORT>,
        AccountId => account: Text<SHORT>,
        AccessKeyId => access_key_id: Text<SHORT>,
        InvokedBy => invoked_by: Text<SHORT>,
        SessionContext => session: Option<RawSession>,
    }
}

impl Lenient for RawIdentity {
    object_of_fields!();
}

fields! {
    /// `sessionContext`.
    RawSession {
        SessionIssuer => issuer: Option<RawIssuer>,
        Attributes => attributes: Option<RawAttributes>,
    }
}

impl Lenient for RawSession {
    object_of_fields!();
}

fields! {
    /// `sessionIssuer`.
    RawIssuer {
        Arn => arn: Text<SHORT>,
    }
}

impl Lenient for RawIssuer {
    object_of_fields!();
}

fields! {
    /// `attributes` of a session.
    RawAttributes {
        MfaAuthenticated => mfa: Flag,
    }
}

impl Lenient for RawAttributes {
    object_of_fields!();
}

fields! {
    /// The members of `requestParameters` that are read, for all wanted calls.
    Params {
        Name => name: Text<SHORT>,
        TrailName => trail_name: Text<SHORT>,
        EnableLogFileValidation => validation: Flag,
        S3BucketName => trail_bucket: Text<SHORT>,
        IsMultiRegionTrail => multi_region: Flag,
        IsOrganizationTrail => organization: Flag,
        IncludeGlobalServiceEvents => global_events: Flag,
        S3KeyPrefix => prefix: Text<LONG>,
        KmsKeyId => kms_key: Text<SHORT>,
        EventSelectors => selectors: SelectedEvents<BasicSelector>,
        AdvancedEventSelectors => advanced: SelectedEvents<AdvancedSelector>,
        ServicePrincipal => service: Text<SHORT>,
        AccountId => account: Text<SHORT>,
        RegionName => region: Text<SHORT>,
        BucketName => bucket: Text<SHORT>,
        Key => key: Text<LONG>,
        VersionId => version: Text<LONG>,
        KeyId => key_id: Text<SHORT>,
        Delete => delete: Delete,
    }
}

impl Lenient for Params {
    object_of_fields!();
}

fields! {
    /// A basic event selector.
    BasicSelector {
        IncludeManagementEvents => management: Flag,
        ReadWriteType => read_write: Text<SHORT>,
        ExcludeManagementEventSources => excluded: Texts,
    }
}

impl Lenient for BasicSelector {
    object_of_fields!();
}

impl Selector for BasicSelector {
    fn admits(&self) -> ManagementEvents {
        let is_all = self.read_write.get().is_none_or(|kind| kind == "All");
        match (self.management.0, is_all && self.excluded.first.is_none()) {
            (Some(false), _) => ManagementEvents::None,
            (_, true) => ManagementEvents::All,
            (_, false) => ManagementEvents::Some,
        }
    }
}

fields! {
    /// An advanced event selector.
    AdvancedSelector {
        FieldSelectors => fields: Conditions,
    }
}

impl Lenient for AdvancedSelector {
    object_of_fields!();
}

impl Selector for AdvancedSelector {
    fn admits(&self) -> ManagementEvents {
        match (self.fields.is_management, self.fields.has_others) {
            (false, _) => ManagementEvents::None,
            (true, false) => ManagementEvents::All,
            (true, true) => ManagementEvents::Some,
        }
    }
}

fields! {
    /// A condition of an advanced selector.
    Condition {
        Field => name: Text<SHORT>,
        EqualTo => equals: Texts,
    }
}

impl Lenient for Condition {
    object_of_fields!();
}

/// The conditions of an advanced selector.
#[derive(Default)]
pub(super) struct Conditions {
    /// Whether one says that it is about management events.
    is_management: bool,
    /// Whether there are others.
    has_others: bool,
}

impl Lenient for Conditions {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        loop {
            let mut condition = Condition::default();
            let value = &mut condition;
            if list.next_element_seed(Seed { value, odd })?.is_none() {
                return Ok(());
            }
            match condition.name.get() {
                Some("eventCategory") => {
                    self.is_management |= condition.equals.first.as_deref() == Some("Management");
                }
                _ => self.has_others = true,
            }
        }
    }
}

/// A selector, of which only what it admits of management events is kept.
/// [`crate::cloudtrail::selectors`] is about selectors as CloudTrail describes them.
pub(super) trait Selector: Lenient + Default {
    /// The management events that it admits.
    fn admits(&self) -> ManagementEvents;
}

/// The management events that any of several selectors admits; `None` if there is no list of them.
pub(super) struct SelectedEvents<T> {
    pub(super) admitted: Option<ManagementEvents>,
    selector: PhantomData<T>,
}

impl<T> Default for SelectedEvents<T> {
    fn default() -> Self {
        SelectedEvents {
            admitted: None,
            selector: PhantomData,
        }
    }
}

impl<T: Selector> Lenient for SelectedEvents<T> {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        loop {
            let mut selector = T::default();
            let value = &mut selector;
            if list.next_element_seed(Seed { value, odd })?.is_none() {
                return Ok(());
            }
            self.admitted = self.admitted.max(Some(selector.admits()));
        }
    }
}

/// A list of texts, of which the first is kept.
#[derive(Default)]
pub(super) struct Texts {
    first: Option<String>,
}

impl Lenient for Texts {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        let mut first = Text::<SHORT>::default();
        let value = &mut first;
        if list.next_element_seed(Seed { value, odd })?.is_some() {
            self.first = first.cloned();
        }
        skip_list(list)
    }
}

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
pub(super) struct DeletedKeys(pub(super) BTreeSet<RemovedObject>);

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
pub(super) struct Resources(pub(super) Vec<Resource>);

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
            let mut resource = Resource::default();
            let value = &mut resource;
            if list.next_element_seed(Seed { value, odd })?.is_none() {
                return Ok(());
            }
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
