#!/usr/bin/env python3
"""Measures a validation that is shared out: two shards of a copy on disk in one process after another and in two at
the same time, their parts, and the merge, beside a single run. Each process works with one thread."""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import measure


def timed(run):
    begin = time.monotonic()
    run()
    return time.monotonic() - begin


def together(commands):
    """Runs commands at the same time."""
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    for process in running:
        if process.wait() != 0:
            raise SystemExit(f"a shard ended with {process.returncode}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--runs", type=int, default=5, help="runs of each, in turns")
    parser.add_argument("--digests", type=int, default=400)
    parser.add_argument("--logs", type=int, default=20, help="logs of a digest")
    parser.add_argument("--records", type=int, default=106, help="records of a log")
    args = parser.parse_args()
    program = measure.program(args.program)
    tools = measure.build("corpus")
    spec = {"digests": args.digests, "logs": args.logs, "records": args.records}
    name = "disk-{digests}-{logs}-{records}".format(**spec)
    folder, facts = measure.corpus(tools["corpus"], name, **spec)
    scope = ["--path", folder / facts["bucket"], "--s3-bucket", facts["bucket"], "--keys", folder / "keys"]
    work = Path(tempfile.mkdtemp(prefix="shards-"))
    plan, parts = work / "plan.jsonl", work / "parts"
    subprocess.run([program, "shard", "plan", *scope, "--shards", "2", "--out", plan], check=True, stdout=subprocess.DEVNULL)

    def shard(number):
        return [program, "shard", "run", "--plan", plan, "--shard", str(number), "--out", f"{parts}/", "--jobs", "1", "--quiet"]

    single = [program, "validate", *scope, "--jobs", "1", "--format", "json"]
    merge = [program, "shard", "merge", "--plan", plan, parts, "--format", "json"]
    taken = {"validate": [], "shards, one after another": [], "shards, two at once": [], "merge": []}
    for turn in range(args.runs + 1):
        reports = {}
        seconds = {
            "validate": timed(lambda: reports.update(single=subprocess.run(single, capture_output=True).stdout)),
            "shards, one after another": timed(lambda: [together([shard(n)]) for n in (0, 1)]),
            "shards, two at once": timed(lambda: together([shard(0), shard(1)])),
            "merge": timed(lambda: reports.update(merged=subprocess.run(merge, capture_output=True).stdout)),
        }
        both = [json.loads(report) for report in reports.values()]
        for report in both:
            report.pop("run")
        if both[0] != both[1] or both[0]["verdict"] != "verified":
            raise SystemExit("the merged report is not that of the single run")
        for what, took in seconds.items():
            if turn > 0:
                taken[what].append(took)
    medians = {what: sorted(runs)[len(runs) // 2] for what, runs in taken.items()}
    size = sum(part.stat().st_size for part in parts.iterdir())
    shutil.rmtree(work)
    rows = [[what, f"{seconds:.2f}"] for what, seconds in medians.items()]
    text = measure.table(["one thread in each process", "median, s"], rows)
    speed = medians["shards, one after another"] / medians["shards, two at once"]
    text += f"\n\nTwo at once are {speed:.2f} times as fast as one after another. The parts take {size / facts['logs']:.0f} bytes a log."
    measure.publish("shards", text, {"corpus": facts, "seconds": taken, "part_bytes": size})


if __name__ == "__main__":
    main()
