//! The names of the members that are read, of a record and of the objects in it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

macro_rules! names {
    ($($name:ident $(= $text:literal)+,)+) => {
        /// The name of a member. Reading one allocates nothing.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(super) enum Member {
            $($name,)+
            /// Any other name; its value is skipped.
            Other,
        }

        impl Member {
            fn of(text: &str) -> Member {
                match text {
                    $($($text)|+ => Member::$name,)+
                    _ => Member::Other,
                }
            }
        }
    };
}

// S3 records parameters as they were sent, mostly by the names of its XML, so some have several names.
names! {
    Records = "Records",
    EventTime = "eventTime",
    EventSource = "eventSource",
    EventName = "eventName",
    EventId = "eventID",
    AwsRegion = "awsRegion",
    RecipientAccountId = "recipientAccountId",
    SourceIpAddress = "sourceIPAddress",
    UserAgent = "userAgent",
    ErrorCode = "errorCode",
    UserIdentity = "userIdentity",
    RequestParameters = "requestParameters",
    Resources = "resources",
    Type = "type",
    Arn = "arn",
    ResourceArn = "ARN",
    PrincipalId = "principalId",
    AccountId = "accountId" = "AccountId",
    AccessKeyId = "accessKeyId",
    InvokedBy = "invokedBy",
    Name = "name",
    TrailName = "trailName",
    EnableLogFileValidation = "enableLogFileValidation",
    S3BucketName = "s3BucketName",
    IsMultiRegionTrail = "isMultiRegionTrail",
    BucketName = "bucketName",
    Key = "key" = "Key",
    KeyId = "keyId",
    IncludeGlobalServiceEvents = "includeGlobalServiceEvents",
    S3KeyPrefix = "s3KeyPrefix",
    KmsKeyId = "kmsKeyId",
    EventSelectors = "eventSelectors",
    AdvancedEventSelectors = "advancedEventSelectors",
    IncludeManagementEvents = "includeManagementEvents",
    ReadWriteType = "readWriteType",
    ExcludeManagementEventSources = "excludeManagementEventSources",
    FieldSelectors = "fieldSelectors",
    Field = "field",
    EqualTo = "equals",
    InsightSelectors = "insightSelectors",
    InsightType = "insightType",
    SnsTopicName = "snsTopicName",
    LogGroup = "cloudWatchLogsLogGroupArn",
    VersioningConfiguration = "VersioningConfiguration",
    Status = "Status",
    PublicAccessBlock = "PublicAccessBlockConfiguration",
    BlockPublicAcls = "BlockPublicAcls",
    IgnorePublicAcls = "IgnorePublicAcls",
    BlockPublicPolicy = "BlockPublicPolicy",
    RestrictPublicBuckets = "RestrictPublicBuckets",
    IsOrganizationTrail = "isOrganizationTrail",
    ServicePrincipal = "servicePrincipal",
    RegionName = "regionName" = "RegionName",
    VersionId = "versionId" = "VersionId",
    SessionContext = "sessionContext",
    SessionIssuer = "sessionIssuer",
    Attributes = "attributes",
    MfaAuthenticated = "mfaAuthenticated",
    Delete = "delete" = "Delete",
    Objects = "objects" = "Objects" = "object" = "Object",
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MemberVisitor;
        impl Visitor<'_> for MemberVisitor {
            type Value = Member;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_str<E>(self, text: &str) -> Result<Member, E> {
                Ok(Member::of(text))
            }
        }
        deserializer.deserialize_str(MemberVisitor)
    }
}
