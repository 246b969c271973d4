#!/usr/bin/env python3
"""Compares `trailproof events` with what is used otherwise to read CloudTrail logs: jq over gunzip, a loop in
Python and DuckDB. They run in turns over the same copy on disk, each must give the same answer, and only
trailproof checks what it reads. `validate` of the same copy runs beside them. The first answers go to a file, and are
compared. The runs that are counted write to /dev/null: a file of a gigabyte costs the system as much as the reading."""

import argparse
import collections
import gzip
import hashlib
import json
import os
import subprocess
import sys
import venv

import measure

DUCKDB = "2.0.1"
NAME = "RunInstances"

PYTHON = """
import collections, glob, gzip, json, sys
task, bucket, name = sys.argv[1:]
counts = collections.Counter()
for path in sorted(glob.glob(bucket + "/AWSLogs/*/CloudTrail/**/*.json.gz", recursive=True)):
    with gzip.open(path) as file:
        for record in json.load(file)["Records"]:
            if task == "all" or task == "one" and record["eventName"] == name:
                sys.stdout.write(json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\\n")
            elif task == "count":
                counts[record["eventName"]] += 1
for name, count in sorted(counts.items()):
    print(count, name)
"""

# The columns are those that it finds by itself: that is faster than naming them. It gives records in no order, each
# as the member `r` of an object.
DUCK = """
import sys, duckdb
task, bucket, name = sys.argv[1:]
logs = bucket + "/AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz"
duckdb.sql("SET preserve_insertion_order = false; SET enable_progress_bar = false")
records = f"(SELECT unnest(Records) AS r FROM read_json('{logs}'))"
event = "r.eventName"
if task == "count":
    rows = duckdb.sql(f"SELECT count(*), {event} FROM {records} GROUP BY 2 ORDER BY 2").fetchall()
    print("\\n".join(f"{count} {name}" for count, name in rows))
else:
    only = f" WHERE {event} = '{name}'" if task == "one" else ""
    duckdb.sql(f"COPY (SELECT r FROM {records}{only}) TO '/dev/stdout' (FORMAT json)")
"""

FIND = "find {bucket}/AWSLogs/*/CloudTrail -name '*.json.gz' -print0 | sort -z | xargs -0 gunzip -c"
JQ = {
    "all": FIND + " | jq -c '.Records[]'",
    "one": FIND + " | jq -c '.Records[] | select(.eventName == \"{name}\")'",
    "count": FIND + " | jq -r '.Records[].eventName' | LC_ALL=C sort | uniq -c",
}


def python_with_duckdb():
    """The Python of a virtual environment with DuckDB, made once."""
    folder = measure.TARGET / "tmp" / f"duckdb-{DUCKDB}" / "venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"duckdb=={DUCKDB}"], check=True)
    return python


def commands(program, duck, bucket, keys, task):
    """The command of each contestant for a task."""
    ours = [program, "events", "--path", bucket, "--s3-bucket", bucket.name, "--keys", keys]
    ours += {"all": [], "one": ["--event", NAME], "count": ["--count-by", "eventName", "--top", "1000", "--format", "csv"]}[task]
    jq = JQ[task].format(bucket=bucket, name=NAME)
    return {
        "trailproof": ours,
        "jq over gunzip": ["sh", "-c", jq],
        "Python": [sys.executable, "-c", PYTHON, task, bucket, NAME],
        "DuckDB": [duck, "-c", DUCK, task, bucket, NAME],
    }


def run_into(command, out):
    """One run with standard output in a file or a device."""
    script = " ".join(["exec", *map(quoted, command), ">", quoted(out)])
    run = measure.Run(["sh", "-c", script], measure.environment(PYTHONPATH=""))
    if run.status != 0:
        raise SystemExit(f"{command}: exit {run.status}: {run.err}")
    return run


def quoted(part):
    return "'" + str(part).replace("'", "'\\''") + "'"


def answer(task, path):
    """What a contestant answered, in a form that all must share."""
    if task == "count":
        counts = {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                words = line.replace('"', "").replace(",", " ").split()
                if len(words) == 2 and words[0].isdigit():
                    counts[words[1]] = int(words[0])
        return counts
    # The ids of all events, whatever the order and the spelling of the records.
    total, count = 0, 0
    with open(path, "rb") as lines:
        for line in lines:
            record = json.loads(line)
            event = record.get("r", record)["eventID"]
            total ^= int.from_bytes(hashlib.sha256(event.encode()).digest()[:16])
            count += 1
    return count, total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, in turns")
    parser.add_argument("--digests", type=int, default=400)
    parser.add_argument("--logs", type=int, default=20, help="logs of a digest")
    parser.add_argument("--records", type=int, default=106, help="records of a log")
    parser.add_argument("--only", choices=["all", "one", "count"], nargs="*", default=["all", "one", "count"])
    args = parser.parse_args()
    program, duck = measure.program(args.program), python_with_duckdb()
    tools = measure.build("corpus")
    spec = {"digests": args.digests, "logs": args.logs, "records": args.records}
    folder, facts = measure.corpus(tools["corpus"], "disk-{digests}-{logs}-{records}".format(**spec), **spec)
    bucket, keys = folder / facts["bucket"], folder / "keys"
    validate = [program, "validate", "--path", bucket, "--s3-bucket", bucket.name, "--keys", keys, "--format", "json"]
    out = measure.RESULTS / "events.out"
    rows, data = [], []
    for task in args.only:
        contestants = {"validate": validate, **commands(program, duck, bucket, keys, task)}
        taken = {name: [] for name in contestants}
        right = None
        # The first round is not counted: it finds the files, and its answers are compared.
        for turn in range(args.runs + 1):
            for name, command in contestants.items():
                run = run_into(command, os.devnull if turn > 0 else out)
                print(f"{task}, {name}: {run.seconds:.2f} s", file=sys.stderr)
                if turn > 0:
                    taken[name].append(run)
                elif name != "validate":
                    said = answer(task, out)
                    right = right or said
                    if said != right:
                        raise SystemExit(f"{task}: {name} answered {str(said)[:300]}, not {str(right)[:300]}")
        out.unlink(missing_ok=True)
        ours = measure.median(taken["trailproof"], "seconds")
        for name, runs in taken.items():
            seconds = measure.median(runs, "seconds")
            peak = max(run.peak_mib for run in runs)
            data.append({
                "task": task,
                "name": name,
                "seconds": seconds,
                "all_seconds": [run.seconds for run in runs],
                "times_trailproof": seconds / ours,
                "peak_mib": peak,
            })
            rows.append([task, name, len(runs), f"{seconds:.2f}", f"{seconds / ours:.2f}",
                         f"{facts['inflated'] / seconds / 1e6:.0f}", f"{peak:.0f}"])
    head = ["task", "program", "runs", "median, s", "times trailproof", "inflated MB/s", "peak, MiB"]
    text = measure.table(head, rows)
    text += f"\n\n{facts['logs']} logs, {facts['inflated'] / 1e6:.0f} MB inflated. One event: {NAME}."
    measure.publish("events", text, {"corpus": facts, "results": data})


if __name__ == "__main__":
    main()
