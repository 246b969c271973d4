#!/usr/bin/env python3
"""Counts the requests of an hourly check with `--state`, and what they cost in a month.

A trail delivers to all its regions for some days. Then the check runs several hours in a row, each hour with the
state of the hour before and with what was delivered by then: digests half an hour after their end, and the logs of
the hour that has no digest yet. The clock of the program and of the server is that of the hour. The last hour is
shown. Every run must be verified, and the last hour must cost the same however many days of history there are;
otherwise there is no result."""

import argparse
import datetime
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

REGIONS = 17
# Checks in a month.
MONTH = 730
# Digests of each chain that list logs: those that the checks read, and a few before them.
BUSY = 8
# How long after the end of its digests each check runs. They are delivered 25 to 30 minutes after that.
AFTER = datetime.timedelta(minutes=37)
HOUR = datetime.timedelta(hours=1)
# By this, S3's price list has two classes of requests.
LISTS = {"ListObjectsV2", "ListObjects"}
FREE = {
    "DescribeTrails", "GetTrail", "GetTrailStatus", "GetEventSelectors", "GetInsightSelectors", "ListTrails",
    "ListPublicKeys", "LookupEvents", "DescribeOrganization", "GetCallerIdentity",
}


def clock(folder):
    """A library that freezes the clock of a program, as the tests use it."""
    library = Path(folder) / "frozen_clock.so"
    source = measure.ROOT / "tests" / "support" / "frozen_clock.c"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def check(program, tools, folder, facts, start, state, now, latency, library):
    """One run at a time of day, and the requests that it took."""
    with measure.Server(tools["server"], folder, latency, ["--now", stamp(now)]) as server:
        command = [program, "validate", "--trail-arn", facts["trail_arn"], "--start-time", start,
                   "--state", state, "--format", "json", "--endpoint-url", server.url]
        frozen = {"LD_PRELOAD": str(library), "FROZEN_CLOCK": str(int(now.timestamp()))}
        run = measure.Run(command, measure.environment(**frozen))
        return run, server.stats()


def judged(run, what, chains):
    """Refuses a check that did not call all chains verified, or found anything."""
    report = run.json()
    said = measure.counts(report)
    found = sum(report["totals"]["findings"][kind] for kind in ("failed", "unproven", "gap"))
    if (said["verdict"], report["totals"]["chains"], found) != ("verified", chains, 0):
        raise SystemExit(f"{what}: {said}, {report['totals']['chains']} of {chains} chains:\n{run.err[-2000:]}")
    return said


def costs(args, asked):
    """The requests of a check by the classes of the price list, and dollars a month."""
    by = asked["by_operation"]
    lists = sum(count for name, count in by.items() if name in LISTS)
    free = sum(count for name, count in by.items() if name in FREE)
    gets = asked["requests"] - lists - free
    dollars = MONTH * (lists * args.list_price + gets * args.get_price) / 1_000
    return {"list": lists, "get": gets, "cloudtrail": free, "dollars": dollars,
            "kms_dollars": MONTH * by.get("GetObject", 0) * args.kms_price / 10_000}


def hours(args, program, tools, accounts, days):
    """The checks of one trail. Returns what its last one took."""
    chains = accounts * REGIONS
    spec = {"chains": chains, "regions": REGIONS, "digests": days * 24 + 1, "logs": args.logs, "busy": BUSY,
            "records": args.records}
    folder, facts = measure.corpus(tools["corpus"], f"hourly-{accounts}-{days}-{args.logs}", **spec)
    end = datetime.datetime.fromisoformat(facts["to"])
    start = stamp(end - (args.checks + args.begin) * HOUR) if args.begin else facts["from"]
    with tempfile.TemporaryDirectory(dir=measure.RESULTS) as work:
        library, state = clock(work), Path(work) / "state.json"
        for number in range(args.checks):
            # The last digest and the logs of its last minutes are still to come.
            now = end - (args.checks - number) * HOUR + AFTER
            run, asked = check(program, tools, folder, facts, start, state, now, args.latency_ms, library)
            said = judged(run, f"{accounts} accounts, {days} days, check {number + 1}", chains)
            print(f"{accounts} accounts, {days} days, check {number + 1}: {run.seconds:.1f} s, {asked}", file=sys.stderr)
        size = state.stat().st_size
    return {
        "accounts": accounts, "days": days, "chains": chains, "seconds": run.seconds, "cpu_seconds": run.cpu,
        "peak_mib": run.peak_mib, "asked": asked, "said": said, "state_bytes": size, **costs(args, asked),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--program", help="the program; by default a release build is made")
    parser.add_argument("--quick-tools", action="store_true", help="build the server in the profile of tests")
    parser.add_argument("--trails", nargs="*", default=["1x2", "1x30", "50x2"], help="accounts x days of history")
    parser.add_argument("--checks", type=int, default=4, help="checks in a row, one each hour; the last is shown")
    parser.add_argument("--begin", type=int, default=0,
                        help="hours before the first check at which its window begins; 0 for all days")
    parser.add_argument("--logs", type=int, default=12, help="logs of a digest: one each five minutes")
    parser.add_argument("--records", type=int, default=1, help="records of a log")
    parser.add_argument("--latency-ms", type=int, default=15, help="of the server")
    parser.add_argument("--list-price", type=float, default=0.005, help="dollars for 1,000 LIST requests")
    parser.add_argument("--get-price", type=float, default=0.0004, help="dollars for 1,000 GET and other requests")
    parser.add_argument("--kms-price", type=float, default=0.03, help="dollars for 10,000 Decrypt requests")
    parser.add_argument("--prices-of", default="S3 Standard and KMS in us-east-1, list prices of 2026: look them up")
    args = parser.parse_args()
    program = measure.program(args.program)
    tools = measure.build("corpus", "server", quick=args.quick_tools)
    trails = [tuple(map(int, trail.split("x"))) for trail in args.trails]
    data = [hours(args, program, tools, *trail) for trail in trails]
    for entry in data:
        same = [other for other in data if other["accounts"] == entry["accounts"]]
        # Two workers may ask for the keys of one region at the same time, so CloudTrail's calls vary a little.
        if any((other["list"], other["get"]) != (entry["list"], entry["get"]) for other in same):
            raise SystemExit(f"{entry['accounts']} accounts: requests depend on the days of history: {same}")
    rows = [
        [e["accounts"], e["chains"], e["days"], f"{e['list']:,}", f"{e['get']:,}", f"{e['cloudtrail']:,}",
         f"{e['seconds']:.1f}", f"{e['peak_mib']:.0f}", f"{e['dollars']:.2f}", f"{e['kms_dollars']:.2f}"]
        for e in data
    ]
    head = ["accounts", "chains", "days of history", "LIST", "GET, HEAD", "CloudTrail", "s", "peak, MiB",
            "$ a month", "$ a month for KMS"]
    text = measure.table(head, rows)
    text += (f"\n\nOne check each hour; {args.logs} logs of a digest, and those of the hour without a digest. Each "
             f"answer waits {args.latency_ms} ms. {MONTH} checks a month at ${args.list_price} for 1,000 LIST, "
             f"${args.get_price} for 1,000 other requests; calls of CloudTrail are free. KMS: ${args.kms_price} for "
             f"10,000 GETs, where objects are encrypted with a KMS key and without an S3 Bucket Key. Prices of "
             f"{args.prices_of}.")
    measure.publish("hourly", text, {"results": data})


if __name__ == "__main__":
    main()
