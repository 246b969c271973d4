#!/usr/bin/env python3
"""Changes the code of `base`, `cloudtrail` and `proof` in one place at a time, and asks whether a test notices.

The changes, mutants, are compiled into one program (mutant_switch.py), and each is tried by the tests that reach it,
near and fast ones first: the tests of the library (mutant_packages.py), then those that run the program. A few mutants
need a build of their own, and are tried by tests of the library. What survives must stand in mutants.toml with the
reason, and no more than 2 in 100 may survive. A run that was interrupted goes on.
Needs `cargo install --locked cargo-mutants`."""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import mutant_packages
from mutant_packages import LIBRARY, ROOMS, ROOT, WHOLE

sys.path.insert(0, str(ROOT / ".packaging"))
import tools  # noqa: E402

# They parse Rust.
WHEELS = {"tree-sitter": "0.26.1", "tree-sitter-rust": "0.24.2"}
tools.install_wheels(WHEELS, "mutants")
if Path(sys.prefix) != tools.python("mutants").parent.parent:
    os.execv(tools.python("mutants"), [tools.python("mutants"), *sys.argv])

from mutant_suite import Suite, environment, limit  # noqa: E402
from mutant_switch import listed  # noqa: E402

MUTATED = ROOMS.rooms
LISTED = Path(__file__).with_name("mutants.toml")
# So many of 100 mutants may survive.
BOUND = 2
# Seconds after which the tests of a mutant that is built by itself are ended: they take half a minute. And seconds of a
# processor for each process, compilers included.
PATIENCE, PROCESSOR = 240, 600
# So many mutants are named on a command line.
AT_ONCE = 40


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


def code_hash():
    """What the results are of: the code of the rooms, without the tests beside it."""
    summed = hashlib.sha256()
    for room in MUTATED:
        for path in sorted((ROOT / "src" / room).rglob("*.rs")):
            text = path.read_text().split("#[cfg(test)]\nmod tests {")[0]
            if "tests" not in path.relative_to(ROOT).with_suffix("").parts:
                summed.update(f"{path.relative_to(ROOT)}\n{text}\0".encode())
    return summed.hexdigest()


def files():
    return [part for room in MUTATED for part in ("--file", f"src/{room}/**/*.rs")]


