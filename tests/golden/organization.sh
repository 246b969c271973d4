#!/bin/sh
# The commands that findings of a trailproof report call for.
# They only read from AWS.
# FAILED: 1 digest is missing, in 1 of 13 chains
# Report generated 2026-03-03T00:00:02Z, by trailproof 0.1.0.
# evidence_sha256: 9c3d2b7a5851bb57221c1dd91504f0fbfea34c3bff2d23782069185cec4c0d52
# tool: trailproof
# version: 0.1.0
# command: trailproof validate --path org-logs --keys keys
# source: disk
# scope: org-logs
# start: 2026-03-01T00:07:21Z
# end: 2026-03-02T12:07:21Z
# as_of: 2026-03-03T00:00:00Z
# started: 2026-03-03T00:00:00Z
# finished: 2026-03-03T00:00:02.5Z
# Then validate again.

set -u
CDPATH='' cd -- "${1:-.}" || exit 2
failed=0

run() {
    "$@" || failed=1
}

fetch() {
    file=$1
    shift
    if [ -s "$file" ]; then
        printf '%s\n' "not saved, because it exists: $file" >&2
        failed=1
    elif ! "$@" "$file"; then
        rm -f "$file"
        failed=1
    fi
}

save() {
    file=$1
    shift
    if [ -s "$file" ]; then
        printf '%s\n' "not saved, because it exists: $file" >&2
        failed=1
    elif output=$("$@"); then
        printf '%s\n' "$output" > "$file" || failed=1
    else
        failed=1
    fi
}

# log-unreferenced: list versions and delete markers
run aws s3api list-object-versions --output json --bucket org-logs --prefix audit/AWSLogs/o-a1b2c3d4e5/111111111111/CloudTrail/us-east-1/2026/03/01/111111111111_CloudTrail_us-east-1_20260301T0520Z_Injected00000001.json.gz

# digest-missing: list versions and delete markers
run aws s3api list-object-versions --output json --bucket org-logs --prefix audit/AWSLogs/o-a1b2c3d4e5/222222222222/CloudTrail-Digest/eu-west-1/2026/03/01/

exit "$failed"
