#!/usr/bin/env python3
"""Makes every package for this machine: the static program, a tarball, a Debian package, a zip for AWS Lambda,
an SBOM, and their checksums. Once the crates and the tools are present, it needs no network."""

import argparse
import gzip
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import archive
import tools

SHELLS = {"bash": "trailproof.bash", "zsh": "_trailproof", "fish": "trailproof.fish", "elvish": "trailproof.elv",
          "powershell": "_trailproof.ps1"}
DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"]


def run(command, **more):
    """Runs a command. It ends this program where it fails."""
    command = [str(part) for part in command]
    done = subprocess.run(command, cwd=tools.ROOT, check=False, **more)
    if done.returncode != 0:
        raise SystemExit(f"exit status {done.returncode}: {' '.join(command)}")
    return done


def source_date():
    """The time that all files of the packages have: that of the commit, unless SOURCE_DATE_EPOCH is set."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=tools.ROOT, capture_output=True, text=True)
        given = done.stdout.strip()
    if not given.isdigit():
        raise SystemExit("the time of the packages is unknown: this is no git repository. Set SOURCE_DATE_EPOCH")
    return int(given)


def environment(target, epoch):
    """What cargo and its tools are run with. The program must not hold the paths of this machine."""
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    flags = os.environ.get("RUSTFLAGS", "").split()
    flags += ["-C", "target-feature=+crt-static"]
    # The last one that fits counts.
    places = {tools.ROOT: "trailproof", tools.TARGET: "target", f"{home}/registry/src": "crates",
              f"{tools.said('rustc', '--print', 'sysroot')}/lib/rustlib/src/rust": "rust"}
    flags += [f"--remap-path-prefix={place}={name}" for place, name in places.items()]
    env = {**os.environ, "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}
    env |= {"SOURCE_DATE_EPOCH": str(epoch), "CARGO_NET_OFFLINE": "true", "CARGO_TARGET_DIR": str(tools.TARGET)}
    # The assertions of C have paths in them, too.
    # Huge pages make mimalloc take five times the memory: also where the system gives them to every program.
    flags = [f"-ffile-prefix-map={home}/registry/src=crates", f"-ffile-prefix-map={tools.TARGET}=target", "-DMI_DEFAULT_ALLOW_THP=0"]
    # A folder may have blanks in its name.
    env |= {f"CFLAGS_{target.replace('-', '_')}": shlex.join(flags), "CC_SHELL_ESCAPED_FLAGS": "1"}
    env.pop("RUSTFLAGS", None)
    return env


def fetch(target):
    """Takes the crates from the network, unless all of them are present."""
    command = ["cargo", "fetch", "--quiet", "--locked", "--target", target]
    if subprocess.run([*command, "--offline"], cwd=tools.ROOT, capture_output=True).returncode == 0:
        return
    try:
        run(command, timeout=tools.PATIENCE)
    except subprocess.TimeoutExpired:
        raise SystemExit(f"crates are missing, and the registry does not answer: {' '.join(command)}") from None


def build(profile, target, env):
    """Builds the program, with the list of its crates in it. Returns the folder it is in."""
    fetch(target)
    command = [tools.crate("cargo-auditable"), "auditable", "rustc", "--frozen", "--bin", "trailproof", "--profile", profile,
               "--target", target]
    run([*command, "--", "-C", "strip=symbols"], env=env)
    return tools.TARGET / target / ("debug" if profile == "dev" else profile)


def generate(folder):
    """Lets the program write its man pages and its completions beside it, where cargo-deb finds them, too."""
    program, generated = folder / "trailproof", folder / "generated"
    shutil.rmtree(generated, ignore_errors=True)
    (generated / "man").mkdir(parents=True)
    (generated / "completions").mkdir()
    run([program, "man", generated / "man"])
    # As Debian wants its man pages. cargo-deb compresses none that lie beside the program.
    for section in (generated / "man").iterdir():
        compressed = generated / "debian" / section.name
        compressed.mkdir(parents=True)
        for page in section.iterdir():
            (compressed / f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), 9, mtime=0))
    for shell, name in SHELLS.items():
        with open(generated / "completions" / name, "wb") as out:
            run([program, "completions", shell], stdout=out)
    return generated


def tarball(out, name, folder, epoch):
    """The program with its documents, its man pages and its completions."""
    generated = folder / "generated"
    files = [("trailproof", folder / "trailproof", 0o755)]
    files += [(document, tools.ROOT / document, 0o644) for document in DOCUMENTS]
    files += [(str(path.relative_to(generated)), path, 0o644)
              for part in ("man", "completions") for path in (generated / part).rglob("*") if path.is_file()]
    archive.tar_gz(out / f"{name}.tar.gz", name, files, epoch)


def debian(out, profile, target, env):
    """The Debian package, of the program as it was built."""
    run([tools.crate("cargo-deb"), "--quiet", "--no-build", "--no-strip", "--frozen", "--profile", profile,
         "--target", target, "--output", f"{out}/"], env=env)


def in_the_program(target):
    """The crates that are in the program, as cargo prints them. What only builds or tests it is not."""
    tree = ["cargo", "tree", "--frozen", "--edges", "normal,no-proc-macro", "--target", target, "--prefix", "none"]
    return {tuple(line.split()[:2]) for line in tools.said(*tree, "--format", "{p}").splitlines()}


def sbom(out, name, target, env):
    """The SBOM: every crate in the program, with its version, licence and checksum."""
    file = tools.ROOT / f"{name}.cdx.json"
    run([tools.crate("cargo-cyclonedx"), "cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5",
         "--no-build-deps", "--target", target, "--override-filename", f"{name}.cdx"], env=env)
    # Crates are identified by their place on this machine, if they have no other: an address, in which blanks are encoded.
    text = re.sub(r'path\+file://[^"#]*#', "#", file.read_text()).replace("?download_url=file://.", "")
    bom = json.loads(text)
    file.unlink()
    # The tool also lists macros, and crates that only the features of tests need.
    wanted = in_the_program(target)
    bom["components"] = [part for part in bom["components"] if (part["name"], f"v{part['version']}") in wanted]
    kept = {bom["metadata"]["component"]["bom-ref"], *(part["bom-ref"] for part in bom["components"])}
    bom["dependencies"] = [entry for entry in bom["dependencies"] if entry["ref"] in kept]
    for entry in bom["dependencies"]:
        entry["dependsOn"] = [ref for ref in entry.get("dependsOn", []) if ref in kept]
    (out / f"{name}.cdx.json").write_text(json.dumps(bom, indent=2) + "\n")


def packages(out):
    """The packages in a folder."""
    return sorted(path for path in out.glob("trailproof[-_]*") if path.is_file())


def checksums(out):
    """Writes SHA256SUMS. Returns name, size and checksum of each package."""
    rows = [(path.name, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()) for path in packages(out)]
    (out / "SHA256SUMS").write_text("".join(f"{checksum}  {name}\n" for name, _, checksum in rows))
    return rows


def make(profile, target, out):
    """Makes every package. Returns name, size and checksum of each."""
    missing = tools.missing(target)
    if missing:
        raise SystemExit("\n  ".join([f"missing for packages of {target}:", *missing]))
    version = tomllib.loads((tools.ROOT / "Cargo.toml").read_text())["package"]["version"]
    name, epoch = f"trailproof-{version}-{target}", source_date()
    env = environment(target, epoch)
    folder = build(profile, target, env)
    generate(folder)
    out.mkdir(parents=True, exist_ok=True)
    for old in packages(out):
        old.unlink()
    shutil.copy(folder / "trailproof", out / name)
    tarball(out, name, folder, epoch)
    archive.zip_of_one(out / f"{name}-lambda.zip", "bootstrap", folder / "trailproof", 0o755, epoch)
    debian(out, profile, target, env)
    sbom(out, name, target, env)
    return checksums(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="dist", help="profile of cargo; by default dist")
    parser.add_argument("--target", help="by default the musl target of this machine")
    parser.add_argument("--out", type=Path, default=tools.TARGET / "packages", help="folder; older packages in it are replaced")
    args = parser.parse_args()
    target = args.target or tools.static_target(tools.host())
    tools.add_std(target)
    rows = make(args.profile, target, args.out.resolve())
    width = max(len(name) for name, _, _ in rows)
    for name, size, checksum in rows:
        print(f"{name:<{width}}  {size:>12,} bytes  {checksum}")


if __name__ == "__main__":
    main()
