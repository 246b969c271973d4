//! Turns a comparison into its frozen report type.

use super::comparison::{ComparedRegion, HistoryComparison};
use crate::report::validation::v1::{Lookup, LookupRegion, LookupSkipped};

/// The report of a comparison.
pub(in crate::validate) fn report(compared: &HistoryComparison) -> Lookup {
    let regions = compared.regions.iter();
    let regions: Vec<LookupRegion> = regions
        .map(|(name, compared)| region(name.to_string(), compared))
        .collect();
    let skipped = compared
        .regions
        .values()
        .flat_map(|r| r.not_compared.values());
    Lookup {
        account: compared.account.as_ref().map(ToString::to_string),
        from: compared.time.from,
        to: compared.time.to,
        complete: compared.is_complete(),
        held: regions.iter().map(|region| region.held).sum(),
        not_in_logs: regions.iter().map(|region| region.not_in_logs).sum(),
        not_compared: skipped.sum(),
        regions,
    }
}

fn region(name: String, compared: &ComparedRegion) -> LookupRegion {
    let skipped = compared.not_compared.iter();
    LookupRegion {
        region: name,
        held: compared.held,
        not_in_logs: compared.missing,
        not_compared: skipped
            .map(|(why, count)| LookupSkipped {
                reason: why.as_str().into(),
                count: *count,
            })
            .collect(),
        ended_by: compared.ended.as_ref().map(|(error, _)| error.detail()),
    }
}
