#!/usr/bin/env python3
"""Proves the packages: installs each as a user would, and runs it on the sample and against S3 on loopback.
Needs root, because it installs a Debian package and changes the root folder."""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
import zlib
from pathlib import Path

import make
import runtime_interface
import tools

sys.path.insert(0, str(tools.ROOT / "benches"))
import measure  # noqa: E402

SAMPLE = tools.ROOT / "testdata" / "sample"
CARGO = tomllib.loads((tools.ROOT / "Cargo.toml").read_text())["package"]
VERSION = CARGO["version"]
MANUAL = "usr/share/man/man1/trailproof.1.gz"
# What the Debian package puts in place, beside the program.
INSTALLED = [
    MANUAL, "usr/share/man/man1/trailproof-validate.1.gz", "usr/share/man/man7/trailproof-gaps.7.gz",
    "usr/share/bash-completion/completions/trailproof", "usr/share/zsh/vendor-completions/_trailproof",
    "usr/share/fish/vendor_completions.d/trailproof.fish", "usr/share/doc/trailproof/copyright",
    "usr/lib/systemd/system/trailproof.service", "usr/lib/systemd/system/trailproof.timer",
    "usr/lib/systemd/system/trailproof-failed.service", "etc/trailproof/trailproof.conf",
]
# What starts the timer. The package does not do that.
ENABLED = "/etc/systemd/system/timers.target.wants/trailproof.timer"


def expect(what, saw, wanted):
    """Ends this program unless both are equal."""
    if saw != wanted:
        raise SystemExit(f"FAILED {what}\n  expected: {wanted}\n  saw:      {saw}")


def done(what, detail=""):
    """One line for a step that held."""
    print(f"ok: {what}" + (f": {detail}" if detail else ""), flush=True)


def run(command, status=0, **more):
    """Runs a command that must end with this exit status. Returns its output."""
    command = [str(part) for part in command]
    ended = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **more)
    expect(f"exit status of {' '.join(command)}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}", ended.returncode, status)
    return ended.stdout


class Trial:
    """What each installed program must do."""

    def __init__(self):
        built = measure.build("corpus", "server", quick=True)
        self.folder, facts = measure.corpus(built["corpus"], "packages", digests=5, logs=2, records=3)
        self.server = measure.Server(built["server"], self.folder, 0)
        self.window = ["--trail-arn", facts["trail_arn"], "--start-time", facts["from"], "--end-time", facts["to"]]
        # The window begins after the first digest.
        self.counts = {"verdict": "verified", "digests": 4, "logs": 8, "findings": 0}

    def of(self, what, command, sample=SAMPLE, **more):
        """Runs a program: its version, the sample, a bucket."""
        env = measure.environment()
        expect(f"{what}, --version", run([*command, "--version"], env=env, **more).strip(), f"trailproof {VERSION}")
        said = run([*command, "validate", "--path", f"{sample}/bucket", "--keys", f"{sample}/keys"], env=env, **more)
        expect(f"{what}, the sample", said.split(":")[0], "VERIFIED")
        s3 = [*command, "validate", *self.window, "--endpoint-url", self.server.url, "--format", "json"]
        expect(f"{what}, in S3", measure.counts(json.loads(run(s3, env=env, **more))), self.counts)
        if self.server.stats()["requests"] == 0:
            raise SystemExit(f"FAILED {what}: the server was asked nothing")
        done(what, "--version, the sample, a bucket in S3")


def static(program):
    """Nothing is loaded at run time: no interpreter, no libraries."""
    segments, dynamic = run(["readelf", "--program-headers", program]), run(["readelf", "--dynamic", program])
    expect("segments that name an interpreter", "INTERP" in segments, False)
    expect("libraries that are needed", [line for line in dynamic.splitlines() if "(NEEDED)" in line], [])
    holds = [place for place in (str(Path.home()), str(tools.ROOT)) if len(place) > 1 and place.encode() in program.read_bytes()]
    expect("paths of this machine in the program", holds, [])
    done("static program", f"{program.stat().st_size:,} bytes")


