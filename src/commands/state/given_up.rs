//! Time that runs found failed or unproven and that no run validates again (pure). Later runs would end with
//! exit status 0 and not a word of it, so each of them says how much it is.

use std::path::Path;

use jiff::SignedDuration;

use crate::base::text::{plural, quoted};
use crate::base::time::{Window, in_words};
use crate::proof::coverage::{Spans, State as CoverageState};
use crate::report::state::v1::{Chain, State, Stretch};

/// Time in one state of the coverage that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GivenUp {
    /// How much it is, in seconds.
    pub seconds: i64,
    /// In how many chains.
    chains: u64,
    /// The earliest part of it, and its chain.
    first: Option<(String, Stretch)>,
}

impl GivenUp {
    /// The time of a state in a state of the coverage that lies before the next window of its chain and
    /// is not read again later either.
    pub fn of(state: &State, coverage: CoverageState) -> GivenUp {
        let mut all = GivenUp::default();
        for chain in &state.chains {
            let parts = parts(chain, coverage);
            let Some(first) = parts.first() else {
                continue;
            };
            let seconds = |part: &Stretch| part.to.duration_since(part.from).as_secs();
            all.seconds += parts.iter().map(seconds).sum::<i64>();
            all.chains += 1;
            if all
                .first
                .as_ref()
                .is_none_or(|(_, known)| first.from < known.from)
            {
                all.first = Some((chain.id.clone(), *first));
            }
        }
        all
    }

    fn words(&self, of: &str) -> Option<String> {
        let (chain, first) = self.first.as_ref()?;
        let length = in_words(SignedDuration::from_secs(self.seconds));
        let chains = plural(self.chains, "chain");
        Some(format!(
            "{length} in {chains} as {of}, the first of {chain} from {} to {}",
            first.from, first.to
        ))
    }
}

/// What a state gave up, as a sentence of what a run that leaves it does not prove; `None` if it is nothing.
pub fn sentence(state: &State, file: &Path) -> Option<String> {
    let failed = GivenUp::of(state, CoverageState::Failed).words("failed");
    let unproven = GivenUp::of(state, CoverageState::Unproven).words("unproven");
    let parts = Vec::from_iter(failed.into_iter().chain(unproven));
    (!parts.is_empty()).then(|| {
        format!(
            "time that runs of this state reported and that was never settled: {}. It is older than 7 days, and no \
             run validates it again: see trailproof history {}",
            parts.join("; and "),
            quoted(&file.display().to_string())
        )
    })
}

fn parts(chain: &Chain, coverage: CoverageState) -> Vec<Stretch> {
    let before = |part: &Stretch| Stretch {
        to: part.to.min(chain.next_from),
        ..*part
    };
    let mut deferred = Spans::default();
    for one in &chain.deferred {
        deferred.insert(Window::new(one.from, one.to));
    }
    let parts = chain.seen.iter().map(before);
    let parts = parts.filter(|part| part.state == coverage && part.from < part.to);
    let left = parts.flat_map(|part| {
        let left = deferred.missing_from(Window::new(part.from, part.to));
        left.into_iter().map(move |left| Stretch {
            from: left.from,
            to: left.to,
            ..part
        })
    });
    left.collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::fixtures::{at, quiet};
    use super::{GivenUp, sentence};
    use crate::proof::coverage::State as CoverageState;

    #[test]
    fn what_no_run_validates_again_is_one_sentence() {
        let mut state = quiet();
        let file = Path::new("state.json");
        assert_eq!(sentence(&state, file), None);
        state.chains[0].seen[0].state = CoverageState::Failed;
        let given_up = GivenUp::of(&state, CoverageState::Failed);
        assert_eq!(given_up.seconds, 34 * 3600);
        let words = sentence(&state, file).expect("a sentence");
        assert!(words.contains("1d 10h in 1 chain as failed"), "{words}");
        assert!(words.ends_with("trailproof history state.json"), "{words}");
        assert!(!words.contains("unproven"), "{words}");
        state.chains[0].next_from = at("2026-02-28T00:00:00Z");
        assert_eq!(sentence(&state, file), None, "it is validated again");
    }
}
