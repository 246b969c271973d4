//! Draws a chain's window as bars, one per stretch of coverage, and none too narrow to be seen.

use jiff::Timestamp;

use crate::base::time::{in_words, in_words_between};
use crate::proof::coverage::State;
use crate::report::validation::v1::{Gap, Span, Stretch};

/// Stretches drawn one by one. With more, the window is drawn in steps.
const BARS: usize = 60;
/// The number of these steps.
const STEPS: usize = 120;
/// The least width of a bar, in percent of the window. An hour of a year would be narrower.
const LEAST: f64 = 0.35;
/// The least width that a word fits into, in percent.
const WORD: f64 = 16.0;
/// The least width that a letter fits into, in percent.
const LETTER: f64 = 3.0;

/// The parts of the drawing.
pub(crate) struct Timeline {
    /// The bars; later ones are drawn over earlier ones.
    pub bars: Vec<Bar>,
    /// The restarts.
    pub restarts: Vec<TimelineMark>,
    /// The length of a step, if the window is drawn in steps.
    pub step: Option<String>,
    /// The middle of the window.
    pub middle: Timestamp,
}

/// A bar for a stretch of time.
pub(crate) struct Bar {
    /// Its state.
    pub state: State,
    /// Its left end, in percent of the window.
    pub x: f64,
    /// Its width, in percent of the window.
    pub width: f64,
    /// The text inside it: a word, a letter, or nothing.
    pub label: &'static str,
    /// The letter below a bar that is too narrow for one, or nothing.
    pub below: &'static str,
    /// Its tooltip.
    pub title: String,
}

impl Bar {
    /// Where its text is centred. Near the ends of the window the text is moved inside.
    pub(crate) fn middle(&self) -> String {
        percent((self.x + self.width / 2.0).clamp(1.2, 98.8))
    }

    /// Its left end.
    pub(crate) fn left(&self) -> String {
        percent(self.x)
    }

    /// Its width.
    pub(crate) fn wide(&self) -> String {
        percent(self.width)
    }
}

/// A mark at an instant.
pub(crate) struct TimelineMark {
    /// Its position, in percent of the window.
    pub x: String,
    /// Its tooltip.
    pub title: String,
}

