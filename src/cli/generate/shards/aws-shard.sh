set -eu
cd /tmp
aws s3 cp --only-show-errors "$FILES/plan.jsonl" plan.jsonl
{%- if has_files %}
aws s3 cp --only-show-errors --recursive "$FILES/files/" /etc/trailproof/
{%- endif %}
trailproof shard run --plan=plan.jsonl --out=parts/ ${SHARD:+--shard=$SHARD}{{ flags }}
aws s3 cp --only-show-errors --recursive parts/ "$FILES/parts/"
