#!/bin/sh
# The commands that findings of a trailproof report call for.
# They only read from AWS.
# They write files below the current folder, and overwrite none that has content.
# FAILED: 1 log was altered; 1 log is missing, in 1 of 5 chains; 9,465 of 9,498 logs read (--logs 5% --seed 9f86d081884c7d65)
# Report generated 2026-03-08T00:09:02Z, by trailproof 0.1.0.
# evidence_sha256: d2cea1b7684f2c0fc5f87853404b2d7dd3dd57b73eae34bb3fea6e0fd1fc4fef
# tool: trailproof
# version: 0.1.0
# command: trailproof validate --s3-bucket my-logs --start-time 2026-03-01T00:07:21Z --logs '5%' --format json
# caller: arn:aws:sts::111111111111:assumed-role/Auditor/alice
# source: s3
# scope: arn:aws:cloudtrail:us-east-1:111111111111:trail/main my-logs prefix=audit organization=o-a1b2c3d4e5 account=111111111111,222222222222,333333333333
# start: 2026-03-01T00:07:21Z
# end: 2026-03-08T00:07:21Z
# as_of: 2026-03-08T00:07:21Z
# started: 2026-03-08T00:07:21.004Z
# finished: 2026-03-08T00:09:02.5Z
# Run it in the folder given with --path, or give that folder as its argument.
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

# key-unknown: save the public keys of this region and time, then give the file with --keys
save us-east-1.json aws cloudtrail list-public-keys --output json --region us-east-1 --start-time 2026-03-07T19:07:21Z --end-time 2026-03-08T22:07:21Z

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T030721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T030721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T040721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T040721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T050721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T050721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T060721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T060721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T070721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T070721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T080721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T080721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T090721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T090721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T100721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T100721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T110721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T110721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T120721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T120721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T130721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T130721Z.json.gz

# digest-signature-absent: save the digest's metadata, which holds its signature, beside its copy
save AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T140721Z.json.gz.head.json aws s3api head-object --output json --bucket my-logs --key AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/06/111111111111_CloudTrail-Digest_eu-west-1_main_us-east-1_20260306T140721Z.json.gz

# log-missing: list versions and delete markers
run aws s3api list-object-versions --output json --bucket my-logs --prefix AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/02/

# log-modified: list versions and delete markers
run aws s3api list-object-versions --output json --bucket my-logs --prefix AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/02/111111111111_CloudTrail_eu-west-1_20260302T0430Z_Zy8xWv6uTs4rQp2o.json.gz

exit "$failed"
