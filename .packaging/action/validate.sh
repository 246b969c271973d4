#!/usr/bin/env bash
# Runs trailproof validate with the arguments in ARGS, one per line. The report goes to the log, to the summary of
# the job and to a file. The step ends with the exit status of trailproof.
set -uo pipefail

# GitHub takes no summary above 1 MiB.
largest=1000000
folder=$(mktemp -d "$RUNNER_TEMP/trailproof-report.XXXXXX")
arguments=()
while IFS= read -r line; do
  # Blanks around an argument come from the layout of the workflow.
  line=${line#"${line%%[![:space:]]*}"}
  line=${line%"${line##*[![:space:]]}"}
  [ -z "$line" ] || arguments+=("$line")
done <<<"$ARGS"

# A line of the report that begins with :: must be no command to the runner.
token=$(od --address-radix n --format x8 --read-bytes 16 /dev/urandom | tr --delete ' ')
echo "::stop-commands::$token"
trailproof validate --format text --format json --out "$folder/report.json" \
  --format markdown --out "$folder/report.md" "${arguments[@]}"
status=$?
echo "::$token::"

verdict=none
report=
if [ -s "$folder/report.json" ]; then
  report=$folder/report.json
  verdict=$(sed -n 's/^  "verdict": "\([a-z]*\)",$/\1/p' "$report")
  if [ "$(stat --format %s "$folder/report.md")" -le "$largest" ]; then
    cat "$folder/report.md" >>"$GITHUB_STEP_SUMMARY"
  else
    head --bytes "$largest" "$folder/report.md" | sed '$d' >>"$GITHUB_STEP_SUMMARY"
    printf '\n**The report is longer than a summary may be. The rest is in the JSON report.**\n' >>"$GITHUB_STEP_SUMMARY"
  fi
fi
# Without a report nothing was checked, as with --help.
if [ -z "$report" ] && [ "$status" -eq 0 ]; then
  echo "::error::no report was made" >&2
  status=2
fi
{
  echo "verdict=$verdict"
  echo "exit-status=$status"
  echo "report=$report"
} >>"$GITHUB_OUTPUT"
exit "$status"
