#!/usr/bin/env python3
"""Measures how time, requests and memory grow with the size of the data.

Memory must not grow. Time and requests must grow no faster than the number of objects: the last column is
the exponent by which time grows from the line above (1: proportional)."""

import argparse
import math
import sys

import measure

# By the objects that grow: the corpora by size, the count in each, where they are read, further arguments.
SERIES = {
    "objects on disk": (
        ["objects-1000", "objects-10000", "objects-100000", "objects-1000000"],
        [1_000, 10_000, 100_000, 1_000_000], "disk", [],
    ),
    "objects in S3": (["objects-1000", "objects-10000", "objects-100000"], [1_000, 10_000, 100_000], "s3", []),
    "findings": (["objects-10000", "findings-10000"], [0, 10_000], "disk", []),
    "chains on disk": (["chains-100", "chains-1000", "chains-10000"], [100, 1_000, 10_000], "disk", []),
    "chains in S3": (["chains-100", "chains-1000", "chains-10000"], [100, 1_000, 10_000], "s3", []),
    "logs of a digest": (["logs-100", "logs-1000", "logs-10000"], [100, 1_000, 10_000], "disk", []),
    "MiB of a log": (["huge-16m", "huge-128m", "huge-1g"], [16, 128, 1_024], "disk", []),
    "digests alone on disk": (["month", "year"], [730, 8_760], "disk", ["--logs", "none"]),
    "digests alone in S3": (["month", "year"], [730, 8_760], "s3", ["--logs", "none"]),
}


def validate(program, tools, folder, facts, where, more, latency):
    """One run, and the requests it took in S3."""
    whole = ["--format", "json", "--as-of", facts["to"], *more]
    if where == "disk":
        place = ["--path", folder / facts["bucket"], "--s3-bucket", facts["bucket"], "--keys", folder / "keys"]
        return measure.Run([program, "validate", *place, *whole], measure.environment()), None
    with measure.Server(tools["server"], folder, latency) as server:
        place = ["--s3-bucket", facts["bucket"], "--endpoint-url", server.url]
        run = measure.Run([program, "validate", *place, *whole], measure.environment())
        return run, server.stats()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, the median is told")
    parser.add_argument("--only", nargs="*", choices=SERIES, default=list(SERIES), help="what grows")
    parser.add_argument("--small", action="store_true", help="without the largest of each")
    parser.add_argument("--latency-ms", type=int, default=0, help="of the server")
    args = parser.parse_args()
    program = measure.program(args.program)
    tools = measure.build("corpus", "server")
    rows, data = [], []
    for series in args.only:
        names, sizes, where, more = SERIES[series]
        before = None
        pairs = list(zip(names, sizes))
        for name, size in pairs[:-1] if args.small else pairs:
            folder, facts = measure.corpus(tools["corpus"], name)
            runs, asked = [], None
            for _ in range(args.runs):
                run, asked = validate(program, tools, folder, facts, where, more, args.latency_ms)
                runs.append(run)
            said = measure.counts(runs[-1].json())
            seconds = measure.median(runs, "seconds")
            entry = {
                "series": series, "size": size, "seconds": seconds, "cpu_seconds": measure.median(runs, "cpu"),
                "peak_mib": max(run.peak_mib for run in runs), "asked": asked, "said": said,
                "objects": facts["digests"] + facts["logs"],
            }
            steps = math.log(size / before[0]) if before and before[0] else 0
            exponent = f"{math.log(seconds / before[1]) / steps:.2f}" if steps else ""
            before = (size, seconds)
            data.append(entry)
            rows.append([
                series, size, f"{seconds:.2f}", f"{entry['cpu_seconds']:.2f}", f"{entry['peak_mib']:.0f}",
                asked["requests"] if asked else "", said["verdict"], said["findings"], exponent,
            ])
            print(" | ".join(map(str, rows[-1])), file=sys.stderr)
    head = ["what grows", "size", "s", "CPU, s", "peak, MiB", "requests", "verdict", "findings", "exponent"]
    measure.publish("growth", measure.table(head, rows), {"results": data})


if __name__ == "__main__":
    main()
