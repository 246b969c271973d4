//! Which events are wanted, and how they are written.

use std::net::IpAddr;

use clap::ValueEnum;
use ipnet::{IpNet, Ipv4Net};
use jiff::Timestamp;

use super::values::time;
use crate::base::error::{Error, ErrorKind};
use crate::commands::events::count::CountFields;
use crate::commands::events::filter::{QueryConditions, RecordQuery, TextGlob};

/// Conditions on the content of events.
#[derive(clap::Args)]
#[command(next_help_heading = "Filter")]
pub struct EventFilterArgs {
    /// Only events of this name (eventName); in this and other patterns, * stands for any text and ? for one
    /// character; repeatable: one of them must match
    #[arg(long, value_name = "PATTERN")]
    pub event: Vec<TextGlob>,

    /// Only events of this service (eventSource): s3 is short for s3.amazonaws.com; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub source: Vec<TextGlob>,

    /// Only calls by this caller: an ARN, the name of a user, role or session, an access key id, a principal id, or
    /// a service that made the call; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub actor: Vec<TextGlob>,

    /// Only calls from this address or range (sourceIPAddress), such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32;
    /// repeatable
    #[arg(long, value_name = "ADDRESS|CIDR", value_parser = address)]
    pub ip: Vec<IpNet>,

    /// Only calls that failed, or failed in this way (errorCode, errorMessage, or Failure of a sign-in to the console);
    /// repeatable
    #[arg(long, value_name = "PATTERN", num_args = 0..=1, default_missing_value = "*")]
    pub error: Vec<TextGlob>,

    /// Only calls that read, or with --read-only false those that do not (readOnly)
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    pub read_only: Option<bool>,

    /// Only calls on this: an ARN among the resources of the event, or any text of its request parameters, such as
    /// the name of a bucket or trail; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub resource: Vec<TextGlob>,

    /// Only events of this account (recipientAccountId); --account-id selects chains instead; repeatable
    #[arg(long, value_name = "PATTERN", alias = "account")]
    pub event_account: Vec<TextGlob>,

    /// Only events of this region (awsRegion); --region selects chains instead; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub event_region: Vec<TextGlob>,

    /// Only events from this time on (eventTime); --start-time selects digests instead
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<Timestamp>,

    /// Only events before this time (eventTime)
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Timestamp>,

    /// Only events that hold this text anywhere, as it is written in the JSON; repeatable
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub grep: Vec<String>,
}

impl EventFilterArgs {
    /// Refuses times between which there is none.
    ///
    /// # Errors
    /// If `--since` is not before `--until`.
    pub fn refuse_no_time(&self) -> Result<(), Error> {
        match self.since.zip(self.until) {
            Some((since, until)) if since >= until => {
                let message = format!("--since {since} is not before --until {until}");
                Err(Error::new(ErrorKind::Usage, message))
            }
            _ => Ok(()),
        }
    }

    /// The filter; `None` if no condition is given.
    pub fn query(&self) -> Option<RecordQuery> {
        RecordQuery::new(QueryConditions {
            events: self.event.clone(),
            sources: self.source.clone(),
            actors: self.actor.clone(),
            addresses: self.ip.clone(),
            errors: self.error.clone(),
            read_only: self.read_only,
            resources: self.resource.clone(),
            accounts: self.event_account.clone(),
            regions: self.event_region.clone(),
            since: self.since,
            until: self.until,
            texts: self.grep.clone(),
        })
    }
}

/// How events are written, or counted.
#[derive(clap::Args)]
#[command(next_help_heading = "Format")]
pub struct EventFormatArgs {
    /// How the output is written: jsonl has each record byte for byte; csv has its usual members as columns, and its
    /// log, digest and state; parquet has the same columns, and needs --out or a pipe; table is for people; by default jsonl, and with --count-by table
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Option<EventFormatKind>,

    /// Count the events that have the same values of these fields, instead of writing them: names as in CloudTrail,
    /// such as eventName,userIdentity.arn, and day, hour, actor, log, digest, state or watchlist; with --format table, csv or jsonl
    #[arg(long, value_name = "FIELD[,FIELD...]", conflicts_with = "provenance")]
    pub count_by: Option<CountFields>,

    /// With --count-by: list the N largest groups, and count the others together; by default 25 in a table, and
    /// otherwise all
    #[arg(long, value_name = "N", requires = "count_by", value_parser = clap::value_parser!(u64).range(1..))]
    pub top: Option<u64>,
}

/// A format of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventFormatKind {
    Jsonl,
    Csv,
    Table,
    #[cfg(feature = "parquet")]
    Parquet,
}

/// An address, or a range of them.
fn address(text: &str) -> Result<IpNet, String> {
    let expected = || "expected an address or a range, such as 192.0.2.7 or 10.0.0.0/8".to_owned();
    match text.parse::<IpAddr>() {
        Ok(address) => Ok(address.to_canonical().into()),
        Err(_) => text.parse().map(canonical).map_err(|_| expected()),
    }
}

/// The range of IPv4 addresses that a range of IPv6 is, if it is one (RFC 4291, section 2.5.5.2).
fn canonical(net: IpNet) -> IpNet {
    let IpNet::V6(six) = net else {
        return net;
    };
    let four = || {
        let address = six.addr().to_ipv4_mapped()?;
        let length = six.prefix_len().checked_sub(96)?;
        Ipv4Net::new(address, length).ok()
    };
    four().map_or(net, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_address_is_a_range_of_one() {
        let net = |text| address(text).map(|net| net.to_string());
        assert_eq!(net("192.0.2.7").as_deref(), Ok("192.0.2.7/32"));
        assert_eq!(net("::ffff:192.0.2.7").as_deref(), Ok("192.0.2.7/32"));
        assert_eq!(net("2001:db8::/32").as_deref(), Ok("2001:db8::/32"));
        assert_eq!(net("::ffff:0:0/96").as_deref(), Ok("0.0.0.0/0"));
        assert_eq!(net("::ffff:10.0.0.0/104").as_deref(), Ok("10.0.0.0/8"));
        assert_eq!(net("2001:db8::/32").as_deref(), Ok("2001:db8::/32"));
        for bad in ["", "192.0.2", "10.0.0.0/33", "s3.amazonaws.com", "*"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
