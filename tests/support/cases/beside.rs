//! Cases about chains that lie wholly before or after the window, and about what is left out on request.

use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, hour};
use crate::support::forge::{Chain, ChainSpec, Trail, ts};

/// An account whose trail has another life than that of the usual account.
const OTHER: &str = "999999999999";

pub fn cases() -> Vec<Case> {
    vec![
        ended_before(),
        ended_before_the_data(),
        accepted_by_pattern(),
        excluded(),
        began_after(),
        logs_not_read(),
    ]
}

/// Two accounts with a chain each, in their home region; the usual one runs for eight hours.
fn two_accounts(name: &'static str, exit: i32, shows: &'static str, other: [i64; 2]) -> Case {
    let mut case = Case::new(name, exit, shows).disk_only();
    case.regions = vec![HOME];
    for (account, from, to) in [(ACCOUNT, 0, 8), (OTHER, other[0], other[1])] {
        let trail = Trail::new(account, HOME, "main", BUCKET);
        let mut chain = Chain::new(ChainSpec::new(trail, HOME).logs(1..=1).events(1..=1));
        chain.start(&mut case.world, hour(from));
        chain.run_until(&mut case.world, hour(to));
    }
    case
}

const WINDOW: [&str; 4] = [
    "--start-time",
    "2026-03-01T04:12:34Z",
    "--end-time",
    "2026-03-01T08:12:34Z",
];

fn ended_before() -> Case {
    two_accounts(
        "coverage-tail--ended-before-the-window",
        3,
        "the chain of a closed account ends before the window: a gap of it, while others are verified",
        [0, 3],
    )
    .arg(&WINDOW)
}

fn ended_before_the_data() -> Case {
    two_accounts(
        "coverage-tail--ended-before-the-start",
        3,
        "only the beginning is given, and a chain ends before it: it has no window of its own, and that is not verified",
        [0, 3],
    )
    .arg(&WINDOW[..2])
}

fn accepted_by_pattern() -> Case {
    let mut case = two_accounts(
        "coverage-tail--accepted-by-a-pattern",
        0,
        "somebody answered for every chain of a closed account: its gap keeps the verdict, and not the exit status",
        [0, 3],
    )
    .arg(&WINDOW)
    .arg(&["--accept", "accept.toml"]);
    let text = r#"[[accept]]
chain = "999999999999/*/*/*"
from = "2026-03-01T03:00:00Z"
to = "2026-03-02T00:00:00Z"
reason = "the account was closed"
who = "audit@example.com"
"#;
    case.files.push(("accept.toml", text.into()));
    case
}

fn excluded() -> Case {
    two_accounts(
        "coverage-tail--excluded",
        0,
        "the chains of a closed account are left out on request: the report says so",
        [0, 3],
    )
    .arg(&WINDOW)
    .arg(&["--exclude", "999999999999/*/*/*"])
}

fn began_after() -> Case {
    two_accounts(
        "coverage-head--began-after-the-window",
        3,
        "the trail of an account that came later begins after the window: a gap of it, while others are verified",
        [7, 8],
    )
    .arg(&[
        "--start-time",
        "2026-03-01T01:12:34Z",
        "--end-time",
        "2026-03-01T05:12:34Z",
    ])
}

fn logs_not_read() -> Case {
    let mut case = Case::new(
        "logs-not-read",
        0,
        "no log was read, on request: each is only known to exist, and the report says so",
    )
    .arg(&["--logs", "none"])
    .disk_only();
    let mut chain = Chain::new(
        ChainSpec::new(Trail::new(ACCOUNT, HOME, "main", BUCKET), HOME)
            .logs(1..=2)
            .events(1..=1),
    );
    case.regions = vec![HOME];
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(3));
    case
}