fn percent(x: f64) -> String {
    let text = format!("{x:.2}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

impl Timeline {
    /// The drawing of a window with its coverage and gaps; `None` if it is empty.
    pub(crate) fn of(window: &Span, coverage: &[Stretch], gaps: &[Gap]) -> Option<Self> {
        let (from, to) = (seconds(window.from), seconds(window.to));
        if from >= to {
            return None;
        }
        let at = |t: Timestamp| ((seconds(t) - from) / (to - from) * 100.0).clamp(0.0, 100.0);
        let in_steps = coverage.len() > BARS;
        let bars: Vec<Bar> = if in_steps {
            steps(coverage, &at)
        } else {
            let coverage = coverage.iter();
            coverage
                .map(|s| bar(s.state, at(s.from), at(s.to), title(s)))
                .collect()
        };
        // A gap that lasts until the end of the window ends there, not in the restart.
        let inside = |g: &&Gap| g.restart && (g.from == g.to || g.to < window.to);
        let restarts = gaps.iter().filter(inside).take(BARS);
        let step = (to - from) / STEPS as f64;
        let step = jiff::SignedDuration::from_secs(step as i64);
        let middle = ((from + to) / 2.0) as i64;
        Some(Timeline {
            bars: arranged(bars),
            restarts: restarts
                .map(|g| TimelineMark {
                    x: percent(at(g.to)),
                    title: format!("restart at {}", g.to),
                })
                .collect(),
            step: in_steps.then(|| in_words(step)),
            middle: Timestamp::from_second(middle).unwrap_or(window.from),
        })
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

fn title(s: &Stretch) -> String {
    let length = in_words_between(s.from, s.to);
    format!("{}: {} to {}, {length}", s.state.as_str(), s.from, s.to)
}

/// One bar for each run of steps with the same worst state.
fn steps(coverage: &[Stretch], at: &dyn Fn(Timestamp) -> f64) -> Vec<Bar> {
    let mut worst = [None; STEPS];
    let step = |x: f64| x / 100.0 * STEPS as f64;
    for stretch in coverage {
        let first = step(at(stretch.from)).floor() as usize;
        let end = step(at(stretch.to)).ceil() as usize;
        for state in worst.iter_mut().take(end).skip(first.min(STEPS - 1)) {
            *state = (*state).max(Some(stretch.state));
        }
    }
    let mut bars = Vec::new();
    let mut from = 0;
    while let Some(Some(state)) = worst.get(from) {
        let same = worst.iter().skip(from).take_while(|s| **s == Some(*state));
        let to = from + same.count();
        let x = |n: usize| n as f64 / STEPS as f64 * 100.0;
        let title = format!("at worst {} in each step", state.as_str());
        bars.push(bar(*state, x(from), x(to), title));
        from = to;
    }
    bars
}

fn bar(state: State, from: f64, to: f64, title: String) -> Bar {
    let natural = to - from;
    let width = natural.max(LEAST);
    let (word, letter) = match state {
        State::Verified => ("verified", "V"),
        State::Pending => ("pending", "P"),
        State::Gap => ("gap", "G"),
        State::Unproven => ("unproven", "U"),
        State::Failed => ("failed", "F"),
    };
    let (label, below) = if natural >= WORD {
        (word, "")
    } else if natural >= LETTER {
        (letter, "")
    } else if state > State::Verified {
        ("", letter)
    } else {
        ("", "")
    };
    Bar {
        state,
        x: from.min(100.0 - width),
        width,
        label,
        below,
        title,
    }
}

/// The least distance between the letters of two bars, in percent.
const APART: f64 = 2.5;

/// Puts the worst bars on top. Where letters would overlap, that of the worst state stays.
fn arranged(mut bars: Vec<Bar>) -> Vec<Bar> {
    bars.sort_by_key(|bar| bar.state);
    let mut taken: Vec<f64> = Vec::new();
    for bar in bars.iter_mut().rev().filter(|bar| !bar.below.is_empty()) {
        match taken.iter().any(|x| (x - bar.x).abs() < APART) {
            true => bar.below = "",
            false => taken.push(bar.x),
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::{BARS, LEAST, STEPS, Timeline};
    use crate::proof::coverage::State;
    use crate::report::validation::v1::{Chain, Report, Stretch};
    use jiff::{SignedDuration, Timestamp};

    /// A chain over a year that is verified, except for a stretch of `hours` in `state` at each hour of `at`.
    fn year(hours: i64, state: State, at: &[i64]) -> Chain {
        let report = include_str!("../../../../tests/golden/everything.json");
        let report: Report = serde_json::from_str(report).expect("a report");
        let mut chain = report.chains.into_iter().next().expect("a chain");
        let begin: Timestamp = "2025-01-01T00:00:00Z".parse().expect("a time");
        let time = |hour: i64| begin + SignedDuration::from_hours(hour);
        (chain.window.from, chain.window.to) = (time(0), time(8_760));
        chain.coverage.clear();
        let mut push = |from, to, state| {
            if from < to {
                let (from, to) = (time(from), time(to));
                chain.coverage.push(Stretch { from, to, state });
            }
        };
        let mut from = 0;
        for hour in at {
            push(from, *hour, State::Verified);
            push(*hour, hour + hours, state);
            from = hour + hours;
        }
        push(from, 8_760, State::Verified);
        *chain
    }

    fn drawn(chain: &Chain) -> Option<Timeline> {
        Timeline::of(&chain.window, &chain.coverage, &chain.gaps)
    }

    #[test]
    fn an_hour_of_a_year_is_seen_wherever_it_is() {
        for at in [0, 4_000, 8_759] {
            let timeline = drawn(&year(1, State::Failed, &[at])).expect("a window");
            let worst = timeline.bars.last().expect("a bar");
            assert_eq!(
                (worst.state, worst.below),
                (State::Failed, "F"),
                "on top of all others"
            );
            assert!(worst.width >= LEAST && worst.x >= 0.0 && worst.x + worst.width <= 100.0);
        }
    }

    #[test]
    fn many_stretches_are_drawn_in_steps_of_which_each_shows_its_worst() {
        let hours: Vec<i64> = (0..1_000).map(|n| n * 8).collect();
        let mut chain = year(1, State::Gap, &hours);
        let timeline = drawn(&chain).expect("a window");
        assert!(timeline.bars.len() <= STEPS && timeline.step.is_some());
        let gap = timeline.bars.last().expect("a bar");
        assert!(gap.state == State::Gap && gap.width > 90.0);
        // Time that a broken report leaves out is not drawn as verified.
        chain.coverage.truncate(BARS + 1);
        let timeline = drawn(&chain).expect("a window");
        assert!(timeline.bars.iter().map(|b| b.width).sum::<f64>() < 10.0);
    }

    #[test]
    fn of_letters_that_would_overlap_the_worst_stays() {
        let mut chain = year(1, State::Gap, &[4_000, 4_010, 4_020]);
        let middle = chain.coverage.iter_mut().filter(|s| s.state == State::Gap);
        middle.skip(1).take(1).for_each(|s| s.state = State::Failed);
        let timeline = drawn(&chain).expect("a window");
        let letters: Vec<&str> = timeline.bars.iter().map(|bar| bar.below).collect();
        let letters: Vec<&str> = letters.into_iter().filter(|l| !l.is_empty()).collect();
        assert_eq!(letters, ["F"]);
    }

    #[test]
    fn an_empty_window_is_not_drawn() {
        let mut chain = year(1, State::Gap, &[5]);
        chain.window.to = chain.window.from;
        assert!(drawn(&chain).is_none());
    }
}
