"""Checks that `rust-version` is the oldest compiler that the dependencies allow, and that README.md says the same.
That our own code needs nothing newer is checked by clippy (`incompatible_msrv`)."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def numbers(version):
    return [*map(int, version.split(".")), 0, 0][:3]


host = re.search(r"^host: (.+)$", subprocess.check_output(["rustc", "-vV"], text=True), re.M).group(1)
command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host]
metadata = json.loads(subprocess.check_output(command, cwd=ROOT))
[own] = [package for package in metadata["packages"] if package["id"] in metadata["workspace_members"]]
others = [package for package in metadata["packages"] if package is not own and package["rust_version"]]
newest = max(others, key=lambda package: numbers(package["rust_version"]))
if numbers(own["rust_version"]) != numbers(newest["rust_version"]):
    sys.exit(f"Cargo.toml: rust-version is {own['rust_version']}, and {newest['name']} {newest['version']} needs "
             f"{newest['rust_version']}")
if f"({own['rust_version']} or later)" not in (ROOT / "README.md").read_text():
    sys.exit(f"README.md does not say that Rust {own['rust_version']} or later is needed")
print(f"rust-version {own['rust_version']}, as {newest['name']} {newest['version']} needs it")
