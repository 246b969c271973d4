//! The terms of the report, each in one sentence.

/// Each term with its meaning, in alphabetical order.
pub(super) const TERMS: &[(&str, &str)] = &[
    (
        "Actor",
        "The user, role or service that made a recorded call.",
    ),
    (
        "Backfill digest",
        "A digest that CloudTrail writes later for logs that it delivered late; it covers no time of its own.",
    ),
    (
        "Chain",
        "The digests of one account, region, home region and trail, each of which refers to the one before it.",
    ),
    (
        "Coverage",
        "The state of every instant of the window: verified, pending, gap, unproven or failed.",
    ),
    (
        "Delegated administrator",
        "A member account that an organization permits to manage its trails.",
    ),
    (
        "Digest",
        "A file that CloudTrail signs and writes every hour for each account and region: it lists the logs \
         delivered in that hour with their SHA-256, and refers to the digest before it.",
    ),
    (
        "Evidence hash",
        "One SHA-256 over all digests and logs of a chain and the result of each check: equal evidence gives an \
         equal hash.",
    ),
    (
        "Fingerprint",
        "The MD5 of a public key, by which a digest says which key it was signed with.",
    ),
    (
        "Found",
        "Read at the place where the object is now, which may be a copy.",
    ),
    ("Gap", "Time in the window that no digest covers."),
    (
        "Home region",
        "The region that a trail was created in, and from which it is changed.",
    ),
    (
        "Log",
        "A file of events that CloudTrail delivers, in JSON, compressed with gzip.",
    ),
    (
        "Organization trail",
        "A trail of an AWS organization, which records the events of all its accounts.",
    ),
    (
        "Pending",
        "Time so recent that its digests may not be delivered yet.",
    ),
    (
        "Proven",
        "Shown to be as CloudTrail delivered it, by a valid signature of CloudTrail or by what a proven digest \
         says of it.",
    ),
    (
        "Recorded",
        "Written down by CloudTrail in a digest or a log, as the place of an object or a call.",
    ),
    (
        "Restart",
        "A digest in the window that refers to no digest before it: CloudTrail began anew.",
    ),
    (
        "Segment",
        "A part of a chain without a restart: each of its digests refers to the one before it.",
    ),
    (
        "Starting digest",
        "The first digest of a segment: it proves the logs that it lists, and nothing else of its hour.",
    ),
    (
        "Window",
        "The time that was checked, given or taken from the data.",
    ),
];
