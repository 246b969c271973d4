//! Ten hours of the usual chain in S3, of which six are validated.

use serde_json::Value;

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::case::{BUCKET, Case, trail};
use crate::support::forge::{Chain, Place};
use crate::support::stage::Stage;

pub const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";

/// Ten hours of the usual chain; the window covers six. The trail logs in its region only.
pub struct SixHours {
    pub stage: Stage,
    pub chain: Chain,
}

pub fn six_hours() -> SixHours {
    let mut case = Case::new("six", 0, "six hours");
    let chain = case.chain(10);
    let config = TrailConfig {
        // The trail writes elsewhere now, so no chain is expected in its home region.
        bucket: "logs-since-then".into(),
        ..TrailConfig::from(&trail())
    };
    SixHours {
        stage: Stage::of(&case.world, &[config]),
        chain,
    }
}

pub const WINDOW: [&str; 8] = [
    "--s3-bucket",
    BUCKET,
    "--start-time",
    "2026-03-01T01:12:34Z",
    "--end-time",
    "2026-03-01T07:12:34Z",
    "--as-of",
    "2026-03-01T12:00:00Z",
];

impl SixHours {
    pub fn log(&self, digest: usize) -> Place {
        self.chain.digests[digest].logs[0].place.clone()
    }

    pub fn digest(&self, at: usize) -> Place {
        self.chain.digests[at].place.clone()
    }

    pub fn fault(&self, fault: Fault) -> &Self {
        self.stage.loopback.fault(fault);
        self
    }

    pub fn report(&self, more: &[&str]) -> (i32, Value) {
        self.stage.report(&[&WINDOW[..], more].concat())
    }
}

pub fn on_object(place: &Place, answer: Answer) -> Fault {
    Fault::new(answer).operation("GetObject").key(&place.key)
}

pub fn finding<'r>(report: &'r Value, code: &str) -> &'r Value {
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|f| f["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}: {report:#}"))
}

pub fn field<'r>(finding: &'r Value, field: &str) -> &'r str {
    finding[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field}: {finding:#}"))
}
