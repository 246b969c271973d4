//! Intact chains: both programs call every digest and every log valid, and count them alike.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::awscli::End;
use super::stage::{Both, arguments, both, each};
use crate::support::aws::{Loopback, Organization, TrailConfig};
use crate::support::forge::{Chain, ChainSpec, DigestRecord, Trail, World, ts};

const ACCOUNT: &str = "111111111111";
const MEMBER: &str = "222222222222";
const ORGANIZATION: &str = "o-a1b2c3d4e5";
const REGION: &str = "eu-west-1";
const HOME: &str = "us-east-1";
const BUCKET: &str = "trail-logs";
const START: &str = "2026-03-01T00:12:34Z";

/// An intact chain, and where its bucket is.
struct Clean {
    name: &'static str,
    trail: fn() -> Trail,
    /// The account and the region of the chain.
    of: (&'static str, &'static str),
    /// Where the bucket is.
    bucket_in: &'static str,
    /// What happens to the chain, which was not started.
    live: fn(&mut Chain, &mut World),
    /// Further arguments of our program.
    besides: &'static [&'static str],
    /// Our verdict: a restart is a gap for us.
    ours: &'static str,
}

impl Clean {
    const fn new(name: &'static str, live: fn(&mut Chain, &mut World)) -> Clean {
        Clean {
            name,
            trail,
            of: (ACCOUNT, REGION),
            bucket_in: HOME,
            live,
            besides: &[],
            ours: "verified",
        }
    }
}

const CLEAN: &[Clean] = &[
    Clean::new("plain", steady),
    Clean {
        trail: || trail().prefix("audit/2026"),
        ..Clean::new("under a prefix", steady)
    },
    Clean {
        trail: organization,
        of: (MEMBER, REGION),
        ..Clean::new("a member of an organization", |chain, w| {
            steady(chain, w);
        })
    },
    Clean {
        trail: || Trail::new(ACCOUNT, HOME, "_a_b.c-d_", BUCKET),
        ..Clean::new("a trail with marks in its name", steady)
    },
    Clean {
        trail: || Trail::new(ACCOUNT, "us-gov-west-1", "main", BUCKET),
        of: (ACCOUNT, "us-gov-east-1"),
        bucket_in: "us-gov-west-1",
        ..Clean::new("another partition", steady)
    },
    Clean {
        bucket_in: "ap-southeast-2",
        ..Clean::new("a bucket in another region", steady)
    },
    Clean::new("a new key in the middle", over_a_rotation),
    Clean::new("hours without logs", |chain, w| {
        chain.start(w, ts(START));
        chain.run_until(w, ts("2026-03-01T03:12:34Z"));
        chain.quiet_until(w, ts("2026-03-02T20:12:34Z"));
        chain.run_until(w, ts("2026-03-02T22:12:34Z"));
    }),
    Clean::new("things that are no evidence beside it", |chain, w| {
        steady(chain, w);
        w.litter(&trail(), ACCOUNT, REGION, ts(START));
    }),
    Clean::new("backfill digests", |chain, w| {
        steady(chain, w);
        let (third, generated) = (ts("2026-03-01T03:12:34Z"), ts("2026-03-01T20:00:00Z"));
        chain.backfill(w, third, generated, 2, false);
        chain.backfill(w, ts("2026-03-01T05:12:34Z"), generated, 1, true);
    }),
    Clean::new(
        "a link to a backfill digest before the window",
        |chain, w| {
            steady(chain, w);
            let generated = ts("2026-03-01T20:00:00Z");
            chain.backfill(w, ts("2026-02-28T22:12:34Z"), generated, 2, false);
            chain.backfill(w, ts("2026-03-01T05:12:34Z"), generated, 1, true);
        },
    ),
    Clean {
        besides: &["--s3-bucket", BUCKET, "--s3-bucket", "new-logs"],
        ..Clean::new("moved to another bucket", |chain, w| {
            chain.start(w, ts(START));
            chain.run_until(w, ts("2026-03-01T04:12:34Z"));
            chain.move_to("new-logs", None);
            chain.run_until(w, ts("2026-03-01T09:12:34Z"));
        })
    },
    Clean {
        ours: "gaps",
        ..Clean::new("stopped and started again", |chain, w| {
            chain.start(w, ts(START));
            chain.stop(w, ts("2026-03-01T03:30:00Z"));
            chain.start(w, ts("2026-03-01T07:45:10Z"));
            chain.run_until(w, ts("2026-03-01T10:45:10Z"));
        })
    },
    Clean {
        ours: "gaps",
        ..Clean::new("without validation for a while", |chain, w| {
            chain.start(w, ts(START));
            chain.disable_validation(w, ts("2026-03-01T03:12:34Z"));
            chain.undigested_until(w, ts("2026-03-01T04:50:00Z"));
            chain.start_listing_logs(w, ts("2026-03-01T07:00:00Z"));
            chain.run_until(w, ts("2026-03-01T10:00:00Z"));
        })
    },
];

fn trail() -> Trail {
    Trail::new(ACCOUNT, HOME, "main", BUCKET)
}

fn organization() -> Trail {
    trail().organization(ORGANIZATION).prefix("org")
}

fn steady(chain: &mut Chain, w: &mut World) {
    chain.start(w, ts(START));
    chain.run_until(w, ts("2026-03-01T10:12:34Z"));
}

