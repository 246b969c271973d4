//! One scene: AWS with a chain, the damage done to it, and the results of both programs.

use crate::support::aws::{Answer, Fault, Loopback};
use crate::support::forge::{Chain, ChainSpec, Place, Trail, World, damage, ts};
use crate::whole::differences::why::Difference;

pub const ACCOUNT: &str = "111111111111";

pub const MEMBER: &str = "222222222222";

pub const REGION: &str = "eu-west-1";

pub const HOME: &str = "us-east-1";

pub const BUCKET: &str = "trail-logs";

/// AWS with a chain of ten hours, and the window, which covers all of it.
pub struct Set {
    pub world: World,
    pub chain: Chain,
    pub loopback: Loopback,
    pub region: &'static str,
    pub window: [&'static str; 2],
    /// Further arguments of both programs.
    pub args: Vec<&'static str>,
    /// Further arguments of our program.
    pub besides: Vec<&'static str>,
}

impl Set {
    pub fn new() -> Set {
        let trail = Trail::new(ACCOUNT, HOME, "main", BUCKET);
        Set {
            world: World::new(46),
            chain: Chain::new(ChainSpec::new(trail, REGION)),
            loopback: Loopback::start(),
            region: REGION,
            window: ["2026-03-01T00:12:34Z", "2026-03-01T10:12:34Z"],
            args: Vec::new(),
            besides: Vec::new(),
        }
    }

    /// Starts the chain, unless it is running, and lets it run.
    pub fn run(&mut self) {
        self.start("2026-03-01T00:12:34Z");
        self.until("2026-03-01T10:12:34Z");
    }

    pub fn start(&mut self, at: &str) {
        self.chain.start(&mut self.world, ts(at));
    }

    pub fn until(&mut self, end: &str) {
        self.chain.run_until(&mut self.world, ts(end));
    }

    /// The places of digests, by number.
    pub fn digests(&self, numbers: std::ops::Range<usize>) -> Vec<Place> {
        let digests = &self.chain.digests[numbers];
        digests.iter().map(|digest| digest.place.clone()).collect()
    }

    pub fn delete(&mut self, numbers: std::ops::Range<usize>) {
        for place in self.digests(numbers) {
            damage::delete(&mut self.world, &place);
        }
    }

    pub fn tamper(&mut self, number: usize) {
        let place = self.chain.digests[number].place.clone();
        damage::tamper_digest(&mut self.world, &place);
    }

    /// Makes S3 give this answer for one log of the chain.
    pub fn log_answers(&mut self, answer: Answer) {
        self.run();
        let key = &self.chain.digests[5].logs[0].place.key;
        self.loopback.fault(Fault::new(answer).key(key));
    }
}

/// A scene, and the results of both programs.
pub struct Scene {
    pub differ: Difference,
    pub set: fn(&mut Set),
    /// Our codes, in order.
    pub codes: &'static [&'static str],
    /// Our counts that matter.
    pub counts: &'static [(&'static str, u64)],
    /// Words that the AWS CLI does not print.
    pub never: &'static str,
}

pub const fn scene(differ: Difference, codes: &'static [&'static str], set: fn(&mut Set)) -> Scene {
    Scene {
        differ,
        set,
        codes,
        counts: &[],
        never: "Traceback",
    }
}
