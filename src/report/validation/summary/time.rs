//! Time by state, and how it is said.

use jiff::SignedDuration;

use crate::base::text::{grouped, plural};
use crate::base::time::in_words;
use crate::proof::coverage::State;
use crate::report::validation::v1::{Chain, Report, Stretch};

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// How long each state lasts, over one chain or the sum of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimeByState {
    pub asked: SignedDuration,
    pub proven: SignedDuration,
    pub pending: SignedDuration,
    pub gap: SignedDuration,
    pub unproven: SignedDuration,
    pub failed: SignedDuration,
}

impl TimeByState {
    /// The time of one chain.
    pub(crate) fn of(chain: &Chain) -> Self {
        TimeByState::of_stretches(&chain.coverage)
    }

    /// The time of some stretches.
    pub(crate) fn of_stretches(stretches: &[Stretch]) -> Self {
        let mut time = TimeByState::default();
        for stretch in stretches {
            let length = stretch.to.duration_since(stretch.from);
            let sum = match stretch.state {
                State::Verified => &mut time.proven,
                State::Pending => &mut time.pending,
                State::Gap => &mut time.gap,
                State::Unproven => &mut time.unproven,
                State::Failed => &mut time.failed,
            };
            *sum = sum.saturating_add(length);
            time.asked = time.asked.saturating_add(length);
        }
        time
    }

    /// The time of all chains together.
    pub(crate) fn of_all(report: &Report) -> Self {
        let chains = report.chains.iter().map(|chain| TimeByState::of(chain));
        chains.fold(TimeByState::default(), |sum, one| sum.plus(&one))
    }

    /// The sum of both.
    pub(crate) fn plus(&self, other: &TimeByState) -> Self {
        TimeByState {
            asked: self.asked.saturating_add(other.asked),
            proven: self.proven.saturating_add(other.proven),
            pending: self.pending.saturating_add(other.pending),
            gap: self.gap.saturating_add(other.gap),
            unproven: self.unproven.saturating_add(other.unproven),
            failed: self.failed.saturating_add(other.failed),
        }
    }

    /// The share that is proven, in percent. Less than all is never 100 %, and more than nothing is never 0 %.
    pub(crate) fn proven_percent(&self) -> String {
        let (proven, asked) = (self.proven.as_millis(), self.asked.as_millis());
        if proven <= 0 || asked <= 0 {
            return "0 %".into();
        }
        let rounded = (proven.saturating_mul(10_000) + asked / 2) / asked;
        match rounded {
            0 => "less than 0.01 %".into(),
            10_000.. if proven < asked => "99.99 %".into(),
            n if n % 100 == 0 => format!("{} %", n / 100),
            n => format!("{}.{:02} %", n / 100, n % 100),
        }
    }

    /// How much of the time requested is proven: `8,753 of 8,760 hours (99.92 %)`.
    pub(crate) fn proven_of_asked(&self) -> String {
        let (proven, asked) = (self.proven, self.asked);
        match asked.as_secs() < 2 * HOUR {
            true => format!(
                "{} of {} ({})",
                in_words(proven),
                in_words(asked),
                self.proven_percent()
            ),
            false => format!(
                "{} of {} hours ({})",
                in_hours(proven),
                in_hours(asked),
                self.proven_percent()
            ),
        }
    }
}

/// A length in hours, for the JSON report: with four decimals, so that a second is never lost.
pub(crate) fn hours(length: SignedDuration) -> f64 {
    (length.as_secs_f64() / 3600.0 * 1e4).round() / 1e4
}

/// A number of hours for people, rounded down to a hundredth.
fn in_hours(length: SignedDuration) -> String {
    let hundredths = u64::try_from(length.as_secs().max(0) * 100 / HOUR).unwrap_or_default();
    match (hundredths / 100, hundredths % 100) {
        (hours, 0) => grouped(hours),
        (hours, part) if part % 10 == 0 => format!("{}.{}", grouped(hours), part / 10),
        (hours, part) => format!("{}.{part:02}", grouped(hours)),
    }
}

