#!/usr/bin/env python3
"""Estimates requests, hours and price of validating logs in S3, on one machine and on several.

Nothing is measured here: each assumption is a parameter, and is printed below the table."""

import argparse
import math

import measure

# Entries per page of a listing, and GET requests per second that S3 allows under one prefix.
PAGE = 1_000
PREFIX_RATE = 5_500
# How the work is split between machines.
PARTS, CHAINS = "--logs I/N", "accounts and regions"


def plan(args, logs, shards, by, prefixes):
    """One plan. `by` is how the work is split into shards, `prefixes` the number of prefixes over which S3 has
    spread the keys."""
    digests = args.chains * args.days * 24
    # Each part of `--logs I/N` proves all digests and lists all logs. Shards by account and region have no
    # work in common.
    times = shards if by == PARTS else 1
    lists = times * (math.ceil(digests / PAGE) + math.ceil(logs / PAGE) + args.chains * args.days)
    gets = times * digests + logs
    trip = args.latency_ms / 1e3
    in_flight = args.jobs / trip
    machine = min(in_flight, args.objects_per_second)
    # A few digests of a chain are read ahead; the pages of a folder are listed one after another.
    chains = args.chains / (1 if times > 1 else shards)
    at_once = min(chains, args.chains_at_once)
    ahead = max(args.digests_ahead, args.jobs / at_once)
    digest_rate = min(machine, ahead * at_once / trip)
    list_rate = min(args.jobs, args.chains_at_once, chains) / trip
    by_machines = logs / shards / machine
    by_prefixes = logs / (PREFIX_RATE * prefixes)
    seconds = times * digests / shards / digest_rate + lists / shards / list_rate
    seconds += max(by_machines, by_prefixes)
    price = gets / 1e3 * args.get_price + lists / 1e3 * args.list_price
    price += logs * args.log_kb / 1e6 * args.transfer_price
    price += shards * seconds / 3_600 * args.machine_price
    bound = "round trips" if in_flight < args.objects_per_second else "cores"
    return {
        "logs": logs, "shards": shards, "by": by, "prefixes": prefixes, "gets": gets, "lists": lists,
        "hours": seconds / 3_600, "price": price,
        "bound_by": "S3's prefixes" if by_prefixes > by_machines else bound,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--logs", type=lambda n: int(float(n)), nargs="*", default=[10**6, 10**8, 10**9])
    parser.add_argument("--shards", type=int, default=16, help="machines, where there are several")
    parser.add_argument("--chains", type=int, default=100, help="accounts by regions")
    parser.add_argument("--days", type=int, default=365, help="length of the window")
    parser.add_argument("--latency-ms", type=float, default=15, help="of one request")
    parser.add_argument("--jobs", type=int, default=64, help="requests in flight on one machine")
    parser.add_argument("--objects-per-second", type=float, default=4_000, help="that one machine's cores can read and hash; measure it")
    parser.add_argument("--digests-ahead", type=int, default=16, help="digests of one chain in flight, at least")
    parser.add_argument("--chains-at-once", type=int, default=8)
    parser.add_argument("--log-kb", type=float, default=18, help="of a log as stored")
    parser.add_argument("--get-price", type=float, default=0.0004, help="dollars for 1,000 GETs")
    parser.add_argument("--list-price", type=float, default=0.005, help="dollars for 1,000 LISTs")
    parser.add_argument("--transfer-price", type=float, default=0.0, help="dollars for a GB: none within the region")
    parser.add_argument("--machine-price", type=float, default=0.09, help="dollars for an hour of a machine of two cores")
    parser.add_argument("--prices-of", default="S3 Standard in us-east-1 and a machine of two cores there, list prices of 2025: look them up")
    args = parser.parse_args()
    plans = []
    for logs in args.logs:
        plans.append(plan(args, logs, 1, "one machine", 1))
        for by in (PARTS, CHAINS):
            # S3 splits a prefix that stays busy. Until then, all requests share the rate of one prefix.
            plans += [plan(args, logs, args.shards, by, prefixes) for prefixes in (1, args.shards)]
    rows = [
        [f"{p['logs']:,}", p["shards"], p["by"], p["prefixes"], f"{p['gets']:,}", f"{p['lists']:,}", f"{p['hours']:.2f}",
         f"{p['price']:,.2f}", p["bound_by"]]
        for p in plans
    ]
    head = ["logs", "machines", "shared out by", "prefixes", "GETs", "LISTs", "hours", "dollars", "bound by"]
    text = measure.table(head, rows)
    assumed = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in vars(args).items() if key != "logs")
    text += f"\n\nAssumed: {assumed}; S3 allows {PREFIX_RATE} GETs a second a prefix."
    measure.publish("plan", text, {"assumed": vars(args), "plans": plans})


if __name__ == "__main__":
    main()
