#!/usr/bin/env python3
"""Measures time and memory over archives of 10^6 to 10^8 logs.

An archive is made up while it is read, by a source in the same process: hourly digests of 100 chains with real
signatures, and 114 small logs in each. Only the signatures are made first, in a file. Digests grow with the logs, so
a state for each digest or log shows."""

import argparse
import json
import subprocess

import measure

# Digests of each chain, for about so many logs.
SIZES = {"1e6": 89, "1e7": 878, "1e8": 8_773}
ACCOUNTS, LOGS = 25, 114


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=["1e6", "1e7"])
    parser.add_argument("--logs", nargs="*", choices=["all", "none"], default=["all", "none"], help="which are read")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--program", help="the built bench; by default it is built")
    args = parser.parse_args()
    tool = args.program or measure.build("archive")["archive"]
    rows, data = [], []
    for size in args.sizes:
        digests = SIZES[size]
        file = measure.CORPORA / f"archive-{digests}"
        file.parent.mkdir(parents=True, exist_ok=True)
        shape = ["--accounts", str(ACCOUNTS), "--digests", str(digests), "--logs-of-digest", str(LOGS)]
        command = [str(tool), "--file", str(file), *shape]
        subprocess.run([*command, "--only-make"], check=True)
        for logs in args.logs:
            command_line = [*command, "--logs", logs, "--jobs", str(args.jobs)]
            run = subprocess.run(command_line, check=True, stdout=subprocess.PIPE, text=True)
            said = json.loads(run.stdout)
            data.append(said)
            counted = f"{said['digests']:,}", f"{said['logs']:,}"
            rows.append([*counted, logs, f"{said['seconds']:.1f}", said["peak_mib"], said["verdict"]])
    head = ["digests", "logs", "read", "s", "peak, MiB", "verdict"]
    measure.publish("archive", measure.table(head, rows), {"results": data})


if __name__ == "__main__":
    main()
