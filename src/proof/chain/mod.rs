//! Linking: one chain's digests, newest first, become proven digests, findings and coverage (pure).
//!
//! The caller hands every object found under a digest's name to [`Walk::place`], newest first,
//! and asks for digests that links name and that listing did not show ([`Walk::overdue`]). The
//! walk holds what is open around the digest at hand, never the chain.

mod claims;
mod fork;
mod messages;
mod proven;
mod result;
mod settle;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::Digest as _;

use crate::base::sha256::Sha256;
use crate::base::text::quoted;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::digest::{Link, Unverified};
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::detail::{Detail, UnreadObject};
use crate::proof::digest_object::{Content, MetadataProblem, Reading};
use crate::proof::finding::{Code, Finding, OLDER_VERSION, Severity};
use crate::proof::judge::{JudgedDigest, OwnSignature, RecordedProof, judge};
use crate::proof::placement::{Placement, placement};
use crate::proof::reason::Reason;
use crate::proof::signature::{SignatureCheck, WrittenSignature, check};
use claims::{Claim, Claimer, Claims};
use messages::{
    container_altered, container_altered_too, keep_metadata, keys_hint, named_and_missing,
    not_a_digest,
};
use proven::Proving;
pub use result::{Anchor, Location, PlacedDigest, Tally, WalkScope, Walked};

/// The last proven digest met, next newer than the one at hand.
struct Newer {
    from: Timestamp,
    key: String,
    link: Option<(String, String)>,
}

/// An unproven or missing digest whose beginning is not known until the next older one is.
struct Open {
    end: Timestamp,
    /// The latest end of anything older that was met.
    older: Option<Timestamp>,
    finding: Finding,
    missing: bool,
    /// It lies in a bucket that cannot be looked into, and so may others beside it.
    elsewhere: Option<String>,
}

/// Time between two proven digests that no link joins.
struct Hole {
    time: Window,
    /// Minutes and seconds differ across it.
    restart: bool,
    /// Why what lay there cannot be told.
    blind: Option<Finding>,
    /// The keys of the proven digests on both sides.
    older: String,
    newer: String,
}

/// The state of a walk down one chain.
pub struct Walk<'a> {
    scope: WalkScope<'a>,
    claims: Claims,
    newer: Option<Newer>,
    open: Vec<Open>,
    /// A digest since the last proven one that is there and could not be read.
    unread: Option<Finding>,
    holes: Vec<Hole>,
    /// Buckets that proven digests in their places were written to.
    buckets: BTreeSet<String>,
    /// Backfill digests met, by key, with the hash of those that are proven: they are not linked in
    /// the order of their time.
    met: BTreeMap<String, Option<Sha256>>,
    /// Places of digests counted as valid first and otherwise later.
    reclassified: BTreeSet<(String, String)>,
    by_successor: BTreeMap<Reason, (u64, Window)>,
    walked: Walked,
    evidence: sha2::Sha256,
}

impl<'a> Walk<'a> {
    /// A walk that has not begun.
    pub fn new(scope: WalkScope<'a>) -> Self {
        Walk {
            scope,
            claims: Claims::default(),
            newer: None,
            open: Vec::new(),
            unread: None,
            holes: Vec::new(),
            buckets: BTreeSet::new(),
            met: BTreeMap::new(),
            reclassified: BTreeSet::new(),
            by_successor: BTreeMap::new(),
            walked: Walked::default(),
            evidence: sha2::Sha256::new(),
        }
    }

    /// Places that links name and that no digest ending after `next` turned out to be: they have
    /// to be looked for by name. `None` asks for all that remain.
    pub fn overdue(&mut self, next: Option<Timestamp>) -> Option<(String, String, Timestamp)> {
        self.claims.latest(next)
    }

