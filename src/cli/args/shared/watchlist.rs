//! Rules of sensitive calls.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::cloudtrail::ids::AccountId;
use crate::commands::watchlist::{SHIPPED_NAME, WatchRisk};

/// Which rules of sensitive calls records are compared with.
#[derive(clap::Args)]
#[command(next_help_heading = "Watchlist")]
pub struct WatchlistArgs {
    /// Only events that a rule of sensitive calls matches: the shipped rules, or those of a file or folder, in TOML
    /// or Sigma; `shipped` stands for the shipped rules beside one's own; repeatable
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        default_missing_value = SHIPPED_NAME,
        action = clap::ArgAction::Append
    )]
    pub watchlist: Vec<PathBuf>,

    /// With --watchlist: only rules of at least this risk; by default all
    #[arg(long, value_name = "RISK", value_parser = risk(), requires = "watchlist")]
    pub min_risk: Option<WatchRisk>,

    /// With --watchlist: an account that is one's own besides those whose logs are proven, so that rules on accounts
    /// outside do not match it; repeatable
    #[arg(long, value_name = "ACCOUNT", requires = "watchlist")]
    pub own_account: Vec<AccountId>,
}

/// A risk, with the words that help and completions list.
fn risk() -> impl TypedValueParser<Value = WatchRisk> {
    let words = WatchRisk::ALL.map(WatchRisk::as_str);
    PossibleValuesParser::new(words).try_map(|word| WatchRisk::of(&word).ok_or("expected a risk"))
}