def in_a_chroot(trial, program):
    """The program in a folder laid out as the image that the Dockerfile makes, as the same user."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "usr" / "bin").mkdir(parents=True)
        (root / "tmp").mkdir()
        os.chown(root / "tmp", 65532, 65532)
        shutil.copy(program, root / "usr" / "bin" / "trailproof")
        shutil.copytree(SAMPLE, root / "sample")
        command = ["chroot", "--userspec=65532:65532", root, "/usr/bin/trailproof"]
        trial.of("static program in an empty chroot", command, sample="/sample")


def tarball(trial, out, name):
    """Checksums as a user checks them, then the program in the unpacked tarball."""
    run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=out)
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(out / f"{name}.tar.gz") as archive:
            expect("owners in the tarball", {(entry.uid, entry.gid) for entry in archive}, {(0, 0)})
        run(["tar", "--extract", "--file", out / f"{name}.tar.gz"], cwd=folder)
        unpacked = Path(folder) / name
        wanted = [*make.DOCUMENTS, "man/man1/trailproof.1", "man/man7/trailproof-gaps.7", *(f"completions/{file}" for file in make.SHELLS.values())]
        expect("missing in the tarball", [file for file in wanted if not (unpacked / file).exists()], [])
        run(["bash", "-n", unpacked / "completions" / "trailproof.bash"])
        trial.of("tarball", [unpacked / "trailproof"])


def dpkg(*arguments):
    """Runs dpkg as soon as no other program uses it."""
    ends = time.monotonic() + tools.PATIENCE
    command = ["dpkg", *arguments]
    while time.monotonic() < ends:
        ended = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if "lock was locked by another process" not in ended.stderr:
            break
        time.sleep(1)
    expect(f"exit status of dpkg {arguments}\n{ended.stderr}", ended.returncode, 0)


def debian(trial, out):
    """The Debian package, installed on this machine and removed again."""
    packages = list(out.glob("trailproof_*.deb"))
    expect("Debian packages", len(packages), 1)
    fields = run(["dpkg-deb", "--show", "--showformat", "${Version} [${Depends}]", packages[0]])
    expect("version and dependencies of the Debian package", fields, f"{VERSION}-1 []")
    # Images of Debian for containers leave out manuals, unless they are wanted.
    dpkg("--path-include=/usr/share/*", "--install", packages[0])
    try:
        expect("missing after dpkg --install", [file for file in INSTALLED if not Path("/", file).is_file()], [])
        expect("the manual's name", b'.TH trailproof 1' in run_bytes(["gzip", "-dc", f"/{MANUAL}"]), True)
        expect("the timer is enabled", Path(ENABLED).is_symlink(), False)
        units = [f"/{file}" for file in INSTALLED if file.endswith((".service", ".timer"))]
        verify = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)
        expect("systemd says of the units", (verify.returncode, verify.stdout), (0, ""))
        trial.of("Debian package, installed", ["/usr/bin/trailproof"])
    finally:
        dpkg("--purge", "trailproof")
    left = [file for file in ["usr/bin/trailproof", *INSTALLED] if Path("/", file).exists()]
    expect("left after dpkg --purge", left, [])
    done("Debian package, removed")


def run_bytes(command):
    """The output of a command, as bytes."""
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def lambda_zip(out, name):
    """The zip holds the program, executable and under the name that AWS Lambda starts."""
    with zipfile.ZipFile(out / f"{name}-lambda.zip") as archive:
        entries = [(entry.filename, oct(entry.external_attr >> 16)) for entry in archive.infolist()]
        expect("entries of the zip", entries, [("bootstrap", "0o100755")])
        held = hashlib.sha256(archive.read("bootstrap")).hexdigest()
    expect("the program in the zip", held, hashlib.sha256((out / name).read_bytes()).hexdigest())
    done("zip for AWS Lambda")


def lambda_function(trial, out, name):
    """The zip as a function of AWS Lambda: the runtime interface and S3 are on loopback."""
    with tempfile.TemporaryDirectory() as folder, runtime_interface.RuntimeInterface() as interface:
        program = Path(folder, "bootstrap")
        with zipfile.ZipFile(out / f"{name}-lambda.zip") as archive:
            archive.extract("bootstrap", folder)
        program.chmod(0o755)
        env = measure.environment() | {
            "AWS_ENDPOINT_URL": trial.server.url, "AWS_LAMBDA_RUNTIME_API": interface.address, "LAMBDA_TASK_ROOT": folder,
            "AWS_LAMBDA_FUNCTION_NAME": "trailproof", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        }
        arn, start, end = trial.window[1::2]
        with subprocess.Popen([program], env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as function:
            try:
                kind, answer = interface.invoke({"trail_arn": arn, "start_time": start, "end_time": end})
                expect("the answer of the function", (kind, answer.get("exit_status")), ("response", 0))
                expect("what the function validated", measure.counts(answer["report"]), trial.counts)
                kind, answer = interface.invoke({"endpoint_url": "http://127.0.0.1:1"})
                expect("an event with an endpoint", (kind, answer.get("errorType")), ("error", "Event.Invalid"))
            finally:
                function.kill()
    done("function of AWS Lambda", "an event is answered, and one with an endpoint refused")


def sbom(out, name, target):
    """The SBOM is valid, and lists exactly the crates that cargo compiles into the program."""
    path = out / f"{name}.cdx.json"
    check = ("import sys; from cyclonedx.schema import SchemaVersion as V; "
             "from cyclonedx.validation.json import JsonStrictValidator as J; "
             "error = J(V.V1_5).validate_str(open(sys.argv[1]).read()); "
             "sys.exit(error and str(error).splitlines()[0])")
    run([tools.python(), "-c", check, path])
    bom = json.loads(path.read_text())
    listed = {(part["name"], f"v{part['version']}") for part in bom["components"]}
    compiled = make.in_the_program(target) - {("trailproof", f"v{VERSION}")}
    expect("crates in the SBOM that are not in the program", sorted(listed - compiled), [])
    expect("crates in the program that are not in the SBOM", sorted(compiled - listed), [])
    refs = {bom["metadata"]["component"]["bom-ref"], *(part["bom-ref"] for part in bom["components"])}
    used = {ref for entry in bom["dependencies"] for ref in [entry["ref"], *entry["dependsOn"]]}
    expect("crates that the SBOM refers to and does not list", sorted(used - refs), [])
    expect("paths of this machine in the SBOM", str(tools.ROOT) in path.read_text(), False)
    lock = tomllib.loads((tools.ROOT / "Cargo.lock").read_text())["package"]
    for crate in ("ring", "sha2", "aws-sdk-s3"):
        versions = {(crate, f"v{package['version']}") for package in lock if package["name"] == crate}
        expect(f"{crate} of Cargo.lock in the SBOM", bool(versions & listed), True)
    done("SBOM", f"{len(listed)} crates")


def audit(out, name, target):
    """The program lists every crate that it holds. It also lists macros, and crates that only the features of tests need."""
    with tempfile.NamedTemporaryFile() as section:
        run(["objcopy", "--output-target=binary", "--only-section=.dep-v0", "--set-section-flags=.dep-v0=alloc", out / name,
             section.name])
        packages = json.loads(zlib.decompress(Path(section.name).read_bytes()))["packages"]
    listed = {(part["name"], f"v{part['version']}") for part in packages if part.get("kind") != "build"}
    locked = tomllib.loads((tools.ROOT / "Cargo.lock").read_text())["package"]
    expect("crates that the program holds and does not list", sorted(make.in_the_program(target) - listed), [])
    expect("crates that are not locked", sorted(listed - {(part["name"], f"v{part['version']}") for part in locked}), [])
    done("list of crates in the program", f"{len(listed)} crates")


def binstall(out, target):
    """cargo binstall would download and unpack the tarball that was made."""
    known = {"repo": "REPO", "name": "trailproof", "version": VERSION, "target": target, "bin": "trailproof", "binary-ext": ""}

    def filled(template):
        for key, value in known.items():
            template = template.replace(f"{{ {key} }}", value)
        return template

    given = CARGO["metadata"]["binstall"]
    package = out / filled(given["pkg-url"]).rsplit("/", 1)[1]
    expect("the file that cargo binstall downloads exists", (str(package), package.exists()), (str(package), True))
    with tarfile.open(package) as archive:
        expect("the program that cargo binstall takes", filled(given["bin-dir"]) in archive.getnames(), True)
    done("cargo binstall", package.name)


def reproducible(profile, target, out):
    """A second run makes the same packages, byte for byte."""
    with tempfile.TemporaryDirectory() as again:
        make.make(profile, target, Path(again))
        expect("checksums of a second run", Path(again, "SHA256SUMS").read_text(), (out / "SHA256SUMS").read_text())
    done("packages made again are equal")


def action(out, name):
    """The scripts of the action, run as a runner of GitHub runs them, for each kind of package."""
    scripts = tools.ROOT / ".packaging" / "action"
    arguments = f"--path\n  {SAMPLE}/bucket\n--keys  \n{SAMPLE}/keys\r\n\n"
    packages = [out / name, out / f"{name}.tar.gz", *out.glob("*.deb")]
    with tempfile.TemporaryDirectory() as folder:
        told = {key: f"{folder}/{key}" for key in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        env = {**measure.environment(), **told, "RUNNER_TEMP": folder, "VERSION": "", "RELEASES": ""}
        for package in packages:
            run(["bash", scripts / "install.sh"], env={**env, "PACKAGE": str(package)})
        env["PATH"] = f"{Path(told['GITHUB_PATH']).read_text().splitlines()[-1]}:{env['PATH']}"
        run(["bash", scripts / "validate.sh"], env={**env, "ARGS": arguments})
        # A window without digests at its end, and arguments that a shell would run.
        run(["bash", scripts / "validate.sh"], status=3, env={**env, "ARGS": arguments + "--end-time=2026-03-05"})
        # Arguments that are no validation.
        run(["bash", scripts / "validate.sh"], status=2, env={**env, "ARGS": "--help"})
        run(["bash", scripts / "validate.sh"], status=2, env={**env, "ARGS": f"$(touch {folder}/ran)\n`touch {folder}/ran`"})
        expect("arguments that a shell ran", Path(folder, "ran").exists(), False)
        outputs = [line for line in Path(told["GITHUB_OUTPUT"]).read_text().splitlines() if not line.startswith("report=/")]
        expect("outputs of the action", outputs, [
            "verdict=verified", "exit-status=0", "verdict=gaps", "exit-status=3", *["verdict=none", "exit-status=2", "report="] * 2,
        ])
        titles = [line for line in Path(told["GITHUB_STEP_SUMMARY"]).read_text().splitlines() if line.startswith("# ")]
        expect("titles in the summary", titles, ["# CloudTrail logs: VERIFIED", "# CloudTrail logs: GAPS"])
    done("action for GitHub", f"{len(packages)} kinds of packages, three verdicts")


def linters():
    """What checks the files that cannot run here."""
    programs = tools.python().parent
    run([programs / "hadolint", ".packaging/Dockerfile"], cwd=tools.ROOT)
    done("hadolint", ".packaging/Dockerfile")
    run([programs / "actionlint", *sorted(Path(tools.ROOT, ".github", "workflows").glob("*.yml"))], cwd=tools.ROOT)
    done("actionlint", "the workflows, and with them the action")
    run(["shellcheck", *sorted(Path(tools.ROOT, ".packaging", "action").glob("*.sh"))])
    done("shellcheck", "the scripts of the action")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, help="folder with packages; by default they are made, with --profile")
    parser.add_argument("--profile", default="dist")
    args = parser.parse_args()
    target = tools.install_all()
    out = (args.packages or tools.TARGET / "packages").resolve()
    if not args.packages:
        make.make(args.profile, target, out)
    name = f"trailproof-{VERSION}-{target}"
    linters()
    static(out / name)
    lambda_zip(out, name)
    sbom(out, name, target)
    audit(out, name, target)
    binstall(out, target)
    trial = Trial()
    with trial.server:
        in_a_chroot(trial, out / name)
        tarball(trial, out, name)
        debian(trial, out)
        lambda_function(trial, out, name)
    action(out, name)
    if not args.packages:
        reproducible(args.profile, target, out)


if __name__ == "__main__":
    main()
