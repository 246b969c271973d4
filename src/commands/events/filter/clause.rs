//! One condition on a record, with the search that it begins with.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use memchr::memmem::Finder;

use super::glob::TextGlob;
use super::needles::{Needle, NeedleSet};
use crate::cloudtrail::records::fields::RecordFields;
use crate::cloudtrail::records::json::JsonText;

/// What the names of services end in.
const SERVICE: &str = ".amazonaws.com";

/// One condition on a record: one of several values. A record is kept if it meets every clause.
pub(super) enum QueryClause {
    /// `eventName`.
    Event(Vec<TextGlob>),
    /// `eventSource`.
    Source(Vec<TextGlob>),
    /// Who made the call, by any name.
    Actor(Vec<TextGlob>),
    /// `sourceIPAddress`.
    Ip(Vec<IpNet>),
    /// How the call failed: `errorCode`, `errorMessage`, or `Failure` of a sign-in.
    Error(Vec<TextGlob>),
    /// `readOnly`.
    ReadOnly(bool),
    /// What the call was on.
    Resource(Vec<TextGlob>),
    /// The account whose record it is.
    Account(Vec<TextGlob>),
    /// `awsRegion`.
    Region(Vec<TextGlob>),
    /// `eventTime`, from this time on.
    Since(Timestamp),
    /// `eventTime`, before this time.
    Until(Timestamp),
    /// A text of the record as it was written.
    Grep(Vec<Finder<'static>>),
}

/// Source patterns in which `s3` is short for `s3.amazonaws.com`.
pub(super) fn services(patterns: Vec<TextGlob>) -> Vec<TextGlob> {
    let full = |pattern: TextGlob| pattern.or_in_full(SERVICE);
    patterns.into_iter().map(full).collect()
}

impl QueryClause {
    /// The search that a text must pass for a record in it to meet the clause; `None` if there is none.
    pub(super) fn needles(&self) -> Option<NeedleSet> {
        let all = |globs: &[TextGlob], needle: fn(&TextGlob) -> Option<Needle>| {
            let needles: Option<Vec<Needle>> = globs.iter().map(needle).collect();
            NeedleSet::new(&needles?)
        };
        match self {
            QueryClause::Event(globs) | QueryClause::Source(globs) | QueryClause::Region(globs) => {
                all(globs, TextGlob::needle_of_value)
            }
            QueryClause::Actor(globs)
            | QueryClause::Resource(globs)
            | QueryClause::Account(globs) => all(globs, TextGlob::needle_within),
            QueryClause::Error(globs) => {
                let marks = [&b"\"errorCode\""[..], b"\"errorMessage\"", b"\"Failure\""];
                let named = || NeedleSet::new(&marks.map(|mark| Needle(mark.to_vec())));
                all(globs, TextGlob::needle_of_value).or_else(named)
            }
            QueryClause::Ip(nets) => {
                let needles: Option<Vec<Needle>> = nets.iter().map(address_needle).collect();
                NeedleSet::new(&[needles?, mapped_needles()].concat())
            }
            QueryClause::ReadOnly(_) | QueryClause::Since(_) | QueryClause::Until(_) => None,
            // Each is a search itself.
            QueryClause::Grep(_) => None,
        }
    }

    /// Whether a text may hold a record that meets the clause, as far as its bytes alone say.
    pub(super) fn may_meet(&self, text: &[u8]) -> bool {
        match self {
            QueryClause::Grep(finders) => finders.iter().any(|finder| finder.find(text).is_some()),
            _ => true,
        }
    }

    /// Whether a record meets the clause.
    pub(super) fn is_met(&self, fields: &RecordFields<'_>) -> bool {
        let any = |globs: &[TextGlob], text: Option<&str>| {
            text.is_some_and(|text| globs.iter().any(|glob| glob.matches(text)))
        };
        match self {
            QueryClause::Event(globs) => any(globs, fields.event_name.as_deref()),
            QueryClause::Source(globs) => any(globs, fields.event_source.as_deref()),
            QueryClause::Region(globs) => any(globs, fields.aws_region.as_deref()),
            QueryClause::Error(globs) => fields.errors().any(|error| any(globs, Some(error))),
            QueryClause::Account(globs) => {
                let account = fields.recipient_account.as_deref();
                any(globs, account.or(fields.identity.account.as_deref()))
            }
            QueryClause::Actor(globs) => {
                let mut names = actor_names(fields).into_iter();
                names.any(|name| any(globs, name))
            }
            QueryClause::Resource(globs) => {
                let mut arns = fields.resources.iter();
                arns.any(|arn| any(globs, Some(arn)))
                    || fields
                        .request_parameters
                        .is_some_and(|p| strings_match(p, globs))
            }
            QueryClause::Ip(nets) => {
                let address = fields.source_ip.as_ref();
                let address = address.and_then(|ip| ip.parse::<IpAddr>().ok());
                address.is_some_and(|ip| {
                    let canonical = ip.to_canonical();
                    let mut nets = nets.iter();
                    nets.any(|net| net.contains(&ip) || net.contains(&canonical))
                })
            }
            QueryClause::ReadOnly(wanted) => fields.read_only == Some(*wanted),
            QueryClause::Since(from) => fields.time().is_some_and(|time| time >= *from),
            QueryClause::Until(end) => fields.time().is_some_and(|time| time < *end),
            QueryClause::Grep(_) => self.may_meet(fields.record.bytes()),
        }
    }
}

/// Every name of who made a call: ARN, principal id, access key id, user, session, issuer of the session, and the
/// service that made it for somebody.
fn actor_names<'f>(fields: &'f RecordFields<'_>) -> [Option<&'f str>; 8] {
    let who = &fields.identity;
    [
        who.arn.as_deref(),
        who.principal_id.as_deref(),
        who.access_key_id.as_deref(),
        who.user_name.as_deref(),
        who.session(),
        who.issuer_arn.as_deref(),
        who.issuer_name.as_deref(),
        who.invoked_by.as_deref(),
    ]
}

/// Whether a pattern matches a text anywhere in the parameters of a request.
fn strings_match(parameters: JsonText<'_>, globs: &[TextGlob]) -> bool {
    let mut texts = parameters.strings();
    texts.any(|text| globs.iter().any(|glob| glob.matches(&text)))
}

/// What an IPv4 address written as IPv6 holds, such as `::ffff:c000:201` for 192.0.2.1.
fn mapped_needles() -> Vec<Needle> {
    let digits = |upper: u8| (0..4).map(move |at| if upper >> at & 1 == 1 { 'F' } else { 'f' });
    let needle = |upper: u8| format!(":{}:", digits(upper).collect::<String>());
    (0..16).map(|upper| Needle(needle(upper).into())).collect()
}

/// The text of a single IPv4 address. Others can be written in several ways.
fn address_needle(net: &IpNet) -> Option<Needle> {
    match net {
        IpNet::V4(net) if net.prefix_len() == 32 => Some(Needle(net.addr().to_string().into())),
        _ => None,
    }
}
