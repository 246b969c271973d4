//! Chains whose digests list logs that do not exist.

use crate::support::case::{Case, hour, spec};
use crate::support::forge::{Chain, World, ts};

/// Makes a chain's next digest list logs that do not exist.
pub fn list_missing_logs(chain: &mut Chain, world: &mut World, logs: usize) {
    let account = chain.spec.account.clone();
    let end = chain.end();
    chain.append_custom(world, |fields| {
        let named = fields.log_files_mut();
        let like = named.first().expect("a log").clone();
        for log in 0..logs {
            let mut entry = like.clone();
            let fields = entry.as_object_mut().expect("an entry");
            let key = format!("AWSLogs/gone/{account}/{}/{log}.json.gz", end.as_second());
            fields.set("s3Object", key.as_str());
            named.push(entry);
        }
    });
}

/// A chain of its own account, with one digest that lists logs that do not exist.
pub fn chain_with_missing_logs(case: &mut Case, account: usize, logs: usize) {
    let spec = spec().account(&format!("{account:012}"));
    let mut chain = Chain::new(spec);
    chain.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut case.world, hour(1));
    list_missing_logs(&mut chain, &mut case.world, logs);
}
