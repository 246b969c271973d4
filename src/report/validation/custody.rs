//! What an auditor compares with another report and files with this one: the hash of the evidence, and who ran
//! which program on what, and when.

use super::v1::Chain;
use crate::base::sha256::Sha256;
use crate::base::text::escape;

/// The hash of the evidence of a report, over the evidence hashes of its chains. Two reports with the same hash
/// judged the same objects, with the same result for each.
///
/// It can be recomputed with jq and sha256sum, so each chain is one line of text. A saved report may have any text as
/// the id of a chain, and escapes keep that on its line.
pub(crate) fn evidence_sha256(chains: &[Box<Chain>]) -> Sha256 {
    let lines = chains.iter().map(|chain| {
        let organization = chain.organization.as_deref().unwrap_or("-");
        let (hash, id) = (escape(&chain.evidence_sha256), escape(&chain.id));
        format!("{hash} {id} {}\n", escape(organization))
    });
    Sha256::of(lines.collect::<String>().as_bytes())
}
