//! Reading log records in the ways the program does.

use trailproof::cloudtrail::event::Event;
use trailproof::cloudtrail::event::record::{Records, read, read_in_place};

/// The counts and the events of a log, read in each of the program's ways.
pub fn read_events(json: &[u8]) -> (Records, Vec<Event>) {
    let mut events = Vec::new();
    let records = read(&mut &json[..], &mut |event| events.push(event));
    let mut in_memory = Vec::new();
    let again = read_in_place(&mut json.to_vec(), &mut |event| in_memory.push(event));
    assert_eq!((again, &in_memory), (records, &events), "held in memory");
    (records, events)
}
