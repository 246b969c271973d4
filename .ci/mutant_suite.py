"""The tests of a package, as those that try mutants: which of them reach a mutant, and whether one of these fails.
Imported by mutants.py."""

import os
import resource
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from pathlib import Path

import mutant_packages
from mutant_switch import REACHED, SWITCH, Switched

# Tests that run in one process. Each process takes twice as long as the one before: most mutants fail the first.
FIRST_SECONDS = 0.5
# A test counts as so many times faster for each module that it shares with a mutant: it is tried earlier.
NEARER = 4
# Seconds of a processor, and how often as long as without a mutant. A mutant whose tests take more loops for ever, and
# is caught. The machine may be busy, so there is more time by the clock on the wall: it ends what waits for ever.
PROCESSOR, PATIENCE, TIMES = 5, 60, 10
# Bytes of memory. A mutant may ask for all that there is.
MEMORY = 6 << 30


def environment(folder):
    """What cargo and tests run with. A failure is not kept: it would help the next mutant."""
    env = {name: value for name, value in os.environ.items() if name != "RUSTFLAGS"}
    return env | {"CARGO_TARGET_DIR": str(folder / "target"), "CARGO_INCREMENTAL": "1", "CARGO_NET_OFFLINE": "true",
                  "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1"}


def limit(seconds):
    """Bounds what each process that tries a mutant may take."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def shared(file, test):
    """How many modules a test is within that a file is within, too."""
    modules = Path(file).relative_to("src").with_suffix("").parts
    inside = [part for part in test.split("::") if part != mutant_packages.SUITE]
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(modules, inside)))


class Suite:
    """A package with all mutants in it, and its tests."""

    def __init__(self, package, folder, mutants, without=()):
        self.package = package
        self.folder = folder / package.name
        self.environment = environment(folder) | {"CARGO_PROFILE_DEV_OPT_LEVEL": str(package.optimised)}
        mutant_packages.make(package, self.folder)
        self.switched = Switched(self.folder, mutants)
        self.program = self.switched.build(self.environment)
        self.mutants = {mutant.name: mutant for mutant in self.switched.mutants()}
        self.without = without
        self.seconds, self.reaching = {}, {}

    def run(self, tests, seconds, **more):
        """Runs tests in one process. Returns how it ended, "passed", "failed" or "timeout", and its seconds of a processor."""
        process = subprocess.Popen([self.program, "--exact", "--test-threads=1", *tests], cwd=self.folder, env=self.environment | more,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   preexec_fn=lambda: limit(int(PROCESSOR + TIMES * seconds)))
        ender = threading.Timer(PATIENCE + TIMES * seconds, process.kill)
        ender.start()
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        ender.cancel()
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        # A process that exits early has passed no test.
        if process.returncode == 0 and b"test result: ok. %d passed" % len(tests) in said:
            ended = "passed"
        else:
            ended = "timeout" if process.returncode in (-24, -9) else "failed"
        return ended, usage.ru_utime + usage.ru_stime

    def prove(self, jobs):
        """Runs each test without a mutant, and notes how long it takes and what it reaches."""
        said = subprocess.run([self.program, "--list"], cwd=self.folder, capture_output=True, text=True, check=True).stdout
        tests = [line.removesuffix(": test") for line in said.splitlines() if line.endswith(": test")]
        tests = [test for test in tests if mutant_packages.takes_part(self.package, test) and test not in self.without]
        sites = {first: last for first, last in self.switched.ranges()}

        def reach(test):
            with tempfile.TemporaryDirectory() as folder:
                reached = Path(folder, "reached")
                ended, seconds = self.run([test], PROCESSOR, **{REACHED: str(reached)})
                if ended != "passed":
                    raise SystemExit(f"the test {test} fails without a mutant")
                marks = reached.read_bytes() if reached.exists() else b""
            return test, seconds, [first for first in sites if marks[first:first + 1] == b"1"]

        with ThreadPoolExecutor(jobs) as pool:
            for test, seconds, reached in pool.map(reach, tests):
                if seconds > self.package.longest:
                    continue
                self.seconds[test] = seconds
                for first in reached:
                    for number in range(first, sites[first] + 1):
                        self.reaching.setdefault(number, []).append(test)

    def try_mutant(self, name):
        """Tries a mutant: "caught", "timeout" or "missed"."""
        mutant = self.mutants[name]
        tests = self.reaching.get(mutant.number, [])
        waiting = sorted(tests, key=lambda test: self.seconds[test] / NEARER ** shared(mutant.file, test))
        budget = FIRST_SECONDS
        while waiting:
            batch, seconds = [], 0.0
            while waiting and (not batch or seconds + self.seconds[waiting[0]] <= budget):
                seconds += self.seconds[waiting[0]]
                batch.append(waiting.pop(0))
            ended, _ = self.run(batch, seconds, **{SWITCH: str(mutant.number)})
            if ended != "passed":
                return "caught" if ended == "failed" else ended
            budget *= 2
        return "missed"