class Results:
    """What became of each mutant, kept in a file with a line for each trial. The last one of a mutant counts."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.outcomes = {}
        if path.exists():
            for line in path.read_text().splitlines():
                name, package, outcome = json.loads(line)
                self.outcomes[name] = (package, outcome)

    def add(self, name, package, outcome):
        with self.lock, self.path.open("a") as file:
            file.write(json.dumps([name, package, outcome]) + "\n")
            self.outcomes[name] = (package, outcome)

    def forget_missed(self):
        """Forgets the mutants that no test noticed."""
        self.outcomes = {name: found for name, found in self.outcomes.items() if found[1] != "missed"}
        self.path.write_text("".join(json.dumps([name, *found]) + "\n" for name, found in self.outcomes.items()))

    def todo(self, names, before):
        """Those of some mutants that have to be tried: not tried yet, or missed in the package before."""
        wanted = ((before, "missed"),) if before else (None,)
        return [name for name in names if self.outcomes.get(name) in wanted]


def spread(names):
    """Mutants in an order in which a part is like the whole."""
    return sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())


def try_switched(suite, before, results, jobs):
    """Tries the mutants that are compiled into one program."""
    package = suite.package
    say(f"{package.name}: {len(suite.mutants)} mutants in one program, {len(suite.switched.alone)} alone")
    suite.prove(jobs)
    say(f"{package.name}: {len(suite.seconds)} tests pass without a mutant, in {sum(suite.seconds.values()):.0f} s of one processor")
    for mutant in suite.switched.unviable:
        if mutant.name not in results.outcomes:
            results.add(mutant.name, package.name, "unviable")
    todo = spread(results.todo(suite.mutants, before))
    say(f"{package.name}: {len(todo)} mutants to try")

    def one(name):
        results.add(name, package.name, suite.try_mutant(name))

    with ThreadPoolExecutor(jobs) as pool:
        for done, _ in enumerate(as_completed([pool.submit(one, name) for name in todo]), 1):
            if done % 100 == 0 or done == len(todo):
                say(f"{package.name}: {done} of {len(todo)}; {counted(results.outcomes.values())}")


def try_alone(plain, todo, results, folder):
    """Tries mutants that need a build of their own, in the folder of a package."""
    say(f"{plain.name}: {len(todo)} mutants to build by themselves")
    out = folder / "out"
    for begin in range(0, len(todo), AT_ONCE):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        batch = todo[begin:begin + AT_ONCE]
        # cargo-mutants takes every mutant of a field, whatever is named.
        places = [part for file in sorted({name.split(":")[0] for name in batch}) for part in ("--file", file)]
        names = [part for name in batch for part in ("--re", f"^{escaped(name)}$")]
        command = ["cargo", "mutants", "--in-place", "--baseline=skip", "--no-shuffle", "--colors=never", f"--timeout={PATIENCE}",
                   f"--output={out}", *places, *names]
        done = subprocess.run(command, cwd=plain, env=environment(folder), capture_output=True, text=True, check=False,
                              preexec_fn=lambda: limit(PROCESSOR))
        if done.returncode not in (0, 2, 3):
            raise SystemExit(f"cargo mutants: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        words = {"CaughtMutant": "caught", "MissedMutant": "missed", "Timeout": "timeout", "Unviable": "unviable"}
        for outcome in json.loads((out / "mutants.out" / "outcomes.json").read_text())["outcomes"]:
            name = outcome["scenario"]["Mutant"]["name"] if isinstance(outcome["scenario"], dict) else None
            if name in batch:
                # What ended in another way was not caught by a test.
                results.add(name, plain.name, words.get(outcome["summary"], "missed"))
        say(f"{plain.name}: {min(len(todo), begin + AT_ONCE)} of {len(todo)}; {counted(results.outcomes.values())}")


def plain_folder(folder, package):
    """Where a package is without mutants in it."""
    return folder / f"{package.name}-plain"


def escaped(name):
    """A name as a pattern of Rust's regex, which takes fewer escapes than Python's."""
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", name)


def run(folder, results, mutants, jobs):
    """Tries what was not tried."""
    library = Suite(LIBRARY, folder, mutants)
    try_switched(library, None, results, jobs)
    alone, before = [mutant.name for mutant in library.switched.alone], None
    for package in (ROOMS, LIBRARY):
        plain = plain_folder(folder, package)
        mutant_packages.make(package, plain)
        try_alone(plain, results.todo(alone, before), results, folder)
        before = plain.name
    whole = Suite(WHOLE, folder, mutants, mutant_packages.in_whole(library.seconds))
    try_switched(whole, LIBRARY.name, results, jobs)


def counted(outcomes):
    counts = Counter(outcome for _, outcome in outcomes)
    return ", ".join(f"{counts[word]} {word}" for word in ("caught", "missed", "timeout", "unviable"))


def without_place(name):
    """A name without its line and column: these move with every change of a file."""
    return re.sub(r"^([^:]+):\d+:\d+: ", r"\1: ", name)


def accepted(text):
    """The survivors that are accepted, each as often as it may survive."""
    counts = Counter()
    for entry in tomllib.loads(text).get("survivor", []):
        if not entry["reason"].strip():
            raise SystemExit(f"{LISTED.name}: no reason for {entry['mutant']}")
        counts[entry["mutant"]] += entry.get("times", 1)
    return counts


def faults(results, may_survive, complete):
    """What is wrong with results: survivors that are not listed, too many, and lines of the list that are not true."""
    missed = Counter(without_place(name) for name, (_, outcome) in results.items() if outcome == "missed")
    tried = sum(outcome != "unviable" for _, outcome in results.values())
    wrong = [f"survives, and is not in {LISTED.name}: {name} ({times} of {missed[name]})" for name, times in (missed - may_survive).items()]
    if complete:
        wrong += [f"in {LISTED.name}, but does not survive: {name}" for name in (may_survive - missed)]
    if sum(missed.values()) * 100 > BOUND * tried:
        wrong.append(f"{sum(missed.values())} of {tried} mutants survive, more than {BOUND} %")
    return wrong


def report(folder, results, total):
    """Prints what became of the mutants. Returns the exit status."""
    outcomes = results.outcomes
    # What one package did not catch has still to be tried in the next.
    last = (WHOLE.name, plain_folder(folder, LIBRARY).name)
    ended = {name: found for name, found in outcomes.items() if found[1] != "missed" or found[0] in last}
    print(f"{len(ended)} of {total} mutants tried: {counted(ended.values())}")
    for name, (_, outcome) in sorted(ended.items()):
        if outcome in ("missed", "timeout"):
            print(f"  {outcome}: {name}")
    wrong = faults(ended, accepted(LISTED.read_text()), len(ended) == total)
    if len(ended) < total:
        wrong.append(f"{total - len(ended)} are still to be tried")
    print("\n".join(wrong) or "every survivor is listed with its reason")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "mutants", help="where packages and results are kept")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="mutants tried at a time")
    parser.add_argument("--again", action="store_true", help="try the survivors once more, after tests were added")
    parser.add_argument("--report", action="store_true", help="only print what is done")
    parser.add_argument("--fresh", action="store_true", help="forget the results")
    args = parser.parse_args()
    folder = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    note, kept = folder / "code", folder / "results"
    if args.fresh:
        for path in (note, kept, folder / "dropped"):
            path.unlink(missing_ok=True)
    if note.exists() and note.read_text() != code_hash():
        sys.exit("the code changed since these results; start anew with --fresh")
    note.write_text(code_hash())
    results = Results(kept)
    if args.again:
        results.forget_missed()
    plain = plain_folder(folder, ROOMS)
    mutant_packages.make(ROOMS, plain)
    mutants = listed(plain, files())
    if not args.report:
        run(folder, results, mutants, args.jobs)
    sys.exit(report(folder, results, len(mutants)))


if __name__ == "__main__":
    main()
