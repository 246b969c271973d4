//! Killing the binary at an instant. Instants are counted in answers of AWS, not in time, so that they are spread
//! over a run on a machine of any speed. A run never gets far beyond its instant, because AWS then stops answering:
//! on a busy machine it could end before anybody kills it.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};

use super::aws::{Answer, Fault, Loopback};
use super::forge::Rng;

/// How long a run may wait for its answers: far longer than it takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// How many answers a run may still get after the instant, so that it does not stand still when it is killed: as many
/// as it waits for at once.
const MORE: usize = 4;

/// When a run is killed: after so many answers, and then after some time, in which it writes.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub seed: u64,
    pub answers: usize,
    pub then: Duration,
}

impl Moment {
    /// Moments that are spread evenly over the answers of a run; the last fifth comes after the last answer.
    pub fn spread(moments: u64, answers: usize, after_the_last: Duration) -> Vec<Moment> {
        (0..moments)
            .map(|seed| {
                let mut rng = Rng::seed_from_u64(seed);
                let at_the_end = seed >= moments * 4 / 5;
                let part = (seed as usize + 1) * answers * 5 / (moments as usize * 4);
                let most = if at_the_end {
                    after_the_last.as_micros() as u64
                } else {
                    3_000
                };
                Moment {
                    seed,
                    answers: part.min(answers),
                    then: Duration::from_micros(rng.random_range(0..=most.max(1))),
                }
            })
            .collect()
    }

    /// Starts a command and kills it. Returns whether it was killed, and had not ended before.
    pub fn kill(self, command: &mut Command, aws: &Loopback) -> bool {
        let silence = Fault::new(Answer::Delay(2 * LIMIT)).after(self.answers + MORE);
        aws.fault(silence);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        let begun = Instant::now();
        let mut has_ended = false;
        while !has_ended && aws.count_answered() < self.answers {
            assert!(begun.elapsed() < LIMIT, "{self:?}: no more answers");
            sleep(Duration::from_micros(200));
            has_ended = child.try_wait().expect("a child").is_some();
        }
        sleep(self.then);
        child.kill().expect("it can be killed");
        let was_killed = child.wait().expect("a child").code().is_none();
        aws.change(|cloud| cloud.faults.pop());
        was_killed
    }
}