    /// Findings made so far.
    pub fn drain_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.walked.findings)
    }

    /// Whether a proven digest of this chain, in its place, was written to a bucket, as far as the
    /// walk has come.
    pub fn knows_bucket(&self, bucket: &str) -> bool {
        self.buckets.contains(bucket)
    }

    fn meets(&self, interval: Window) -> bool {
        let from = self.scope.from.unwrap_or(Timestamp::MIN);
        // Written out, for an interval may be empty.
        interval.to > from && interval.from < self.scope.to
    }

    fn report(&mut self, finding: Finding) {
        let finding = finding.of(&self.scope.chain);
        self.walked.findings.push(finding);
    }

    fn colour(&mut self, severity: Severity, time: Window) {
        self.walked.paint.colour(severity, time);
    }

    /// The data begin at `at`, or earlier as is known already.
    fn begins(&mut self, at: Timestamp) {
        self.walked.begins = Some(self.walked.begins.map_or(at, |begins| begins.min(at)));
    }

    /// The hash that a proven successor recorded for the place of an object.
    pub fn expected(&self, reading: &Reading) -> Option<Sha256> {
        self.claims.expected(reading.name.end, &reading.recorded)
    }

    /// Takes one object read under a digest's name; newest first. `proven` is the hash of the digest
    /// of this name where that is proven at its recorded place and this object lies elsewhere.
    pub fn place(&mut self, reading: Reading, proven: Option<Sha256>) -> PlacedDigest {
        let Reading {
            bucket,
            key,
            name,
            recorded,
            content,
            own,
            facts,
            generated,
            signed: signed_at,
            metadata_trouble,
        } = reading;
        let end = name.end;
        let about = |finding: Finding| Finding {
            object: facts.clone(),
            ..finding.at(bucket.as_deref(), &key)
        };
        if let Some(proven) = proven {
            let same =
                matches!(&content, Content::Digest { digest, .. } if digest.sha256() == proven);
            let message = if same {
                "a copy of a digest that is proven at its recorded place; nothing hangs on it"
            } else {
                "another object under the name of a digest that is proven at its recorded place; nothing \
                 hangs on it"
            };
            let inside = self.meets(hour_before(end));
            let finding = about(Finding::new(Code::DigestRelocated, message));
            let finding = finding.severity(Severity::Note).over(hour_before(end));
            if inside {
                self.report(finding.clone());
            }
            return PlacedDigest {
                proven: None,
                beyond: None,
                proof: None,
                finding: Some(finding),
                passed_over: 0,
                stands: false,
                inside,
            };
        }
        self.arrive(end);
        let (digest, whole) = match content {
            Content::Digest { digest, whole } => (*digest, whole),
            Content::Other(other) => {
                let mut claims = self.claims.take_recorded(end, &recorded);
                self.check_fork(&claims);
                claims.extend(self.claims.met_before(end, &recorded, &claims));
                self.claims.remember(end, &claims);
                let finding = about(not_a_digest(other, &claims));
                return self.open(end, finding, &own, &key);
            }
        };
        let (signed_bucket, signed_key) = digest.claimed_place_unverified();
        let signed = (signed_bucket.to_owned(), signed_key.to_owned());
        let mut claims = self.claims.take(end, &signed.0, &signed.1);
        claims.extend(self.claims.take_recorded(end, &recorded));
        self.check_fork(&claims);
        claims.extend(self.claims.met_before(end, &recorded, &claims));
        self.claims.remember(end, &claims);
        let named = claims.iter().any(|c| {
            c.by.proven && c.by.in_place && c.link.bucket == signed.0 && c.link.key == signed.1
        });
        let placement = placement(&digest, &name, &key, &recorded, named);
        let records = self.records(&digest, &own, &claims, signed_at);
        let carried = digest.claimed_previous_unverified().cloned();
        match judge(digest, &own, &records) {
            JudgedDigest::Unproven(finding) => {
                let finding = match finding.code {
                    Code::DigestSignatureAbsent => {
                        let hint = match metadata_trouble {
                            Some(MetadataProblem::Unsigned) => OLDER_VERSION.into(),
                            _ => keep_metadata(&signed.0, &signed.1, &key),
                        };
                        match metadata_trouble {
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
                let finding = match placement {
                    Placement::Other(why) if finding.severity != Severity::Failed => why,
                    _ if !whole => container_altered_too(finding),
                    _ => finding,
                };
                if let Some(link) = carried {
                    self.claim(
                        link,
                        Claimer {
                            bucket: signed.0,
                            key: signed.1,
                            interval: hour_before(end),
                            proven: false,
                            in_place: false,
                            valid: false,
                        },
                    );
                }
                self.open(end, about(finding), &own, &key)
            }
            JudgedDigest::Proven {
                digest,
                finding,
                by_successor,
                keys,
            } => {
                if let Placement::Other(why) = placement {
                    return self.open(end, about(why), &own, &key);
                }
                let relocated = matches!(placement, Placement::Relocated(_));
                let mut found: Vec<Finding> = finding.into_iter().collect();
                if let Placement::Relocated(why) = placement {
                    found.push(why);
                }
                if !whole {
                    found.push(container_altered());
                }
                let found: Vec<Finding> = found.into_iter().map(about).collect();
                self.proven(Proving {
                    digest,
                    found,
                    by_successor,
                    keys,
                    own: &own,
                    claims: &claims,
                    relocated,
                    generated,
                })
            }
        }
    }

    /// What successors recorded of a digest, with their signatures checked over its bytes.
    fn records<'c>(
        &self,
        digest: &Unverified,
        own: &OwnSignature,
        claims: &'c [Claim],
        signed: (Timestamp, Timestamp),
    ) -> Vec<RecordedProof<'c>> {
        let region = &self.scope.chain.region;
        let signature = |link: &Link| match own {
            // The same signature need not be checked twice, unless what stands beside it kept it
            // from being checked.
            OwnSignature::Present(
                hex,
                checked @ (SignatureCheck::Valid(_) | SignatureCheck::Invalid),
            ) if hex.eq_ignore_ascii_case(&link.signature) => checked.clone(),
            _ => {
                let written = WrittenSignature {
                    hex: &link.signature,
                    algorithm: None,
                };
                check(digest, written, region, self.scope.keys, signed)
            }
        };
        let record = |claim: &'c Claim| RecordedProof {
            link: &claim.link,
            by_proven: claim.by.proven,
            signature: signature(&claim.link),
        };
        claims.iter().map(record).collect()
    }

    /// Says that a place named by a link could not be read: `reason` and `detail` as of the source,
    /// or `None` where it is not there.
    pub fn absent(
        &mut self,
        place: (&str, &str),
        end: Timestamp,
        trouble: Option<(Reason, String)>,
    ) {
        let claims = self.claims.take(end, place.0, place.1);
        self.check_fork(&claims);
        let Some(claim) = claims.iter().find(|c| c.by.proven) else {
            return;
        };
        let in_place = claims.iter().any(|c| c.by.proven && c.by.in_place);
        let (finding, elsewhere) = match trouble {
            None if in_place => (named_and_missing(), false),
            None => (
                Finding::new(
                    Code::DigestUnreadable,
                    "a digest that its successor names is not in this copy, whose digests lie \
                     elsewhere than they were written to",
                )
                .reason(Reason::Elsewhere),
                true,
            ),
            Some((reason, detail)) => (
                Finding::detailed(Detail::Unread {
                    object: UnreadObject::LinkedDigest,
                    answer: detail.into(),
                })
                .reason(reason),
                reason == Reason::Elsewhere,
            ),
        };
        let mut finding = finding.at(Some(place.0), place.1);
        finding.digest = Some(claim.by.key.clone());
        finding.expected = claim.link.sha256.map(|hash| hash.to_string());
        if elsewhere {
            finding.hint = Some(if in_place {
                let path = quoted(&format!("{}=DIR", place.0));
                format!("give the copy of bucket {} too: --path {path}", place.0)
            } else {
                "first give the --map that is told for the digests found elsewhere".into()
            });
        }
        let missing = finding.code == Code::DigestMissing;
        let elsewhere = elsewhere.then(|| place.0.to_owned());
        self.open.push(Open {
            end,
            older: None,
            finding,
            missing,
            elsewhere,
        });
    }

    fn claim(&mut self, link: Link, by: Claimer) {
        let named = DigestObjectKey::parse(&link.key).map(|k| k.name);
        let sensible = named.as_ref().is_some_and(|n| {
            n.chain == self.scope.chain
                && n.backfill == self.scope.backfill
                && (n.end < by.interval.to || (n.backfill && link.key != by.key))
        });
        let inside = self.meets(by.interval);
        let mismatch = match (named, self.met.get(&link.key)) {
            (Some(_), Some(met)) if sensible => (met
                .is_some_and(|m| link.sha256.is_some_and(|h| h != m)))
            .then_some("the backfill digest that this one names is not the one that is there"),
            (Some(name), None) if sensible => {
                // What is not proven only carries a signature, and digests are hourly: a link
                // further back is not worth keeping.
                if by.proven || name.end >= shift(by.interval.to, -2 * HOUR) {
                    self.claims.push(
                        name.end,
                        Claim {
                            link: link.clone(),
                            by: by.clone(),
                        },
                    );
                }
                None
            }
            _ => Some("the predecessor this digest names is not an earlier digest of its chain"),
        };
        if let Some(message) = mismatch.filter(|_| by.proven && inside) {
            let finding = Finding::new(Code::ChainLinkMismatch, message)
                .at(Some(&by.bucket), &by.key)
                .over(by.interval);
            self.colour(Severity::Failed, by.interval);
            self.no_longer_valid(&by, Severity::Failed);
            self.report(Finding {
                actual: Some(link.key),
                ..finding
            });
        }
    }

    fn witness(&mut self, what: &str, key: &str, sha256: Option<Sha256>, own: &OwnSignature) {
        let signature = match own {
            OwnSignature::Present(hex, _) => hex.as_str(),
            OwnSignature::Absent => "-",
        };
        let sha256 = sha256.map_or_else(|| "-".into(), |h| h.to_string());
        self.evidence
            .update(format!("{what} {key} {sha256} {signature}\n"));
    }

    fn open(
        &mut self,
        end: Timestamp,
        finding: Finding,
        own: &OwnSignature,
        key: &str,
    ) -> PlacedDigest {
        let told = Some(finding.clone());
        if self.meets(hour_before(end)) {
            self.witness(finding.code.as_str(), key, None, own);
        }
        if self.scope.backfill {
            self.met.entry(key.to_owned()).or_insert(None);
        }
        if finding.severity == Severity::Unproven {
            self.unread.get_or_insert_with(|| finding.clone());
        }
        self.open.push(Open {
            end,
            older: None,
            finding,
            missing: false,
            elsewhere: None,
        });
        PlacedDigest {
            proven: None,
            beyond: None,
            proof: None,
            finding: told,
            passed_over: 0,
            stands: false,
            inside: self.meets(hour_before(end)),
        }
    }
}

fn hour_before(end: Timestamp) -> Window {
    Window {
        from: shift(end, -HOUR),
        to: end,
    }
}
