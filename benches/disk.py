#!/usr/bin/env python3
"""Compares a complete validation on disk with the lower bound of the machine: bare loops that only read,
inflate and hash the same files. They run in turns."""

import argparse
import sys

import measure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--runs", type=int, default=7, help="runs of each, in turns")
    parser.add_argument("--digests", type=int, default=400)
    parser.add_argument("--logs", type=int, default=20, help="logs of a digest")
    parser.add_argument("--records", type=int, default=106, help="records of a log")
    args = parser.parse_args()
    program = measure.program(args.program)
    tools = measure.build("corpus", "bare")
    spec = {"digests": args.digests, "logs": args.logs, "records": args.records}
    name = "disk-{digests}-{logs}-{records}".format(**spec)
    folder, facts = measure.corpus(tools["corpus"], name, **spec)
    bucket = folder / facts["bucket"]
    ours = [program, "validate", "--path", bucket, "--s3-bucket", facts["bucket"], "--keys", folder / "keys"]
    commands = {
        "trailproof": [*ours, "--format", "json"],
        "bare loop, zlib-rs": [tools["bare"], bucket],
        "bare loop, libdeflate": [tools["bare"], bucket, "--with", "libdeflate"],
    }
    taken = {name: [] for name in commands}
    # One round that is not counted, so that all find the files in the page cache.
    for turn in range(args.runs + 1):
        for name, command in commands.items():
            run = measure.Run(command, measure.environment())
            if name == "trailproof":
                said = measure.counts(run.json())
                if said["verdict"] != "verified" or said["logs"] != facts["logs"]:
                    raise SystemExit(f"trailproof said {said}, not {facts['logs']} logs verified")
            elif run.json()["files"] != facts["logs"] + facts["digests"]:
                raise SystemExit(f"{name} read {run.json()['files']} files")
            if turn > 0:
                taken[name].append(run)
                print(f"{name}: {run.seconds:.3f} s", file=sys.stderr)
    bare = measure.median(taken["bare loop, zlib-rs"], "seconds")
    rows, data = [], []
    for name, runs in taken.items():
        seconds = measure.median(runs, "seconds")
        entry = {
            "name": name,
            "runs": len(runs),
            "seconds": seconds,
            "all_seconds": [run.seconds for run in runs],
            "times_bare": seconds / bare,
            "cpu_seconds": measure.median(runs, "cpu"),
            "peak_mib": max(run.peak_mib for run in runs),
            "mb_per_second": facts["inflated"] / seconds / 1e6,
            "files_per_second": (facts["logs"] + facts["digests"]) / seconds,
        }
        data.append(entry)
        rows.append([
            name, len(runs), f"{seconds:.3f}", f"{entry['times_bare']:.2f}", f"{entry['cpu_seconds']:.2f}",
            f"{entry['mb_per_second']:.0f}", f"{entry['files_per_second']:.0f}", f"{entry['peak_mib']:.0f}",
        ])
    head = ["program", "runs", "median, s", "times the bare loop", "CPU, s", "inflated MB/s", "files/s", "peak, MiB"]
    text = measure.table(head, rows)
    text += f"\n\n{facts['digests']} digests, {facts['logs']} logs, {facts['inflated'] / 1e6:.0f} MB inflated."
    measure.publish("disk", text, {"corpus": facts, "results": data})


if __name__ == "__main__":
    main()
