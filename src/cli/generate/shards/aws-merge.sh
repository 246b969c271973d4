set -u
cd /tmp && mkdir -p parts
aws s3 cp --only-show-errors "$FILES/plan.jsonl" plan.jsonl || exit 2
aws s3 cp --only-show-errors --recursive "$FILES/parts/" parts/ || exit 2
{%- if has_files %}
aws s3 cp --only-show-errors --recursive "$FILES/files/" /etc/trailproof/ || exit 2
{%- endif %}
status=0
trailproof shard merge --plan=plan.jsonl --format=text --format=json --out=report.json parts/ || status=$?
test ! -e report.json || aws s3 cp --only-show-errors report.json "$FILES/report.json" || exit 2
exit "$status"
