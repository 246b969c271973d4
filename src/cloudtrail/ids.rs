//! The identifiers that CloudTrail uses, each parsed once and valid from then on.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is not a valid identifier: what was expected, as a part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAn(pub &'static str);

impl fmt::Display for NotAn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for NotAn {}

// Identifiers are stored as they are printed, and parsed again when they are read.
macro_rules! stored_as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

// Shared and not copied, because every finding, digest and chain has four of them.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAn;

            fn from_str(s: &str) -> Result<Self, NotAn> {
                let valid: fn(&[u8]) -> bool = $valid;
                if valid(s.as_bytes()) { Ok(Self(s.into())) } else { Err(NotAn($what)) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// An AWS account: twelve digits.
    AccountId,
    "an account id of twelve digits",
    |b| b.len() == 12 && b.iter().all(u8::is_ascii_digit)
);

identifier!(
    /// An AWS region such as `eu-central-1`, of any partition.
    Region,
    "a region such as eu-central-1",
    |b| {
        (6..=32).contains(&b.len())
            && b[0].is_ascii_lowercase()
            && b[b.len() - 1].is_ascii_digit()
            && b.contains(&b'-')
            && b.iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == b'-')
    }
);

identifier!(
    /// An AWS organization such as `o-a1b2c3d4e5`.
    OrganizationId,
    "an organization id such as o-a1b2c3d4e5",
    |b| {
        (12..=34).contains(&b.len())
            && b.starts_with(b"o-")
            && b[2..].iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    }
);

identifier!(
    /// A trail's name: 3 to 128 letters, digits, periods, underscores and hyphens (CreateTrail,
    /// API reference). Shorter names are accepted, because nothing depends on the length.
    TrailName,
    "a trail name of letters, digits, periods, underscores and hyphens",
    |b| {
        (1..=128).contains(&b.len())
            && b.iter().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(c))
    }
);

stored_as_text!(AccountId);
stored_as_text!(Region);
stored_as_text!(TrailArn);
stored_as_text!(TrailName);

impl Region {
    /// The partition of the region, by the region's prefix.
    pub fn partition(&self) -> &'static str {
        const PREFIXES: [(&str, &str); 7] = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
            ("eusc-", "aws-eusc"),
        ];
        PREFIXES
            .iter()
            .find(|(prefix, _)| self.as_str().starts_with(prefix))
            .map_or("aws", |(_, partition)| partition)
    }

    /// Whether the region is switched on in every account. Regions of the partition `aws` that were opened after
    /// March 20, 2019 are off until an account switches them on (Account Management reference guide, "Enable or
    /// disable AWS Regions in your account").
    pub fn is_on_by_default(&self) -> bool {
        const ON: [&str; 17] = [
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ca-central-1",
            "eu-central-1",
            "eu-north-1",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ];
        self.partition() != "aws" || ON.contains(&self.as_str())
    }

    /// The region in which calls on organizations and accounts are recorded, in the partition of this one
    /// (AWS general reference, "AWS Organizations endpoints"). `None` if that is not known.
    pub fn of_organizations(&self) -> Option<Region> {
        let region = match self.partition() {
            "aws" => "us-east-1",
            "aws-cn" => "cn-northwest-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => return None,
        };
        region.parse().ok()
    }
}

/// The identity of one chain of digests. A trail has one chain for each account and region that it logs.
/// Prints as `ACCOUNT/REGION/HOME_REGION/TRAIL`.
///
/// The organization is part of the identity and is not printed: an account's own trail and a trail of its
/// organization may have the same name, and are two chains. A text has four parts only, so what is parsed
/// from one has no organization: compare it with [`is_called_like`](ChainId::is_called_like).
///
/// ```
/// # use trailproof::cloudtrail::ids::ChainId;
/// let id: ChainId = "111111111111/eu-west-1/us-east-1/main".parse()?;
/// assert_eq!(id.region.as_str(), "eu-west-1");
/// assert_eq!(id.to_string(), "111111111111/eu-west-1/us-east-1/main");
/// let shared = id.clone().in_organization("o-a1b2c3d4e5".parse().ok());
/// assert!(shared != id && shared.is_called_like(&id));
/// # Ok::<(), trailproof::cloudtrail::ids::NotAn>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId {
    /// The account whose activity is logged.
    pub account: AccountId,
    /// The region that the digests were delivered from. The keys of this region sign them.
    pub region: Region,
    /// The trail's home region.
    pub home_region: Region,
    /// The trail's name.
    pub trail: TrailName,
    /// The organization in whose folder the trail writes; `None` for an account's own trail. It is part of
    /// the key that a digest was signed with.
    pub organization: Option<OrganizationId>,
}

