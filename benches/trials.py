#!/usr/bin/env python3
"""Puts the verifier through all its trials, whole, and prints the table of the manual's topic `trials`.

A run of the tests tries a small part of each. Here all bits are flipped, random worlds are damaged, each parser is
fuzzed for ten minutes, the network fails in every way, and everything runs short. Anything that is missed, any false
alarm, and a trial of nothing ends this with an error. `--only` runs some of them."""

import argparse
import json
import os
import re
import subprocess
import sys
import time

import measure

TOOL = "cargo bench --no-default-features --bench trials --"
# What runs the tests that try more when they are asked to.
TESTS = ["cargo", "test", "--locked", "--test", "main", "--", "--nocapture"]


def lines_of(text):
    """The lines of trials in an output."""
    for line in text.splitlines():
        # The harness of tests writes the name of a test before what the test prints.
        start = line.find("{")
        if start >= 0 and '"trial":' in line:
            yield json.loads(line[start:])


def output_of(command, env=None):
    """The output of a command, which must succeed."""
    shown = " ".join(str(part) for part in command)
    print(f"{time.strftime('%H:%M:%S')} {shown}", file=sys.stderr, flush=True)
    done = subprocess.run(command, cwd=measure.ROOT, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{shown} ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def of_tool(tool, *words):
    """Runs the bench. The command is shown as a user would give it."""
    words = [str(word) for word in words]
    return list(lines_of(output_of([tool, *words]))), f"{TOOL} {' '.join(words)}"


def tests(times, *paths):
    """Tests that try so many times more than usual: the command, its variables, and how a user would give it."""
    command = [*TESTS, *paths]
    return command, {"TRAILPROOF_TRIALS": str(times)}, f"TRAILPROOF_TRIALS={times} {' '.join(command)}"


def of_tests(times, *paths):
    """Runs tests that print what they tried."""
    command, env, shown = tests(times, *paths)
    return list(lines_of(output_of(command, env))), shown


def of_each_test(trial, times, path):
    """Runs tests of which each is one trial. None may fail."""
    command, env, shown = tests(times, path)
    passed = sum(int(count) for count in re.findall(r"^test result: ok\. (\d+) passed", output_of(command, env), re.M))
    return [{"trial": trial, "tried": passed, "missed": [], "false": [], "seed": None}], shown


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=["bits", "worlds", "fuzz", "agree", "faults", "resources"])
    parser.add_argument("--seed", type=int, default=24, help="of the random choices")
    parser.add_argument("--worlds", type=int, default=10_000, help="how many random worlds are damaged")
    parser.add_argument("--minutes", type=float, default=10, help="for each parser that is fuzzed")
    parser.add_argument("--times", type=int, default=307, help="how much more than usual the tests try; 307 is all")
    parser.add_argument("--program", help="the built bench; by default it is built")
    args = parser.parse_args()
    tool = args.program or measure.build("trials")["trials"]
    trials = {
        "bits": lambda: of_tool(tool, "bits"),
        "worlds": lambda: of_tool(tool, "worlds", "--seed", args.seed, "--worlds", args.worlds),
        "fuzz": lambda: of_tool(tool, "fuzz", "all", "--minutes", args.minutes, "--seed", args.seed),
        "agree": lambda: of_tests(args.times, "whole::agree", "whole::worlds::a_witness"),
        "faults": lambda: of_tests(args.times, "whole::network"),
        "resources": lambda: of_each_test("little of everything", args.times, "whole::resources"),
    }
    data, rows, text = [], [], ""
    for name in args.only:
        found, command = trials[name]()
        if not found or any(line["tried"] == 0 for line in found):
            raise SystemExit(f"{command} tried nothing")
        for line in found:
            data.append({**line, "command": command})
            seed = "none" if line["seed"] is None else line["seed"]
            rows.append([line["trial"], f"{line['tried']:,}", len(line["missed"]), len(line["false"]), seed, command])
        text = measure.table(["trial", "tried", "missed", "false", "seed", "command"], rows)
        print(text, file=sys.stderr, flush=True)
    measure.publish("trials", text, {"results": data})


if __name__ == "__main__":
    main()
