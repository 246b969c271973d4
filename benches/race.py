#!/usr/bin/env python3
"""Compares the speed with `aws cloudtrail validate-logs`: same trail, same window, same server.

Both must reach the same verdict and the same counts; otherwise there is no result."""

import argparse
import re
import subprocess
import sys
import venv

import measure

CLI = "1.46.2"


def aws_cli():
    """The Python of a virtual environment with the AWS CLI, made once."""
    folder = measure.TARGET / "tmp" / f"awscli-{CLI}" / "venv"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"awscli=={CLI}"], check=True)
    return python


def said_by_cli(run):
    """The counts in the summary of the AWS CLI, and its verdict in our words."""
    def valid(what):
        found = re.search(rf"(\d+)/(\d+) {what} files valid", run.out)
        return tuple(map(int, found.groups())) if found else (0, 0)

    digests, logs = valid("digest"), valid("log")
    whole = run.status == 0 and digests[0] == digests[1] and logs[0] == logs[1]
    verdict = "verified" if whole else f"exit {run.status}"
    return {"verdict": verdict, "digests": digests[0], "logs": logs[0]}


def race(tools, contestants, folder, facts, latency, runs):
    """Runs the contestants in turns. Returns their times, memory and requests."""
    taken = {name: [] for name in contestants}
    asked = {}
    with measure.Server(tools["server"], folder, latency) as server:
        for turn in range(max(runs.values())):
            for name, (command, judge) in contestants.items():
                if turn >= runs[name]:
                    continue
                run = command(server.url)
                stats = server.stats()
                asked[name] = stats
                said = judge(run)
                wanted = {"verdict": "verified", "digests": facts["window_digests"], "logs": facts["window_logs"]}
                if {key: said[key] for key in wanted} != wanted:
                    raise SystemExit(f"{name} said {said}, not {wanted}:\n{run.out[-2000:]}\n{run.err[-2000:]}")
                taken[name].append(run)
                print(f"{latency} ms, {name}: {run.seconds:.2f} s", file=sys.stderr)
    return taken, asked


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--latency-ms", type=int, nargs="*", default=[0, 15])
    parser.add_argument("--runs", type=int, default=5, help="runs of ours at each latency")
    parser.add_argument("--cli-runs", type=int, help="runs of the AWS CLI; by default as many")
    parser.add_argument("--digests", type=int, default=168, help="digests in the window")
    parser.add_argument("--logs", type=int, default=20, help="logs of a digest")
    parser.add_argument("--records", type=int, default=106, help="records of a log")
    args = parser.parse_args()
    runs = {"trailproof": args.runs, "AWS CLI": args.cli_runs or args.runs}
    program, python = measure.program(args.program), aws_cli()
    tools = measure.build("corpus", "server")
    # The window begins after the first digest that lists logs.
    spec = {"digests": args.digests + 1, "logs": args.logs, "records": args.records}
    name = "race-{digests}-{logs}-{records}".format(**spec)
    folder, facts = measure.corpus(tools["corpus"], name, **spec)
    facts["window_digests"] = args.digests
    facts["window_logs"] = args.digests * args.logs
    objects = facts["window_digests"] + facts["window_logs"]
    arguments = ["--trail-arn", facts["trail_arn"], "--start-time", facts["from"], "--end-time", facts["to"]]
    contestants = {
        "trailproof": (
            lambda url: measure.Run(
                [program, "validate", *arguments, "--endpoint-url", url, "--format", "json"],
                measure.environment(),
            ),
            lambda run: measure.counts(run.json()),
        ),
        "AWS CLI": (
            lambda url: measure.Run(
                [python, "-m", "awscli", "cloudtrail", "validate-logs", *arguments],
                measure.environment(AWS_ENDPOINT_URL=url),
            ),
            said_by_cli,
        ),
    }
    rows, data = [], []
    for latency in args.latency_ms:
        taken, asked = race(tools, contestants, folder, facts, latency, runs)
        cli = measure.median(taken["AWS CLI"], "seconds")
        for name, done in taken.items():
            seconds = measure.median(done, "seconds")
            entry = {
                "latency_ms": latency,
                "name": name,
                "runs": len(done),
                "seconds": seconds,
                "all_seconds": [run.seconds for run in done],
                "times_faster": cli / seconds,
                "cpu_seconds": measure.median(done, "cpu"),
                "peak_mib": max(run.peak_mib for run in done),
                "requests": asked[name]["requests"],
                "requests_per_object": asked[name]["requests"] / objects,
                "by_operation": asked[name]["by_operation"],
                "most_in_flight": asked[name]["most_in_flight"],
            }
            data.append(entry)
            rows.append([
                latency, name, len(done), f"{seconds:.2f}", f"{entry['times_faster']:.1f}",
                f"{entry['cpu_seconds']:.2f}", f"{entry['peak_mib']:.0f}", entry["requests"],
                f"{entry['requests_per_object']:.3f}",
            ])
    head = ["latency, ms", "program", "runs", "median, s", "times the CLI's speed", "CPU, s", "peak, MiB",
            "requests", "requests an object"]
    text = measure.table(head, rows)
    text += (f"\n\n{args.digests} digests and {facts['window_logs']} logs of "
             f"{facts['inflated'] // max(1, facts['logs'])} bytes ({facts['stored'] // max(1, facts['logs'])} gzipped); "
             f"AWS CLI {CLI}. Both said: verified, all of them valid.")
    measure.publish("race", text, {"corpus": facts, "results": data})


if __name__ == "__main__":
    main()
