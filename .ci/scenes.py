"""The pages that the browser opens: of the test data, of saved reports, and of generated organizations."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benches"))
import measure  # noqa: E402

TITLE = "Audit of CloudTrail logs, second half"
NOTE = """# Scope

All accounts of the *payments* organization, see [the plan](https://example.com/plan).

- requested by: the audit committee
- checked by: two people

| region | why |
| --- | --- |
| eu-west-1 | production |
"""
HOSTILE = "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
HOSTILE_NOTE = f"""# {HOSTILE}

{HOSTILE} ![picture](https://example.com/x.png) [link](javascript:document.title='pwned')

</section></main></body><style>body {{ display: none }}</style>
<iframe src="https://example.com/"></iframe>

{'wide' * 200}

`{'code' * 200}`
"""


@dataclass
class Scene:
    """A page, and what its print must say on each sheet."""

    name: str
    page: Path
    title: str
    verdict: str
    date: str


def worst_case():
    """The case with the most findings of severity failed."""
    def failed(path):
        return sum(f["severity"] == "failed" for f in json.loads(path.read_text())["findings"])
    return max(sorted((ROOT / "testdata").glob("*/expected.json")), key=failed).parent.name


def without_last_signatures(bucket):
    """Removes the signature of the last digest of each chain, which a plain copy of a bucket lacks."""
    for chain in bucket.glob("AWSLogs/**/CloudTrail-Digest/*"):
        last = max(chain.glob("*/*/*/*.gz.head.json"), key=lambda path: path.name)
        last.unlink()


class Scenes:
    """Makes pages in a folder."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def make(self, wanted):
        """The pages with these names; all of them by default."""
        golden = ROOT / "tests" / "golden"
        accounts = {"111111111111": "Payments", "222222222222": "Web shop", "333333333333": "Archive"}
        hostile = {account: HOSTILE[:120] for account in accounts}
        year = {"chains": 6, "regions": 2, "digests": 8760, "logs": 0, "records": 1}
        makers = {
            "damaged": lambda name: self.case(name, worst_case()),
            "deletions": lambda name: self.case(name, "gap--digests-removed"),
            "everything": lambda name: self.rendered(name, golden / "everything.json"),
            "organization": lambda name: self.rendered(name, golden / "organization.json", names=accounts),
            "hostile": lambda name: self.rendered(name, golden / "organization.json", HOSTILE, HOSTILE_NOTE, hostile),
            "chains": lambda name: self.corpus(name, chains=160, digests=24, logs=1, records=1, altered=1),
            "year": lambda name: self.corpus(name, without_last_signatures, **year),
        }
        return [make(name) for name, make in makers.items() if not wanted or name in wanted]

    def run(self, command, **more):
        """Runs trailproof. Its exit status is that of a verdict."""
        command = [str(word) for word in command]
        ended = subprocess.run([self.program, *command], capture_output=True, text=True, **more)
        if ended.returncode not in (0, 1, 3, 4):
            raise SystemExit(f"FAILED {' '.join(command)}\n{ended.stderr}")

    def rendered(self, name, saved, title=TITLE, note=NOTE, names=None):
        """The page of a saved report."""
        page, given = self.folder / f"{name}.html", ["--title", title]
        given += ["--note", self.written(f"{name}.note.md", note)]
        if names:
            given += ["--names", self.written(f"{name}.names.json", json.dumps(names))]
        self.run(["report", saved, "--format", "html", "--out", page, *given])
        report = json.loads(saved.read_text())
        return Scene(name, page, title, report["verdict"].upper(), report["run"]["finished"][:10])

    def written(self, name, text):
        """A file with this text."""
        path = self.folder / name
        path.write_text(text)
        return path

    def validated(self, name, arguments, names=None, **more):
        """The page of a validation."""
        saved = self.folder / f"{name}.json"
        self.run(["validate", *arguments, "--quiet", "--format", "json", "--out", saved], **more)
        return self.rendered(name, saved, names=names)

    def case(self, name, case_name):
        """The page of a case in testdata."""
        at = ROOT / "testdata" / case_name
        return self.validated(name, tomllib.loads((at / "case.toml").read_text())["args"], cwd=at)

    def corpus(self, name, spoil=None, **spec):
        """The page of a generated organization."""
        made, _ = measure.corpus(measure.build("corpus", quick=True)["corpus"], f"browser-{name}", **spec)
        bucket = made / "bench-logs"
        if spoil:
            bucket = self.folder / f"{name}.bucket"
            shutil.copytree(made / "bench-logs", bucket, copy_function=os.link)
            spoil(bucket)
        names = {str(111111111111 + n): f"Account {n + 1}" for n in range(10)}
        return self.validated(name, ["--path", bucket, "--keys", made / "keys"], names)
