"""Shared by the scripts in this folder: building, corpora, the server, runs and tables."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CORPORA = TARGET / "corpora"
RESULTS = TARGET / "bench-results"


def build(*names, quick=False):
    """Builds tools of the benches, and returns their paths. The quick ones use the library as `cargo test` built it."""
    command = ["cargo", "build", "--locked", "--message-format", "json-render-diagnostics"]
    if not quick:
        # They do not need the AWS SDK. A folder of its own, because this also builds the program, without the SDK.
        command += ["--no-default-features", "--profile", "bench", "--target-dir", str(TARGET / "bench-build")]
    for name in names:
        command += ["--bench", name]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    found = {}
    for line in said.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["kind"] == ["bench"]:
            found[message["target"]["name"]] = Path(message["executable"])
    return found


def program(given):
    """The program as it is shipped: the given one, or a build of the profile for packages."""
    if given:
        return Path(given).resolve()
    subprocess.run(["cargo", "build", "--profile", "dist", "--locked"], cwd=ROOT, check=True)
    return TARGET / "dist" / "trailproof"


def corpus(tool, name, **spec):
    """Makes a named corpus, or one of a spec under that name. Returns its folder and its facts."""
    folder = CORPORA / name
    command = [tool, "--dir", folder]
    if not spec:
        command += ["--name", name]
    for key, value in spec.items():
        command += [f"--{key}", str(value)]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return folder, json.loads(said.stdout)


class Server:
    """The lean server over a corpus, in a process of its own."""

    def __init__(self, tool, folder, latency_ms, more=()):
        command = [tool, "--dir", folder, "--latency-ms", str(latency_ms), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise SystemExit("the server did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def stats(self):
        """The requests since the last call."""
        with urllib.request.urlopen(f"{self.url}/stats?clear") as answer:
            return json.load(answer)


def environment(**more):
    """An environment without the user's own AWS settings."""
    home = RESULTS / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": "AKIABENCH",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent/aws",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/aws",
        "NO_PROXY": "127.0.0.1",
        **more,
    }


# Without it, Linux counts the memory of this script when it started the command: at least 20 MB.
TIME = shutil.which("time")


class Run:
    """One run of a command: its exit status, output, time and memory."""

    def __init__(self, command, env=None):
        command = [str(part) for part in command]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, \
                tempfile.NamedTemporaryFile("r") as peak:
            if TIME:
                command = [TIME, "--format", "%M", "--output", peak.name, *command]
            began = time.monotonic()
            process = subprocess.Popen(command, stdout=out, stderr=err, env=env)
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            self.status = process.returncode
            out.seek(0)
            err.seek(0)
            self.out = out.read().decode(errors="replace")
            self.err = err.read().decode(errors="replace")
            # If the command failed, a line that says so comes before the number.
            told = peak.read().split()
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = int(told[-1] if told else usage.ru_maxrss) / 1024

    def json(self):
        """The output, parsed as JSON."""
        try:
            return json.loads(self.out)
        except json.JSONDecodeError:
            raise SystemExit(f"exit {self.status}: {self.err or self.out}") from None


def median(runs, of):
    """The median of one measurement over all runs."""
    return statistics.median(getattr(run, of) for run in runs)


def counts(report):
    """A summary of a report of trailproof."""
    totals = report["totals"]
    return {
        "verdict": report["verdict"],
        "digests": totals["digests"]["valid"],
        "logs": totals["logs"]["valid"],
        "findings": sum(totals["findings"].values()),
    }


def table(head, rows):
    """A markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def publish(name, text, data):
    """Prints a result, and stores it as JSON."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    kept = RESULTS / f"{name}.json"
    data = {"made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "cores": os.cpu_count(), **data}
    kept.write_text(json.dumps(data, indent=2) + "\n")
    print(text)
    print(f"\nAs JSON: {kept}", file=sys.stderr)


RESULTS.mkdir(parents=True, exist_ok=True)
