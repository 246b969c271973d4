//! Findings, gaps and changes to trails as lists.

use std::fmt::Write as _;

use super::inline::{code, prose};
use crate::base::text::{and_more, capital, grouped, plural, sentence};
use crate::report::validation::changes::{counted, effect, searched, shown, trail};
use crate::report::validation::events::event_values;
use crate::report::validation::groups::{FindingGroup, OTHERS};
use crate::report::validation::label::Label;
use crate::report::validation::over_chains::{GapGroup, InChains};
use crate::report::validation::presentation::Presentation;
use crate::report::validation::v1::{ChangesOfTrail, Evidence};
use crate::report::validation::wording::{certainty, clip};

/// Events shown of one gap, or of one group of findings.
const EVENTS: usize = 5;
/// Changes of one trail shown.
const CHANGES: usize = 5;
/// Names of chains listed.
const NAMES: usize = 10;
/// Characters shown of a value of which there are many. CloudTrail's keys have about 150.
const SHORT: usize = 300;

/// A name as a code span, cut short so that one long name does not take the place of many.
fn short(value: &str) -> String {
    code(&clip(value, SHORT))
}

/// In which chains something was found. Nothing if it is not about a chain.
fn chains(chains: &InChains, all: usize, text: &mut String) {
    if let [one] = chains.names.as_slice() {
        let _ = writeln!(text, "- Chain: {}", short(one));
        return;
    }
    let Some(words) = chains.words(all) else {
        return;
    };
    let _ = write!(text, "- {}", capital(&words));
    if !chains.is_all(all) {
        let shown: Vec<String> = chains.names.iter().take(NAMES).map(|n| short(n)).collect();
        let more = chains.names.len() - shown.len();
        let _ = write!(text, ": {}", and_more(shown.join(", "), more as u64));
    }
    text.push('\n');
}

fn event(event: &Evidence, text: &mut String) {
    let _ = writeln!(text, "- Event: {}", short(&event.event_name));
    for (label, value) in event_values(event) {
        let value = match label {
            Label::KnownBy => prose(&sentence(&value)),
            _ => short(&value),
        };
        let _ = writeln!(text, "  - {}: {value}", capital(label.as_str()));
    }
}

fn events(shown: &[&Evidence], more: usize, text: &mut String) {
    for event in shown.iter().take(EVENTS) {
        self::event(event, text);
    }
    let more = more + shown.len().saturating_sub(EVENTS);
    if more > 0 {
        let _ = writeln!(text, "- And {}.", plural(more, "more event"));
    }
}

fn hint(hint: Option<&str>, text: &mut String) {
    if let Some(hint) = hint {
        let _ = writeln!(text, "- What to do: {}", prose(&sentence(hint)));
    }
}

/// A group of gaps.
pub(super) fn gap(group: &GapGroup<'_>, all: usize) -> String {
    let code = code(&group.code().unwrap_or_default());
    let mut text = format!(
        "\n### GAP {code}\n\n- Time: {}\n",
        prose(&capital(&group.span()))
    );
    chains(&group.chains(), all, &mut text);
    for removals in group.removals() {
        let _ = writeln!(text, "- Objects removed: {}", prose(&sentence(removals)));
    }
    let _ = writeln!(text, "- What: {}", prose(&sentence(&group.message())));
    if let Some(certainty) = certainty(group.first) {
        let _ = writeln!(text, "- How sure: {}", prose(&sentence(&certainty)));
    }
    if let Some(logs) = group.undigested_in_words() {
        let _ = writeln!(text, "- Logs: {}", prose(&sentence(&logs)));
    }
    events(&group.events(), 0, &mut text);
    hint(group.hint(), &mut text);
    text
}

/// The changes to a trail.
pub(super) fn changes(of: &ChangesOfTrail, presentation: &Presentation) -> String {
    let mut text = format!("\n### {}\n\n", prose(&capital(&trail(of, presentation))));
    let lines = counted(of).into_iter().chain(searched(of, presentation));
    for line in lines {
        let _ = writeln!(text, "- {}", prose(&sentence(&line)));
    }
    let (changes, more) = shown(of, CHANGES);
    for change in changes {
        let _ = writeln!(
            text,
            "\n#### {} {}\n\n- What: {}",
            effect(change),
            short(&change.what.word()),
            prose(&sentence(&change.sentence))
        );
        event(&change.evidence, &mut text);
    }
    if more > 0 {
        let _ = writeln!(text, "\nAnd {}.", plural(more, "more change"));
    }
    text
}

/// A group of findings.
pub(super) fn finding(group: &FindingGroup<'_>, all: usize) -> String {
    let mut text = format!(
        "\n### {} {}",
        group.severity(),
        code(&group.first.code.word())
    );
    if group.count() > 1 {
        let _ = write!(text, " ({})", grouped(group.count()));
    }
    text += "\n\n";
    chains(&group.chains(), all, &mut text);
    for (label, value) in group.first_values() {
        let value = match label {
            Label::What => prose(&sentence(&value)),
            Label::Time => prose(&value),
            _ => code(&value),
        };
        let _ = writeln!(text, "- {}: {value}", capital(label.as_str()));
    }
    let others = group.values_of_others(OTHERS);
    for (label, value) in others.iter().flatten() {
        let (label, value) = match label {
            Label::Object => (Label::And, short(value)),
            Label::Time => (*label, prose(value)),
            _ => (*label, short(value)),
        };
        let _ = writeln!(text, "- {}: {value}", capital(label.as_str()));
    }
    let more = group.others().len().saturating_sub(OTHERS);
    if more > 0 && !others.is_empty() {
        let _ = writeln!(
            text,
            "- And {} more. The JSON report lists them all.",
            grouped(more)
        );
    }
    let (shown, more) = group.events();
    events(&shown, more, &mut text);
    hint(group.first.hint.as_deref(), &mut text);
    text
}
