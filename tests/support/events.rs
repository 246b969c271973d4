//! The records that logs hold, read without the library.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::support::forge::Chain;
use crate::support::forge::digest::LogRecord;

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

/// The records of a log, each byte for byte.
pub fn records_of(log: &LogRecord) -> Vec<String> {
    let log: Log<'_> = serde_json::from_slice(&log.json).expect("a log");
    let records = log.records.into_iter();
    records.map(|record| record.get().to_owned()).collect()
}

/// The records of the logs of a chain that its digests list, in order of delivery.
pub fn delivered(chain: &Chain) -> Vec<String> {
    let digests = chain.digests.iter();
    let logs = digests.flat_map(|digest| &digest.logs);
    logs.flat_map(records_of).collect()
}
