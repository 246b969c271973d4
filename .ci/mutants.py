#!/usr/bin/env python3
"""Changes the code of `base`, `cloudtrail` and `proof` in one place at a time, and asks whether a test notices.

Each change, a mutant, is tried in the packages of mutant_packages.py: first by the tests that need these rooms alone,
then by those that need the library. What survives both must stand in mutants.toml with the reason, and no
more than 2 in 100 may survive. The mutants are tried in shards. A shard that is done is not done again, so a run that
was interrupted goes on. Needs `cargo install --locked cargo-mutants`."""

import argparse
import hashlib
import json
import os
import queue
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from pathlib import Path

import mutant_packages
from mutant_packages import PACKAGES, ROOT

MUTATED = PACKAGES[0].rooms
LISTED = Path(__file__).with_name("mutants.toml")
# So many of 100 mutants may survive.
BOUND = 2
# Seconds of a processor. A mutant whose tests take more loops for ever, and is caught. The machine may be busy, so the
# clock on the wall is no measure: it only ends what waits for ever.
PROCESSOR = {"rooms": 120, "library": 1200}
PATIENCE = 1800
# Bytes of memory. A mutant may ask for all that there is.
MEMORY = 6 << 30
# So many mutants are named on a command line.
AT_ONCE = 40
FOUND = ("caught", "timeout")


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


def environment():
    """What cargo runs with: the folder of a package has a target folder of its own."""
    env = {name: value for name, value in os.environ.items() if name not in ("CARGO_TARGET_DIR", "RUSTFLAGS")}
    return env | {"CARGO_INCREMENTAL": "1", "CARGO_NET_OFFLINE": "true"}


def limit(package):
    """Bounds what each process that tries a mutant may take."""
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR[package], PROCESSOR[package] + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def code_hash():
    """What the results are of: the code of the rooms, without the tests beside it."""
    summed = hashlib.sha256()
    for room in MUTATED:
        for path in sorted((ROOT / "src" / room).rglob("*.rs")):
            text = path.read_text().split("#[cfg(test)]\nmod tests {")[0]
            if "tests" not in path.relative_to(ROOT).with_suffix("").parts:
                summed.update(f"{path.relative_to(ROOT)}\n{text}\0".encode())
    return summed.hexdigest()


