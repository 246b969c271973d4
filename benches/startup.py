#!/usr/bin/env python3
"""Measures the fixed cost of a run: `--version`, two digests with a small log each on disk, and the later of them
in S3. The server answers at once; the S3 time includes the start of the SDK."""

import argparse

import measure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--runs", type=int, default=21, help="runs of each, in turns")
    args = parser.parse_args()
    program = measure.program(args.program)
    tools = measure.build("corpus", "server")
    folder, facts = measure.corpus(tools["corpus"], "smallest", digests=1, logs=1, records=1)
    validate = [program, "validate", "--format", "json"]
    on_disk = ["--path", folder / facts["bucket"], "--s3-bucket", facts["bucket"], "--keys", folder / "keys"]
    with measure.Server(tools["server"], folder, 0) as server:
        window = ["--start-time", facts["from"], "--end-time", facts["to"]]
        commands = {
            "--version": [program, "--version"],
            "smallest chain on disk": [*validate, *on_disk],
            "smallest chain in S3": [*validate, "--trail-arn", facts["trail_arn"], *window, "--endpoint-url", server.url],
        }
        taken = {name: [] for name in commands}
        asked = {}
        for _ in range(args.runs):
            for name, command in commands.items():
                run = measure.Run(command, measure.environment())
                if run.status != 0 or name != "--version" and run.json()["verdict"] != "verified":
                    raise SystemExit(f"{name}: exit {run.status}: {run.err or run.out}")
                taken[name].append(run)
                asked[name] = server.stats()["requests"]
    rows, data = [], []
    for name, runs in taken.items():
        seconds, cpu = measure.median(runs, "seconds"), measure.median(runs, "cpu")
        peak = max(run.peak_mib for run in runs)
        entry = {"name": name, "runs": len(runs), "seconds": seconds, "cpu_seconds": cpu, "requests": asked[name], "peak_mib": peak}
        data.append(entry)
        rows.append([name, len(runs), f"{seconds * 1000:.1f}", f"{cpu * 1000:.1f}", asked[name], f"{peak:.0f}"])
    head = ["run", "runs", "median, ms", "CPU, ms", "requests", "peak, MiB"]
    measure.publish("startup", measure.table(head, rows), {"results": data})


if __name__ == "__main__":
    main()
