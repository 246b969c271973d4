//! The members of a record that are read, as they are written and the same for all kinds of calls.
//!
//! `fields` defines what is read of an object, `selectors` reads the selectors of a call on a trail,
//! `settings` other settings that have parts, and `objects` the objects of a call on a bucket.

mod fields;
mod objects;
mod selectors;
mod settings;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use self::fields::{fields, object_of_fields};
use self::objects::Delete;
use self::selectors::{AdvancedSelector, BasicSelector, SelectedEvents};
use self::settings::{InsightKinds, PublicAccessBlock, Versioning};
use super::kind::CallKind;
use super::member::Member;
use super::parameters::ShownParameters;
use crate::base::json::lenient::{Flag, LONG, Lenient, SHORT, Seed, Text, skip_list, skip_object};

pub(super) use self::objects::Resources;

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
        SnsTopicName => sns_topic: Text<SHORT>,
        LogGroup => log_group: Text<SHORT>,
        EventSelectors => selectors: SelectedEvents<BasicSelector>,
        AdvancedEventSelectors => advanced: SelectedEvents<AdvancedSelector>,
        InsightSelectors => insights: InsightKinds,
        ServicePrincipal => service: Text<SHORT>,
        AccountId => account: Text<SHORT>,
        RegionName => region: Text<SHORT>,
        BucketName => bucket: Text<SHORT>,
        Key => key: Text<LONG>,
        VersionId => version: Text<LONG>,
        KeyId => key_id: Text<SHORT>,
        Delete => delete: Delete,
        VersioningConfiguration => versioning: Versioning,
        PublicAccessBlock => public_access: PublicAccessBlock,
    }
}

impl Lenient for Params {
    object_of_fields!();
}
