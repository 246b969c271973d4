//! Why the logs of a timeline are not proven: without it, "no record" reads like "nothing happened".

use crate::base::text::grouped;
use crate::proof::finding::{Code, Finding, ReadFrom, Severity};
use crate::validate::outcome::Outcome;

/// What could not be proven or was not found, and what to do: one sentence for each code. Unlisted objects are marks.
pub fn doubts(outcome: &Outcome, from: ReadFrom) -> Vec<String> {
    let mut codes: Vec<(&Finding, u64)> = Vec::new();
    let findings = outcome.findings.iter();
    let unproven = findings.filter(|finding| {
        finding.severity == Severity::Unproven && finding.code != Code::LogUnreferenced
    });
    for finding in unproven {
        let n = finding.count.unwrap_or(1);
        match codes.iter_mut().find(|(of, _)| of.code == finding.code) {
            Some((_, count)) => *count = count.saturating_add(n),
            None => codes.push((finding, n)),
        }
    }
    let codes = codes.into_iter();
    codes.map(|(first, n)| sentence(first, n, from)).collect()
}

fn sentence(first: &Finding, n: u64, from: ReadFrom) -> String {
    let times = match n {
        1 => String::new(),
        n => format!(" ({} times)", grouped(n)),
    };
    let mut text = format!("{}{times}: {}", first.code.as_str(), first.message);
    if let Some(hint) = &first.hint {
        text += &format!("; {}", hint.clone().words(from));
    }
    text
}
