#!/usr/bin/env python3
"""Shows that the packages can be made again: clones the repository twice, builds each clone with a home of cargo of its
own, and compares the packages byte for byte. Takes two release builds. Needs no network once the crates are present."""

import argparse
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import make
import tools

# Paths of different lengths, and another number of jobs: neither may show.
PLACES = [("one", 1), ("another/folder/with a longer name", 2)]


def home_of_cargo(home):
    """Makes a home of cargo that has the downloaded crates, and unpacks them itself."""
    registry = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"), "registry")
    for part in ("index", "cache"):
        if (registry / part).is_dir():
            shutil.copytree(registry / part, home / "registry" / part)


def packages(folder, jobs, args):
    """Clones, builds and packs in a folder. Returns the lines of SHA256SUMS."""
    clone, home, out = folder / "clone", folder / "home", folder / "packages"
    home_of_cargo(home)
    make.run(["git", "clone", "--quiet", "--no-hardlinks", tools.ROOT, clone])
    (clone / "target").mkdir()
    (clone / "target" / "tools").symlink_to(tools.FOLDER)
    env = {name: value for name, value in os.environ.items() if name not in ("CARGO_TARGET_DIR", "SOURCE_DATE_EPOCH", "RUSTFLAGS")}
    env |= {"CARGO_HOME": str(home), "CARGO_BUILD_JOBS": str(jobs), "CARGO_INCREMENTAL": "0"}
    env.setdefault("RUSTUP_HOME", str(Path.home() / ".rustup"))
    more = ["--target", args.target] if args.target else []
    make.run(["python3", clone / ".packaging" / "make.py", "--profile", args.profile, "--out", out, *more], env=env)
    for package in out.iterdir():
        held = package.read_bytes()
        if any(place.encode() in held for place in (str(folder), quote(str(folder)))):
            raise SystemExit(f"FAILED {package.name} holds the path of its folder: {folder}")
    sums = (out / "SHA256SUMS").read_text().splitlines()
    # Two builds need much room.
    shutil.rmtree(clone)
    shutil.rmtree(home)
    return sums


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="dist", help="profile of cargo; by default dist, as released")
    parser.add_argument("--target", help="by default the musl target of this machine")
    parser.add_argument("--folder", type=Path, help="where the clones are made; by default a temporary folder")
    args = parser.parse_args()
    if subprocess.run(["git", "status", "--porcelain"], cwd=tools.ROOT, capture_output=True, check=True).stdout:
        raise SystemExit("commit first: the clones have what is committed")
    # At the same time: the last step of each build takes minutes of one processor.
    with tempfile.TemporaryDirectory(dir=args.folder) as folder, ThreadPoolExecutor() as pool:
        one, other = pool.map(lambda place: packages(Path(folder, place[0]), place[1], args), PLACES)
    for line in one:
        print(("equal   " if line in other else "DIFFERS ") + line)
    if one != other:
        raise SystemExit("FAILED the packages of the two folders differ")
    print(f"ok: {len(one)} packages from two folders with two homes of cargo are equal, byte for byte")


if __name__ == "__main__":
    main()
