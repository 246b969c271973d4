#!/usr/bin/env python3
"""Compares `collect` with `validate` and with `aws s3 sync`: same bucket, same server, in turns.

Only ratios are of use: client and server share the machine. `validate` and `collect` must call the same objects
verified, the bundle must be intact, and the report of the bundle must have the same counts; otherwise there is no
result. The table ends with one collection of many small objects, for its memory."""

import argparse
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

import measure
import race

OURS = ("validate", "collect")


def files(folder):
    """How many files are below a folder, and their bytes."""
    sizes = [path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def scope(facts, url):
    return ["--trail-arn", facts["trail_arn"], "--start-time", facts["from"], "--end-time", facts["to"],
            "--endpoint-url", url]


def judged(run, what, facts):
    """Refuses a validation that did not call everything in the window verified."""
    said = measure.counts(run.json())
    wanted = {"verdict": "verified", "digests": facts["window_digests"], "logs": facts["window_logs"]}
    if {key: said[key] for key in wanted} != wanted:
        raise SystemExit(f"{what} said {said}, not {wanted}:\n{run.err[-2000:]}")


def checked(program, bundle, facts):
    """Refuses a bundle that is not intact or says something else than the bucket. Returns the two runs."""
    check = measure.Run([program, "collect", "--check", bundle], measure.environment())
    if check.status != 0:
        raise SystemExit(f"--check: exit {check.status}:\n{check.out[-2000:]}\n{check.err[-2000:]}")
    pin = hashlib.sha256((Path(bundle) / "manifest.jsonl").read_bytes()).hexdigest()
    offline = [program, "validate", "--path", bundle, "--manifest-sha256", pin, "--format", "json"]
    replay = measure.Run(offline, measure.environment())
    judged(replay, "the bundle", facts)
    return check, replay


def turn(name, program, facts, url, out):
    """One run of a contestant, which must succeed."""
    if name == "validate":
        run = measure.Run([program, "validate", *scope(facts, url), "--format", "json"], measure.environment())
        judged(run, name, facts)
        return run
    if name == "collect":
        run = measure.Run([program, "collect", *scope(facts, url), "--out", out], measure.environment())
    else:
        sync = [race.aws_cli(), "-m", "awscli", "s3", "sync", f"s3://{facts['bucket']}", out, "--only-show-errors"]
        run = measure.Run(sync, measure.environment(AWS_ENDPOINT_URL=url))
    if run.status != 0:
        raise SystemExit(f"{name}: exit {run.status}:\n{run.out[-2000:]}\n{run.err[-2000:]}")
    return run


def contest(tools, program, folder, facts, latency, runs):
    """Runs the contestants in turns. Returns a row of numbers for each."""
    taken, asked, kept = {}, {}, {}
    with measure.Server(tools["server"], folder, latency) as server:
        for number in range(max(runs.values())):
            for name in runs:
                if number >= runs[name]:
                    continue
                # On the disk of the results, because /tmp may be in memory.
                with tempfile.TemporaryDirectory(dir=measure.RESULTS) as work:
                    out = Path(work) / "copy"
                    server.stats()
                    taken.setdefault(name, []).append(turn(name, program, facts, server.url, out))
                    asked[name] = server.stats()
                    if name != "validate":
                        kept[name] = files(out)
                    if name == "collect":
                        check, replay = checked(program, out, facts)
                        taken.setdefault("collect --check", []).append(check)
                        taken.setdefault("validate of the bundle", []).append(replay)
                print(f"{latency} ms, {name}: {taken[name][-1].seconds:.2f} s", file=sys.stderr)
    return [row(name, done, taken, asked, kept, latency) for name, done in taken.items()]


def row(name, done, taken, asked, kept, latency):
    seconds = measure.median(done, "seconds")
    beside = {of: seconds / measure.median(taken[of], "seconds") for of in ("validate", "aws s3 sync") if of in taken}
    written, size = kept.get(name, (0, 0))
    return {
        "latency_ms": latency,
        "name": name,
        "runs": len(done),
        "seconds": seconds,
        "all_seconds": [run.seconds for run in done],
        "times_of": beside,
        "cpu_seconds": measure.median(done, "cpu"),
        "peak_mib": max(run.peak_mib for run in done),
        "requests": asked.get(name, {}).get("requests", 0),
        "by_operation": asked.get(name, {}).get("by_operation", {}),
        "files": written,
        "bytes": size,
    }


def windowed(tool, name, spec=None):
    """A corpus, with the counts of the window that all contestants are given."""
    folder, facts = measure.corpus(tool, name, **(spec or {}))
    made = facts["spec"]
    # The window begins after the first digest that lists logs.
    facts["window_digests"] = made["digests"] - 1
    facts["window_logs"] = (made["digests"] - 1) * made["logs"]
    return folder, facts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--quick-tools", action="store_true", help="build the server in the profile of tests")
    parser.add_argument("--latency-ms", type=int, nargs="*", default=[0, 15])
    parser.add_argument("--runs", type=int, default=5, help="runs of each at each latency")
    parser.add_argument("--sync-runs", type=int, help="runs of aws s3 sync; by default as many")
    parser.add_argument("--digests", type=int, default=168, help="digests in the window")
    parser.add_argument("--logs", type=int, default=20, help="logs of a digest")
    parser.add_argument("--records", type=int, default=106, help="records of a log")
    parser.add_argument("--many", type=int, default=100_000, choices=[0, 1_000, 10_000, 100_000, 1_000_000],
                        help="small objects of the collection whose memory is measured; 0 leaves it out")
    parser.add_argument("--sync-many", action="store_true", help="also sync the many small objects")
    args = parser.parse_args()
    program = measure.program(args.program)
    tools = measure.build("corpus", "server", quick=args.quick_tools)
    runs = dict.fromkeys(OURS, args.runs)
    runs["aws s3 sync"] = args.runs if args.sync_runs is None else args.sync_runs
    runs = {name: times for name, times in runs.items() if times}
    spec = {"digests": args.digests + 1, "logs": args.logs, "records": args.records}
    folder, facts = windowed(tools["corpus"], "race-{digests}-{logs}-{records}".format(**spec), spec)
    data = []
    for latency in args.latency_ms:
        data += [{"of": "usual logs", **entry} for entry in contest(tools, program, folder, facts, latency, runs)]
    if args.many:
        folder, small = windowed(tools["corpus"], f"objects-{args.many}")
        many = dict.fromkeys((*OURS, "aws s3 sync") if args.sync_many else OURS, 1)
        data += [{"of": f"{args.many:,} small", **entry} for entry in contest(tools, program, folder, small, 0, many)]
    rows = [
        [e["of"], e["latency_ms"], e["name"], e["runs"],
         *(f"{e['times_of'][of]:.2f}" if of in e["times_of"] else "" for of in ("validate", "aws s3 sync")),
         f"{e['cpu_seconds']:.2f}", f"{e['peak_mib']:.0f}", e["requests"], e["files"], f"{e['bytes'] / 1e6:.0f}"]
        for e in data
    ]
    head = ["objects", "latency, ms", "run", "runs", "times validate's time", "times sync's time", "CPU, s", "peak, MiB",
            "requests", "files", "MB"]
    text = measure.table(head, rows)
    text += (f"\n\nUsual logs: {args.digests} digests and {facts['window_logs']} logs of "
             f"{facts['inflated'] // max(1, facts['logs'])} bytes ({facts['stored'] // max(1, facts['logs'])} gzipped); "
             f"AWS CLI {race.CLI}. `collect` and `aws s3 sync` write to the same disk; only `collect` makes sure that "
             f"the files are on it.")
    measure.publish("collect", text, {"corpus": facts, "results": data})


if __name__ == "__main__":
    main()
