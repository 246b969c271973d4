//! One object under a digest's name is judged: proven, not proven, or not a digest at all.

use jiff::Timestamp;

use super::claims::{Claim, Claimer};
use super::messages::{
    container_altered, container_altered_too, keep_metadata, keys_hint, not_a_digest,
    original_missing,
};
use super::open::OpenDigest;
use super::proven::Proving;
use super::{PlacedDigest, Walk, hour_before};
use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::{Link, Unverified};
use crate::cloudtrail::object_key::DigestName;
use crate::proof::digest_object::{Content, MetadataProblem, NotDigest, Reading};
use crate::proof::finding::{Code, Finding, Hint, ObjectFacts, Original, Severity};
use crate::proof::judge::{JudgedDigest, OwnSignature, RecordedProof, judge};
use crate::proof::placement::{Placement, RecordedPlace, placement};
use crate::proof::signature::{SignatureCheck, WrittenSignature, check};

/// A [`Reading`] without its content.
struct Found {
    bucket: Option<String>,
    key: String,
    name: DigestName,
    recorded: Vec<RecordedPlace>,
    own: OwnSignature,
    facts: ObjectFacts,
    generated: Option<Timestamp>,
    signed: (Timestamp, Timestamp),
    metadata_trouble: Option<MetadataProblem>,
    without_original: bool,
    /// The hash that a proven successor recorded.
    by_successor: Option<Sha256>,
}

impl Found {
    fn split(reading: Reading) -> (Found, Content) {
        let found = Found {
            bucket: reading.bucket,
            key: reading.key,
            name: reading.name,
            recorded: reading.recorded,
            own: reading.own,
            facts: reading.facts,
            generated: reading.generated,
            signed: reading.signed,
            metadata_trouble: reading.metadata_trouble,
            without_original: reading.without_original,
            by_successor: None,
        };
        (found, reading.content)
    }

    /// Keeps the hash that a proven successor recorded.
    fn keep_recorded(&mut self, claims: &[Claim]) {
        let mut proven = claims.iter().filter(|claim| claim.by.proven);
        self.by_successor = proven.find_map(|claim| claim.link.sha256);
    }

    /// Adds by what the original is known among the versions of the object.
    fn with_original(&self, finding: Finding) -> Finding {
        finding.original(Original::Digest(self.by_successor))
    }

    /// Makes a finding one about this object.
    fn about(&self, finding: Finding) -> Finding {
        let finding = self.with_original(finding);
        Finding {
            object: self.facts.clone(),
            ..finding.at(self.bucket.as_deref(), &self.key)
        }
    }
}

