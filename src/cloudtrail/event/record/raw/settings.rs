//! Settings that have parts: the Insights events of a trail, and the versioning and the public access block of a
//! bucket.

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::fields::{fields, object_of_fields};
use crate::base::json::lenient::{Flag, Lenient, SHORT, Seed, Text, next_element, skip_list};
use crate::cloudtrail::event::record::member::Member;

/// Most kinds of Insights events that are kept. CloudTrail knows two.
const KINDS: usize = 8;

fields! {
    /// A selector of Insights events.
    InsightSelector {
        InsightType => kind: Text<SHORT>,
    }
}

impl Lenient for InsightSelector {
    object_of_fields!();
}

/// The kinds of Insights events that the selectors of a call name.
#[derive(Default)]
pub(in crate::cloudtrail::event::record) struct InsightKinds(
    pub(in crate::cloudtrail::event::record) Option<Vec<String>>,
);

impl Lenient for InsightKinds {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        let kinds = self.0.get_or_insert_default();
        while kinds.len() < KINDS {
            let Some(selector) = next_element::<InsightSelector, A>(&mut list, odd)? else {
                return Ok(());
            };
            kinds.extend(selector.kind.cloned());
        }
        skip_list(list)
    }
}

fields! {
    /// `VersioningConfiguration` of PutBucketVersioning.
    Versioning {
        Status => status: Text<SHORT>,
    }
}

impl Lenient for Versioning {
    object_of_fields!();
}

fields! {
    /// `PublicAccessBlockConfiguration` of PutBucketPublicAccessBlock.
    PublicAccessBlock {
        BlockPublicAcls => new_acls: Flag,
        IgnorePublicAcls => acls: Flag,
        BlockPublicPolicy => new_policy: Flag,
        RestrictPublicBuckets => policy: Flag,
    }
}

impl Lenient for PublicAccessBlock {
    object_of_fields!();
}

impl PublicAccessBlock {
    /// Whether it blocks all that can be blocked. A member that the call did not set counts as off (S3 API
    /// reference, PublicAccessBlockConfiguration).
    pub(in crate::cloudtrail::event::record) fn blocks_all(&self) -> bool {
        let parts = [&self.new_acls, &self.acls, &self.new_policy, &self.policy];
        parts.iter().all(|part| part.0 == Some(true))
    }
}