impl ChainId {
    /// The same chain in the folder of an organization, or of none.
    pub fn in_organization(mut self, organization: Option<OrganizationId>) -> Self {
        self.organization = organization;
        self
    }

    /// The first of all chains that are called like this one, in their order: the account's own.
    ///
    /// ```
    /// # use std::collections::BTreeSet;
    /// # use trailproof::cloudtrail::ids::ChainId;
    /// let id: ChainId = "111111111111/eu-west-1/us-east-1/main".parse()?;
    /// let shared = id.clone().in_organization("o-a1b2c3d4e5".parse().ok());
    /// let later: ChainId = "111111111111/eu-west-1/us-east-1/other".parse()?;
    /// let chains = BTreeSet::from([shared.clone(), id.clone(), later]);
    /// let alike = chains.range(shared.first_alike()..);
    /// let alike = alike.take_while(|chain| chain.is_called_like(&shared));
    /// assert!(alike.eq([&id, &shared]));
    /// # Ok::<(), trailproof::cloudtrail::ids::NotAn>(())
    /// ```
    pub fn first_alike(&self) -> ChainId {
        self.clone().in_organization(None)
    }

    /// Whether both have the same account, regions and trail name, so that they print alike.
    pub fn is_called_like(&self, other: &ChainId) -> bool {
        let ChainId {
            account,
            region,
            home_region,
            trail,
            organization: _,
        } = other;
        self.account == *account
            && self.region == *region
            && self.home_region == *home_region
            && self.trail == *trail
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/{}",
            self.account, self.region, self.home_region, self.trail
        )
    }
}

impl FromStr for ChainId {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        const WHAT: NotAn = NotAn("a chain as ACCOUNT/REGION/HOME_REGION/TRAIL");
        let mut parts = s.split('/');
        let mut next = || parts.next().ok_or(WHAT);
        let id = ChainId {
            account: next()?.parse()?,
            region: next()?.parse()?,
            home_region: next()?.parse()?,
            trail: next()?.parse()?,
            organization: None,
        };
        if parts.next().is_some() {
            Err(WHAT)
        } else {
            Ok(id)
        }
    }
}

/// A trail's ARN: `arn:PARTITION:cloudtrail:HOME_REGION:ACCOUNT:trail/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrailArn {
    /// The partition, such as `aws` or `aws-cn`.
    pub partition: Box<str>,
    /// The trail's home region.
    pub home_region: Region,
    /// The account that owns the trail; for an organization trail the management account.
    pub account: AccountId,
    /// The trail's name.
    pub trail: TrailName,
}

impl TrailArn {
    /// The chain of the trail's owner in the trail's home region, as one of an account's own trail.
    pub fn home_chain(&self) -> ChainId {
        ChainId {
            account: self.account.clone(),
            region: self.home_region.clone(),
            home_region: self.home_region.clone(),
            trail: self.trail.clone(),
            organization: None,
        }
    }
}

impl FromStr for TrailArn {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        const WHAT: NotAn = NotAn("a trail arn as arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME");
        let parts: Vec<&str> = s.splitn(6, ':').collect();
        let ["arn", partition, "cloudtrail", region, account, resource] = parts[..] else {
            return Err(WHAT);
        };
        let name = resource.strip_prefix("trail/").ok_or(WHAT)?;
        let arn = TrailArn {
            partition: partition.into(),
            home_region: region.parse()?,
            account: account.parse()?,
            trail: name.parse()?,
        };
        if arn.home_region.partition() == partition {
            Ok(arn)
        } else {
            Err(WHAT)
        }
    }
}

impl fmt::Display for TrailArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TrailArn {
            partition,
            home_region,
            account,
            trail,
        } = self;
        write!(
            f,
            "arn:{partition}:cloudtrail:{home_region}:{account}:trail/{trail}"
        )
    }
}
