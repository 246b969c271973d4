#!/bin/sh
# A job array of Slurm that runs the shards of a plan, and a job after it that merges their parts into one report.
#
# Made by trailproof {{ version }}:
#   {{ command }}
#
{% include "numbers.txt" %}
#
# To run it:
# 1. Install this version of the program on every node, or in a folder that all nodes see, and put it into PATH.
# 2. Every node must see the plan, and the folder beside it where the parts get together, under these names:
#    {{ plan_path }}
#    {{ folder }}
{%- if let Some(policy) = policy %}
# 3. Let the nodes sign in to AWS: with a role of the machines, or with AWS_PROFILE and a file of credentials that all
#    nodes see. The jobs get the environment of this shell. This is the least policy. Where objects are encrypted with
#    a KMS key, the policy of that key must allow kms:Decrypt too:
{%- for line in policy.lines() %}
#    | {{ line }}
{%- endfor %}
{%- else %}
# 3. No credentials are needed.
{%- endif %}
# 4. Submit both jobs: sh shards.sh
#    It prints their numbers. Then: squeue, or sacct --jobs NUMBER
# 5. Read the report in that folder: report.txt and report.json. Its folder output has what the jobs said.
# To run only some shards again, and merge again: sh shards.sh 3,17
#
{% include "exits.txt" -%}
{%- if needs_long_array %}
#
# Slurm takes job arrays up to MaxArraySize, which is 1001 by default, and this one needs {{ plan.shards }}. See
# scontrol show config | grep MaxArraySize
{%- endif %}
set -eu

plan={{ plan_quoted }}
folder={{ folder_quoted }}
export plan folder
mkdir -p "$folder/parts" "$folder/output"

# Slurm replaces what follows a % in the name of a file, unless it is doubled.
output=$(printf '%s' "$folder" | sed 's/%/%%/g')/output

shards=$(sbatch --parsable --export=ALL --job-name=shards-{{ plan.id }} --array="${1:-0-{{ plan.last }}}%{{ plan.at_once }}" \
  --requeue --cpus-per-task=2 --mem=1G --time={{ plan.timeout_minutes }} --output="$output/shard-%a.txt" <<'SHARD'
#!/bin/sh
# Each task gets its number as SLURM_ARRAY_TASK_ID. Slurm repeats it if the node fails, and this loop if it fails.
for seconds in 10 60 300 0; do
  status=0
  trailproof shard run --plan="$plan" --out="$folder/parts/"{{ flags }} || status=$?
  case $status in 0|130) exit "$status" ;; esac
  sleep "$seconds"
done
exit "$status"
SHARD
)
shards=${shards%%;*}

# It runs whether or not all shards succeeded.
merge=$(sbatch --parsable --export=ALL --job-name=merge-{{ plan.id }} --dependency="afterany:$shards" \
  --cpus-per-task=2 --mem=1G --time={{ plan.merge_timeout_minutes }} --output="$output/merge.txt" <<'MERGE'
#!/bin/sh
exec trailproof shard merge --plan="$plan" --format=text --out="$folder/report.txt" \
  --format=json --out="$folder/report.json" "$folder/parts"
MERGE
)
echo "job $shards runs the shards, and job ${merge%%;*} merges them"
