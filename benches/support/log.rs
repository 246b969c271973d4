//! Logs like those of busy accounts. Calls come in bursts that differ only in their ids and times, which is
//! why real logs compress better than independent random calls.

use jiff::Timestamp;
use rand::RngExt;

use super::forge::digest::LogRecord;
use super::forge::events::records;
use super::forge::text::{after, iso, sha256_hex, unique_string, uuid};
use super::forge::{ChainSpec, Place, World};

/// Records in a burst.
const BURST: u32 = 2;
/// The longest time between an event and the delivery of its log, in seconds.
const LAG: i64 = 600;

/// A minute of the hour that begins at `from`.
pub fn any_minute(world: &mut World, from: Timestamp) -> Timestamp {
    after(from, world.rng.random_range(LAG..3_600) / 300 * 300)
}

/// A log with `count` records, delivered at this minute.
pub fn log(world: &mut World, spec: &ChainSpec, minute: Timestamp, count: u32) -> LogRecord {
    let oldest = after(minute, -LAG);
    let key = {
        let unique = unique_string(&mut world.rng);
        let trail = &spec.trail;
        trail.log_key(&spec.account, &spec.region, minute, &unique)
    };
    let json = content(world, spec, (oldest, minute), count);
    LogRecord {
        place: Place::new(&spec.trail.bucket, &key),
        sha256: sha256_hex(&json),
        json,
        newest: minute,
        oldest,
    }
}

fn content(
    world: &mut World,
    spec: &ChainSpec,
    (from, to): (Timestamp, Timestamp),
    count: u32,
) -> Vec<u8> {
    let rng = &mut world.rng;
    let begun = records(
        rng,
        &spec.account,
        &spec.region,
        count.div_ceil(BURST),
        from,
        to,
    );
    let mut text = String::from(r#"{"Records":["#);
    for number in 0..count {
        let at = usize::try_from(number / BURST).expect("a number of records");
        let mut event = begun[at].clone();
        if number % BURST > 0 {
            event.set("eventTime", iso(after(to, -rng.random_range(0..LAG))));
            event.set("requestID", uuid(rng));
            event.set("eventID", uuid(rng));
        }
        if number > 0 {
            text.push(',');
        }
        text.push_str(&event.compact());
    }
    text.push_str("]}");
    text.into_bytes()
}