/// A length in days or hours if it is a number of them, otherwise in parts: `365 days`, `24 hours`, `1d 23h 18m`.
pub(crate) fn length(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let of = |unit: i64, name| plural(u64::try_from(seconds / unit).unwrap_or_default(), name);
    match seconds {
        _ if length.subsec_nanos() != 0 => in_words(length),
        s if s >= 2 * DAY && s % DAY == 0 => of(DAY, "day"),
        s if (HOUR..4 * DAY).contains(&s) && s % HOUR == 0 => of(HOUR, "hour"),
        _ => in_words(length),
    }
}

/// How long one state lasts, and in how many chains: `31 days in each of 4 chains`.
pub(crate) fn in_chains(report: &Report, state: fn(&TimeByState) -> SignedDuration) -> String {
    let all = report.chains.len() as u64;
    let lengths = report
        .chains
        .iter()
        .map(|chain| state(&TimeByState::of(chain)));
    let lengths: Vec<SignedDuration> = lengths.filter(SignedDuration::is_positive).collect();
    let (n, sum) = (lengths.len() as u64, state(&TimeByState::of_all(report)));
    if all <= 1 {
        return length(sum);
    }
    let chains = match n == all {
        true => plural(n, "chain"),
        false => format!("{} of {}", grouped(n), plural(all, "chain")),
    };
    match (n, lengths.windows(2).all(|pair| pair[0] == pair[1])) {
        (1, _) => format!("{} in {chains}", length(sum)),
        (_, true) => format!(
            "{} in each of {chains}",
            length(lengths.first().copied().unwrap_or_default())
        ),
        (_, false) => format!("{}, the sum over {chains}", length(sum)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{TimeByState, hours, in_hours, length};

    fn of(proven: i64, asked: i64) -> TimeByState {
        TimeByState {
            asked: SignedDuration::from_secs(asked),
            proven: SignedDuration::from_secs(proven),
            ..TimeByState::default()
        }
    }

    #[test]
    fn only_all_is_100_percent_and_only_nothing_is_0() {
        let year = 365 * 86_400;
        for (proven, percent) in [
            (year, "100 %"),
            (year - 1, "99.99 %"),
            (year / 2, "50 %"),
            (1, "less than 0.01 %"),
            (0, "0 %"),
        ] {
            assert_eq!(of(proven, year).proven_percent(), percent);
        }
        assert_eq!(of(0, 0).proven_percent(), "0 %");
    }

    #[test]
    fn hours_have_a_total() {
        let year = 365 * 86_400;
        let text = of(year - 60, year).proven_of_asked();
        assert_eq!(text, "8,759.98 of 8,760 hours (99.99 %)");
        let text = of(3_000, 3_600).proven_of_asked();
        assert_eq!(text, "50m of 1h (83.33 %)");
    }

    #[test]
    fn one_second_is_never_lost_in_the_json_report() {
        let year = SignedDuration::from_secs(365 * 86_400);
        let less = SignedDuration::from_secs(365 * 86_400 - 1);
        let json = |length| serde_json::json!(hours(length)).to_string();
        assert_eq!(
            (json(year), json(less)),
            ("8760.0".into(), "8759.9997".into())
        );
        assert_eq!(in_hours(less), "8,759.99");
    }

    #[test]
    fn lengths_are_days_or_hours_where_they_are_a_number_of_them() {
        let words = |seconds| length(SignedDuration::from_secs(seconds));
        assert_eq!(words(365 * 86_400), "365 days");
        assert_eq!(words(86_400), "24 hours");
        assert_eq!(words(3_600), "1 hour");
        assert_eq!(words(90_061), "1d 1h 1m 1s");
        assert_eq!(words(0), "no time");
    }
}
