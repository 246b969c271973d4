//! From an outcome to its report: a few chains, with every other log missing.

use jiff::Timestamp;
use trailproof::report::validation::presentation::Presentation;
use trailproof::report::validation::v1::{
    Origin, Report, Requested, Requests, Run as Ran, SourceKind,
};
use trailproof::report::{Format, render};
use trailproof::source::Source;
use trailproof::source::places::Places;
use trailproof::validate::observer::Silent;
use trailproof::validate::outcome::Outcome;
use trailproof::validate::request::Request;
use trailproof::validate::{Access, validate};

use super::case::{Amount, Case, Named, Size};
use super::data;
use crate::support::World;

pub const CASES: &[Named] = &[("report/json", json), ("report/text", text)];

fn json(size: Size) -> Case {
    rendered(size, Format::Json)
}

fn text(size: Size) -> Case {
    rendered(size, Format::Text)
}

fn rendered(size: Size, format: Format) -> Case {
    let outcome = outcome(size);
    let write = move || {
        let mut out = Vec::new();
        let report = Report::new(outcome.clone(), requested(), Vec::new(), ran());
        render(&report, &Presentation::default(), format, &mut out)
            .expect("writing to memory succeeds");
        out.len()
    };
    Case::new(Amount::Bytes(write()), move || assert!(write() > 0))
}

fn outcome(size: Size) -> Outcome {
    const NUMBERED: [&str; 4] = ["us-east", "us-west", "eu-west", "ap-south"];
    let mut world = World::new(10);
    let regions: Vec<String> = (0..size.chains)
        .map(|n| format!("{}-{}", NUMBERED[n as usize % NUMBERED.len()], n / 4 + 1))
        .collect();
    for region in &regions {
        let chain = data::add_chain(&mut world, region, 6, 10);
        for log in chain.all_logs().step_by(2) {
            world.remove(&log.place);
        }
    }
    let source = data::source(&world);
    let regions: Vec<&str> = regions.iter().map(String::as_str).collect();
    let ring = data::ring(&world, &regions);
    let places = Places::new(source.roots(), Vec::new());
    let access = Access {
        source: &source,
        places: &places,
        keys: &ring,
        trails: None,
    };
    validate(access, &Request::default(), &Silent).expect("workers")
}

fn requested() -> Requested {
    Requested {
        source: SourceKind::Disk.into(),
        start: None,
        end: None,
        start_origin: Origin::Data,
        end_origin: Origin::Data,
        as_of: None,
        regions: Vec::new(),
        account_ids: Vec::new(),
        organization_ids: Vec::new(),
        trail_arns: Vec::new(),
        buckets: Vec::new(),
        exclude: Vec::new(),
        prefixes: Vec::new(),
        map: Vec::new(),
        logs: "all".into(),
        seed: None,
        delivery_lag: 7_200,
        backfill_grace: 86_400,
        deadline: None,
        max_digest_size: None,
        keys: Vec::new(),
        manifest_sha256: None,
        manifest_given: false,
        continues_from: None,
        lookup: false,
        inventory: Vec::new(),
        collected: None,
    }
}

fn ran() -> Ran {
    Ran {
        tool: "trailproof".into(),
        version: "0".into(),
        command: Vec::new(),
        started: Timestamp::UNIX_EPOCH,
        finished: Timestamp::UNIX_EPOCH,
        caller: None,
        clock_ahead: None,
        state_sha256: None,
        exit_status: None,
        all_accepted: false,
        requests: Requests::default(),
    }
}
