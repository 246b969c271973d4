//! The case of a forged incident.

use crate::support::case::{Case, HOME, REGION};
use crate::support::incident::Incident;

pub fn cases() -> Vec<Case> {
    let mut case = Case::new(
        "incident",
        1,
        "with a leaked key a user and a key are made and a role is assumed; what the trail logs is reduced, a digest \
         and logs are deleted, and logging is stopped and started again",
    );
    case.regions = vec![HOME, REGION];
    Incident::forge(&mut case.world);
    vec![case]
}
