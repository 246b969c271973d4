//! What changes to the trails leave open.

use crate::base::text::plural;
use crate::proof::changes::Change;
use crate::proof::gap::events::KnownEvents;

/// Changes after which no further one is listed.
const MOST_SENTENCES: usize = 20;

/// One sentence for each of the changes that `reduced` what is logged, and what is not known about others: `found` are
/// the events that were searched for them.
pub fn changes(reduced: &[Change], found: &KnownEvents) -> Vec<String> {
    let sentence = |change: &Change| {
        let event = &change.evidence.event;
        format!(
            "that everything was logged and can be proven after {}: {} ({})",
            event.time,
            change.sentence,
            event.name_and_id()
        )
    };
    let mut sentences: Vec<String> = reduced.iter().take(MOST_SENTENCES).map(sentence).collect();
    let more = reduced.len().saturating_sub(MOST_SENTENCES);
    if more > 0 {
        let calls = plural(more, "call");
        sentences.push(format!(
            "the same after {calls} more that reduced what the trails log"
        ));
    }
    if found.unread.count > 0 {
        sentences.push(format!(
            "changes of the trails in {} whose records could not all be read: {}",
            plural(found.unread.count, "log"),
            found.unread.list()
        ));
    }
    if found.more {
        sentences
            .push("further changes of the trails: there were too many such calls to keep".into());
    }
    sentences
}
