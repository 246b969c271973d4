//! The bounds on hostile input, number by number: a change of one is a decision.

use trailproof::base::limits::Limits;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

#[test]
fn each_bound_in_bytes_is_what_its_comment_says() {
    let limits = Limits::default();
    for (bound, expected) in [
        (limits.digest_inflated, 256 * MIB),
        (limits.log_inflated, 4 * GIB),
        (limits.unproven_text, 256 * MIB),
        (limits.head_json, 64 * KIB),
        (limits.side_file, 16 * MIB),
        (limits.note, 64 * KIB),
        (limits.rule_file, 4 * MIB),
        (limits.rule_patterns, 256 * MIB),
        (limits.saved_report, GIB),
        (limits.state, 64 * MIB),
        (limits.plan, 256 * MIB),
        (limits.names_spooled, 16 * GIB),
        (limits.ahead_bytes, 4 * MIB),
        (limits.archive_inflated, 256 * GIB),
        (limits.unnamed_inflated, GIB),
        (limits.manifest_line as u64, 64 * KIB),
        (limits.bundle_answer, 256 * MIB),
        (limits.part_answer, 256 * MIB),
        (limits.inventory_manifest, 64 * MIB),
        (limits.inventory_file, 64 * GIB),
        (limits.inventory_spooled, 512 * GIB),
    ] {
        assert_eq!(bound, expected, "{limits:#?}");
    }
}

#[test]
fn each_bound_on_a_number_is_what_its_comment_says() {
    let limits = Limits::default();
    for (bound, expected) in [
        (limits.rule_files, 20_000),
        (limits.rules, 5_000),
        (limits.findings_per_code, 10_000),
        (limits.findings, 100_000),
        (limits.names_at_once, 50_000),
        (limits.events, 50_000),
        (limits.unreferenced_logs, 100_000),
        (limits.bundle_differences, 20_000),
    ] {
        assert_eq!(bound, expected, "{limits:#?}");
    }
    assert_eq!(limits.explaining_records, MIB);
}