/// Ten hours; in the middle the signing key changes.
fn over_a_rotation(chain: &mut Chain, w: &mut World) {
    let hours = |n: i64| ts(START) + jiff::SignedDuration::from_hours(n);
    let signs = |w: &World, n| w.keys.signing_index(REGION, hours(n));
    let last = (5..)
        .find(|n| signs(w, *n) != signs(w, n + 1))
        .expect("keys rotate");
    chain.start(w, hours(last - 5));
    chain.run_until(w, hours(last + 5));
    let keys: BTreeSet<usize> = chain.digests.iter().map(|digest| digest.key).collect();
    assert_eq!(keys.len(), 2, "a rotation lies in it");
}

/// Runs both programs over a chain, from its start to its end.
fn look(clean: &Clean) -> (Chain, [Both; 2]) {
    let seed = clean.name.len() as u64;
    let (mut world, loopback) = (World::new(seed), Loopback::start());
    let (account, region) = clean.of;
    let spec = ChainSpec::new((clean.trail)(), region).account(account);
    let mut chain = Chain::new(spec);
    (clean.live)(&mut chain, &mut world);
    loopback.serve(&world);
    let now = chain.spec.trail.clone();
    loopback.change(|cloud| {
        for bucket in cloud.buckets.values_mut() {
            bucket.region = clean.bucket_in.to_owned();
        }
        cloud.cloudtrail.trails = vec![TrailConfig::from(&now)];
        cloud.organization = now.organization.clone().map(|id| Organization {
            id,
            management_account: ACCOUNT.to_owned(),
        });
        // Small pages, so that there are several.
        cloud.page = 5;
    });
    let (from, to) = (chain.digests[0].end, chain.end());
    let time = |at: Timestamp| at.to_string();
    let mut args = arguments(&now.arn(), region, &time(from), &time(to));
    if account != ACCOUNT {
        args.extend(["--account-id", account].map(str::to_owned));
    }
    // Options without meaning for us are not mentioned in the AWS CLI's format.
    let meaningless = [
        "--output",
        "text",
        "--query",
        "x",
        "--color",
        "off",
        "--no-paginate",
    ];
    args.extend(meaningless.map(str::to_owned));
    let brief = both(&loopback, &args, clean.besides);
    args.push("--verbose".to_owned());
    let verbose = both(&loopback, &args, clean.besides);
    (chain, [verbose, brief])
}

/// The AWS CLI's line for a valid file.
fn lines(chain: &Chain) -> BTreeSet<String> {
    let line = |kind: &str, place: &crate::support::forge::Place| {
        format!("{kind} file\ts3://{}/{}\tvalid", place.bucket, place.key)
    };
    let digests = chain.digests.iter().map(|d| line("Digest", &d.place));
    let backfills = chain.backfills.iter();
    let backfills = backfills.map(|d| line("(backfill) Digest", &d.place));
    let digested = chain.digests.iter().chain(&chain.backfills);
    let logs = digested.flat_map(|digest| &digest.logs);
    let logs = logs.map(|log| line("Log", &log.place));
    digests.chain(backfills).chain(logs).collect()
}

fn check(clean: &Clean) {
    let (chain, [both, brief]) = look(clean);
    for both in [&both, &brief] {
        let otherwise = both.printed_otherwise();
        assert_eq!(otherwise, None, "{}", clean.name);
    }
    let label = || format!("{}: {}", clean.name, both.summary());
    assert_eq!(both.cli.end, End::Valid, "{}", label());
    let wanted = lines(&chain);
    let printed: BTreeSet<String> = both
        .cli
        .text
        .lines()
        .filter(|line| line.contains("\ts3://"))
        .map(str::to_owned)
        .collect();
    assert_eq!(printed, wanted, "{}", label());

    let (digests, backfills) = (chain.digests.len(), chain.backfills.len());
    let logs = wanted.len() - digests - backfills;
    for (count, kind) in [
        (digests, "digest"),
        (backfills, "backfill digest"),
        (logs, "log"),
    ] {
        let line = format!("\n{count}/{count} {kind} files valid\n");
        let printed_line = format!("{}\n", both.cli.text).contains(&line);
        assert_eq!(printed_line, count > 0, "{line}{}", label());
    }
    let ours = |what: &str| both.ours["totals"][what]["valid"].as_u64();
    assert_eq!(both.verdict(), clean.ours, "{}", label());
    // Some end at the beginning of the window, or before it: the AWS CLI counts them, and we do
    // not.
    let from = chain.digests[0].end;
    let beside = |of: &[DigestRecord]| of.iter().filter(|d| d.end <= from).count();
    let all = chain.digests.iter().chain(&chain.backfills);
    let logs_beside = all.filter(|d| d.end <= from).map(|d| d.logs.len());
    let counts = [
        ("digests", digests - beside(&chain.digests)),
        ("backfill_digests", backfills - beside(&chain.backfills)),
        ("logs", logs - logs_beside.sum::<usize>()),
    ];
    for (what, count) in counts {
        assert_eq!(ours(what), Some(count as u64), "{what} of {}", label());
    }
}

#[test]
fn intact_files_are_valid_for_the_aws_cli_with_the_same_counts() {
    each(CLEAN, check);
}
