#!/usr/bin/env python3
"""Guards that need no clock: allocations per log and per digest of a validation on disk, and instructions of
each pure stage. Callgrind counts the instructions, and they are compared with the counts beside this script.

The code is that which `cargo test` built: its dependencies are optimised, this crate is not. So the counts say how
much work is done, and not how fast. They do not depend on how busy the machine is, but they do on its kind and on the
compiler. After a change of either, or an intended change of the code, `--bless` stores them again."""

import argparse
import concurrent.futures
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import measure  # noqa: E402

KEPT = Path(__file__).with_name("instructions.json")
SLACK = 0.10


def said(*command):
    """The output of a command."""
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def count(tool, name):
    """The instructions of one run of a case."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--error-exitcode=9"]
        valgrind += ["--collect-atstart=no", "--toggle-collect=*measured*"]
        done = subprocess.run([*valgrind, tool, name], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{name}: {done.stderr}")
        summary = re.search(r"^(?:summary|totals): (\d+)", out.read_text(errors="replace"), re.M)
        instructions = int(summary.group(1)) if summary else 0
    if instructions == 0:
        raise SystemExit(f"{name}: nothing was counted: is the function measured() gone?")
    return instructions


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bless", action="store_true", help="keep what is counted now")
    args = parser.parse_args()
    tools = measure.build("allocations", "instructions", quick=True)
    print(said(tools["allocations"]), end="\n\n")
    tool = tools["instructions"]
    names = said(tool).splitlines()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(names, pool.map(lambda name: count(tool, name), names)))
    machine = {"arch": platform.machine(), "rustc": said("rustc", "--version"), "valgrind": said("valgrind", "--version")}
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"instructions": {}}
    if args.bless:
        KEPT.write_text(json.dumps({**machine, "instructions": counted}, indent=2) + "\n")
        kept = json.loads(KEPT.read_text())
    rows, worse = [], []
    for name in sorted({*counted, *kept["instructions"]}):
        now, then = counted.get(name), kept["instructions"].get(name)
        change = (now / then - 1) if now and then else None
        if change is None or change > SLACK:
            worse.append(name)
        rows.append([name, then or "", now or "", f"{change:+.1%}" if change is not None else "not kept"])
    print(measure.table(["stage", "kept", "now", "change"], rows))
    if not worse:
        return
    if kept.get("arch") != machine["arch"]:
        print(f"Kept for {kept.get('arch')}: nothing can be told here.", file=sys.stderr)
        return
    for what in ("rustc", "valgrind"):
        if kept.get(what) != machine[what]:
            print(f"Kept with {kept.get(what)}; this is {machine[what]}.", file=sys.stderr)
    raise SystemExit(f"More instructions than kept, by over {SLACK:.0%}: {', '.join(worse)}. Make it fewer, or if that is "
                     "meant: benches/guards/check.py --bless")


if __name__ == "__main__":
    main()