class Worker:
    """A copy of each package, in which one mutant is tried at a time."""

    def __init__(self, folder, number):
        self.folders = {package.name: folder / f"{package.name}-{number}" for package in PACKAGES}
        self.out = folder / f"out-{number}"

    def prepare(self):
        """Makes the packages. Their tests must pass before anything is changed."""
        for package in PACKAGES:
            folder = self.folders[package.name]
            mutant_packages.make(package, folder)
            for step in (["--no-run"], []):
                began = time.monotonic()
                done = subprocess.run(["cargo", "test", "--quiet", *step], cwd=folder, env=environment(),
                                      capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    raise SystemExit(f"the package {folder} fails without a mutant:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
                say(f"{package.name}: {'built' if step else 'tested'} in {time.monotonic() - began:.0f} s")

    def mutants(self, package, *selected):
        """Tries mutants of a package. Returns name, outcome and seconds of each."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        command = ["cargo", "mutants", "--in-place", "--baseline=skip", "--no-shuffle", "--colors=never", "--no-times",
                   f"--timeout={PATIENCE}", f"--output={self.out}", *files(), *selected]
        folder = self.folders[package]
        done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False,
                              preexec_fn=lambda: limit(package))
        if done.returncode not in (0, 2, 3):
            raise SystemExit(f"cargo mutants in {folder}: exit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        outcomes = json.loads((self.out / "mutants.out" / "outcomes.json").read_text())["outcomes"]
        # A mutant that ended in another way was not caught by a test.
        words = {"CaughtMutant": "caught", "MissedMutant": "missed", "Timeout": "timeout", "Unviable": "unviable", "Failure": "missed"}
        return [{"name": outcome["scenario"]["Mutant"]["name"], "outcome": words[outcome["summary"]], "package": package,
                 "seconds": round(sum(phase["duration"] for phase in outcome["phase_results"]), 1)} for outcome in outcomes
                if isinstance(outcome["scenario"], dict)]

    def survivors(self, results):
        """Tries in the further packages what survived the first. Returns all results."""
        results = {result["name"]: result for result in results}
        for package in PACKAGES[1:]:
            missed = [name for name, result in results.items() if result["outcome"] == "missed"]
            for begin in range(0, len(missed), AT_ONCE):
                for again in self.mutants(package.name, *named(missed[begin:begin + AT_ONCE])):
                    again["seconds"] = round(again["seconds"] + results[again["name"]]["seconds"], 1)
                    results[again["name"]] = again
        return list(results.values())


def files():
    return [part for room in MUTATED for part in ("--file", f"src/{room}/**/*.rs")]


def escaped(name):
    """A name as a pattern of Rust's regex, which takes fewer escapes than Python's."""
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", name)


def named(names):
    """The arguments that select mutants by their names."""
    return [part for name in names for part in ("--re", f"^{escaped(name)}$")]


def run(folder, shards, chosen, jobs):
    """Does the shards that are not done."""
    todo = queue.Queue()
    for shard in chosen:
        if not result_file(folder, shard, shards).exists():
            todo.put(shard)
    broken = []

    def work(number):
        worker = Worker(folder, number)
        try:
            if todo.empty():
                return
            worker.prepare()
            while not broken:
                shard = todo.get_nowait()
                began = time.monotonic()
                first = worker.mutants("rooms", f"--shard={shard}/{shards}", "--sharding=round-robin")
                results = worker.survivors(first)
                mutant_packages.write(result_file(folder, shard, shards), json.dumps(results, indent=1) + "\n")
                say(f"shard {shard}/{shards}: {counted(results)} in {time.monotonic() - began:.0f} s")
                for result in results:
                    if result["outcome"] not in ("caught", "unviable"):
                        say(f"  {result['outcome']}: {result['name']}")
        except queue.Empty:
            pass
        except BaseException as error:
            broken.append(error)

    workers = [threading.Thread(target=work, args=[number]) for number in range(jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if broken:
        raise broken[0]


def try_again(folder, shards):
    """Tries the survivors once more, with the tests as they are now."""
    worker = Worker(folder, 0)
    worker.prepare()
    for path in results_of(folder, shards).values():
        results = json.loads(path.read_text())
        missed = [result["name"] for result in results if result["outcome"] == "missed"]
        if missed:
            again = {result["name"]: result for result in worker.survivors(worker.mutants("rooms", *named(missed)))}
            lost = [name for name in missed if name not in again]
            if lost:
                raise SystemExit(f"no mutants any more; start anew with --fresh: {lost}")
            results = [again.get(result["name"], result) for result in results]
            mutant_packages.write(path, json.dumps(results, indent=1) + "\n")
            say(f"{path.stem}: of {len(missed)} survivors {counted(list(again.values()))}")


def result_file(folder, shard, shards):
    return folder / "results" / f"{shard}-of-{shards}.json"


def results_of(folder, shards):
    """The shards that are done, each with its file."""
    paths = {shard: result_file(folder, shard, shards) for shard in range(shards)}
    return {shard: path for shard, path in paths.items() if path.exists()}


def counted(results):
    counts = Counter(result["outcome"] for result in results)
    seconds = sum(result["seconds"] for result in results) / max(1, len(results))
    return ", ".join([f"{len(results)} mutants", *(f"{counts[word]} {word}" for word in ("caught", "missed", "timeout", "unviable"))]) \
        + f", {seconds:.1f} s each"


def without_place(name):
    """A name without its line and column: these move with every change of a file."""
    return re.sub(r"^([^:]+):\d+:\d+: ", r"\1: ", name)


def listed(text):
    """The survivors that are accepted, each as often as it may survive."""
    counts = Counter()
    for entry in tomllib.loads(text).get("survivor", []):
        if not entry["reason"].strip():
            raise SystemExit(f"{LISTED.name}: no reason for {entry['mutant']}")
        counts[entry["mutant"]] += entry.get("times", 1)
    return counts


def faults(results, accepted, complete):
    """What is wrong with results: survivors that are not listed, too many, and lines of the list that are not true."""
    missed = Counter(without_place(result["name"]) for result in results if result["outcome"] == "missed")
    tried = sum(result["outcome"] != "unviable" for result in results)
    wrong = [f"survives, and is not in {LISTED.name}: {name} ({times} of {missed[name]})" for name, times in (missed - accepted).items()]
    if complete:
        wrong += [f"in {LISTED.name}, but does not survive: {name}" for name in (accepted - missed)]
    if sum(missed.values()) * 100 > BOUND * tried:
        wrong.append(f"{sum(missed.values())} of {tried} mutants survive, more than {BOUND} %")
    return wrong


def report(folder, shards):
    """Prints every shard that is done and all survivors. Returns the exit status."""
    done = results_of(folder, shards)
    everything = []
    for shard, path in done.items():
        results = json.loads(path.read_text())
        everything += results
        print(f"shard {shard}/{shards}: {counted(results)}")
    print(f"{len(done)} of {shards} shards: {counted(everything)}")
    for result in everything:
        if result["outcome"] in ("missed", "timeout"):
            print(f"  {result['outcome']}: {result['name']}")
    wrong = faults(everything, listed(LISTED.read_text()), len(done) == shards)
    if len(done) < shards:
        wrong.append(f"{shards - len(done)} shards are not done")
    print("\n".join(wrong) or "every survivor is listed with its reason")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "target" / "mutants", help="where packages and results are kept")
    parser.add_argument("--shards", type=int, default=60, help="number of shards")
    parser.add_argument("--shard", type=int, action="append", help="only this shard, counted from 0; may be repeated")
    parser.add_argument("-j", "--jobs", type=int, default=1, help="mutants tried at a time")
    parser.add_argument("--again", action="store_true", help="try the survivors once more, after tests were added")
    parser.add_argument("--report", action="store_true", help="only print what is done")
    parser.add_argument("--fresh", action="store_true", help="forget the results")
    args = parser.parse_args()
    folder, note = args.folder.resolve(), args.folder.resolve() / "code"
    if args.fresh:
        shutil.rmtree(folder / "results", ignore_errors=True)
        note.unlink(missing_ok=True)
    if note.exists() and note.read_text() != code_hash():
        sys.exit("the code changed since these results; start anew with --fresh")
    mutant_packages.write(note, code_hash())
    if args.again:
        try_again(folder, args.shards)
    elif not args.report:
        run(folder, args.shards, args.shard or range(args.shards), args.jobs)
    sys.exit(report(folder, args.shards))


if __name__ == "__main__":
    main()