impl Walk<'_> {
    /// Judges one object read under a digest's name. Objects are handed in newest first. `proven` is
    /// the hash of the digest of this name that is proven at its recorded place, if this object is
    /// elsewhere.
    pub fn place(&mut self, reading: Reading, proven: Option<Sha256>) -> PlacedDigest {
        let (mut found, content) = Found::split(reading);
        self.walked.fits_keys |= matches!(
            found.own,
            OwnSignature::Present(_, SignatureCheck::Valid(_) | SignatureCheck::Invalid)
        );
        if let Some(proven) = proven {
            return self.place_copy(&found, &content, proven);
        }
        let is_read = !matches!(content, Content::Other(NotDigest::Unread { .. }));
        self.bound_open(found.name.end, is_read);
        match content {
            Content::Digest { digest, whole } => self.place_digest(&mut found, *digest, whole),
            Content::Other(other) => self.place_other(&mut found, other),
        }
    }

    /// A digest: judged by its own signature and by the claims on its place.
    fn place_digest(&mut self, found: &mut Found, digest: Unverified, whole: bool) -> PlacedDigest {
        let (bucket, key) = digest.claimed_place_unverified();
        let signed = (bucket.to_owned(), key.to_owned());
        let mut claims = self.claims.take(found.name.end, &signed.0, &signed.1);
        claims.extend(self.claims.take_recorded(found.name.end, &found.recorded));
        let claims = self.with_earlier(found, claims);
        found.keep_recorded(&claims);
        let linked = claims.iter().any(|c| {
            c.by.proven && c.by.in_place && c.link.bucket == signed.0 && c.link.key == signed.1
        });
        let placement = placement(&digest, &found.name, &found.key, &found.recorded, linked);
        let records = self.records(&digest, found, &claims);
        let carried = digest.claimed_previous_unverified().cloned();
        match judge(digest, &found.own, &records) {
            JudgedDigest::Unproven(digest, finding) => {
                let in_place = matches!(placement, Placement::InPlace);
                let was_written = claims.iter().any(|c| c.by.proven);
                let finding = match found.without_original && was_written {
                    true => found.with_original(original_missing(&signed)),
                    false => self.unproven(found, finding, &signed, placement, whole),
                };
                if let Some(link) = carried {
                    let interval = hour_before(found.name.end);
                    self.claim(link, Claimer::unproven(signed, interval));
                }
                let claimed = in_place && finding.severity == Severity::Unproven;
                PlacedDigest {
                    claimed: claimed.then_some(digest),
                    ..self.open_digest(found, finding)
                }
            }
            JudgedDigest::Proven {
                digest,
                finding,
                by_successor,
                keys,
            } => {
                let relocation = match placement {
                    Placement::InPlace => None,
                    Placement::Relocated(why) => Some(why),
                    Placement::Other(why) => return self.open_digest(found, why),
                };
                let relocated = relocation.is_some();
                let container = (!whole).then(container_altered);
                let findings = finding.into_iter().chain(relocation).chain(container);
                let missing = found.without_original.then(|| original_missing(&signed));
                let missing = missing.map(|finding| found.with_original(finding));
                self.proven(Proving {
                    digest,
                    findings: findings.map(|f| found.about(f)).chain(missing).collect(),
                    by_successor,
                    keys,
                    own: &found.own,
                    claims: &claims,
                    relocated,
                    generated: found.generated,
                })
            }
        }
    }

    /// An object that is not a digest, in the place of one.
    fn place_other(&mut self, found: &mut Found, other: NotDigest) -> PlacedDigest {
        let claims = self.claims.take_recorded(found.name.end, &found.recorded);
        let claims = self.with_earlier(found, claims);
        found.keep_recorded(&claims);
        self.open_digest(found, not_a_digest(other, &claims))
    }

    /// An object beside a digest that is proven at its recorded place: a note, because nothing
    /// depends on it.
    fn place_copy(&mut self, found: &Found, content: &Content, proven: Sha256) -> PlacedDigest {
        let same = matches!(content, Content::Digest { digest, .. } if digest.sha256() == proven);
        let message = if same {
            "a second copy of a digest that is proven at its recorded place: it changes nothing"
        } else {
            "another object with the name of a digest that is proven at its recorded place: it changes nothing"
        };
        let time = hour_before(found.name.end);
        let finding = found.about(Finding::new(Code::DigestRelocated, message));
        let finding = finding.severity(Severity::Note).over(time);
        let inside = self.meets(time);
        if inside {
            self.report(finding.clone());
        }
        PlacedDigest::unproven(finding, inside)
    }

    /// The claims on the places of an object, with those that another object in its place took
    /// before.
    fn with_earlier(&mut self, found: &Found, mut claims: Vec<Claim>) -> Vec<Claim> {
        let end = found.name.end;
        self.check_fork(&claims);
        claims.extend(self.claims.met_before(end, &found.recorded, &claims));
        self.claims.remember(end, &claims);
        claims
    }

    /// The records of successors about a digest, with their signatures checked over its bytes.
    fn records<'c>(
        &self,
        digest: &Unverified,
        found: &Found,
        claims: &'c [Claim],
    ) -> Vec<RecordedProof<'c>> {
        let region = &self.scope.chain.region;
        let signature = |link: &Link| match &found.own {
            // The same signature is not checked twice, unless the algorithm in the metadata kept it from
            // being checked: a link carries no algorithm.
            OwnSignature::Present(
                hex,
                checked @ (SignatureCheck::Valid(_) | SignatureCheck::Invalid),
            ) if hex.eq_ignore_ascii_case(&link.signature) => checked.clone(),
            _ => {
                let written = WrittenSignature {
                    hex: &link.signature,
                    algorithm: None,
                };
                check(digest, written, region, self.scope.keys, found.signed)
            }
        };
        let record = |claim: &'c Claim| RecordedProof {
            link: &claim.link,
            by_proven: claim.by.proven,
            signature: signature(&claim.link),
        };
        claims.iter().map(record).collect()
    }

    /// The finding on a digest that nothing proves, with what to do about it.
    fn unproven(
        &self,
        found: &Found,
        finding: Finding,
        signed: &(String, String),
        placement: Placement,
        whole: bool,
    ) -> Finding {
        let finding = match finding.code {
            Code::DigestSignatureAbsent => {
                let hint = match found.metadata_trouble {
                    Some(MetadataProblem::Unsigned) => Hint::OlderVersion,
                    _ => keep_metadata(&signed.0, &signed.1, &found.key),
                };
                match found.metadata_trouble {
                    Some(problem) => Finding {
                        message: problem.message().into(),
                        detail: None,
                        ..finding
                    },
                    None => finding,
                }
                .hint(hint)
            }
            Code::KeyUnavailable | Code::KeyUnknown => {
                let hint = keys_hint(&finding, &self.scope.chain.region);
                finding.hint(hint)
            }
            _ => finding,
        };
        match placement {
            Placement::Other(why) if finding.severity != Severity::Failed => why,
            _ if !whole => container_altered_too(finding),
            _ => finding,
        }
    }

    /// Opens an object that is not a proven digest in its place.
    fn open_digest(&mut self, found: &Found, finding: Finding) -> PlacedDigest {
        let finding = match finding.code {
            // Of an original that is missing, there is nothing to say about the copy.
            Code::DigestMissing => finding,
            _ => found.about(finding),
        };
        let (end, key) = (found.name.end, &found.key);
        let inside = self.meets(hour_before(end));
        if inside {
            self.add_evidence(finding.code.as_str(), key, None, &found.own);
        }
        if self.scope.backfill {
            self.met.entry(key.clone()).or_insert(None);
        }
        if finding.severity == Severity::Unproven {
            self.keep_unread(end, &finding);
        }
        let placed = PlacedDigest::unproven(finding.clone(), inside);
        self.open.push(OpenDigest::present(end, finding));
        placed
    }
}

#[cfg(test)]
mod tests;
