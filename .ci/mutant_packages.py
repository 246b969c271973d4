"""Small packages of some rooms of `src/`, and of the tests that compile without the other rooms. A mutant is built
and tested in them in seconds. One more package is the whole project without default features: its tests run the
program. Imported by mutants.py."""

import json
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The names by which code uses packages that are called otherwise.
LIBRARIES = {"md-5": "md5"}
# A test that says one of these needs the program, or a folder for tests that are a crate of their own.
NEEDS_MORE = re.compile(r"CARGO_BIN_EXE|CARGO_TARGET_TMPDIR")
# Tests that take minutes of a processor: they try thousands of cases, and what they show the others show, too.
SLOW = {("whole", "bits"), ("whole", "worlds"), ("whole", "fuzz"), ("whole", "resources")}
# More tests that do not try mutants in the whole: those that read the code, which is another one with mutants in it, or
# do not run it, and those that bound the size of files, since what is reached is noted in one.
UNFIT = {("layering",), ("words",), ("manual",), ("cli", "output", "limits")}
# A module that another file holds, with its attributes.
DECLARATION = re.compile(r'(?m)^(?P<attributes>(?:#\[[^\n]*\]\n)*)(?:pub(?:\([a-z]+\))? )?mod (?P<name>\w+);\n')
# A path from the root of the crate or of the library, or one that begins above.
PATH = re.compile(r"\b(crate|trailproof)::((?:\w+::)*)(\{[^;]*?\}|\w+)")
ABOVE = re.compile(r"\b((?:super::)+)((?:\w+::)*)(\w+)?")


@dataclass(frozen=True)
class Package:
    """Some rooms. They are one crate with their tests, so that only one is compiled for a mutant."""

    name: str
    rooms: tuple
    # How its code is optimised: a small one is built once, and its tests run thousands of times.
    optimised: int = 1
    # Tests that take more seconds of a processor are left out.
    longest: float = 5


# A mutant that survives in one package is tried in the next one.
ROOMS = Package("rooms", ("base", "cloudtrail", "proof"))
LIBRARY = Package("library", ("base", "cloudtrail", "proof", "report", "source", "validate"))
WHOLE = Package("whole", (), optimised=0, longest=1)
# The module that holds the tests of `tests/`.
SUITE = "suite"


def toml(value):
    """A value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def write(path, text):
    """Writes a file unless it has this text: cargo goes by the time of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode() if isinstance(text, str) else text
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def copy(source, folder, below, wanted):
    """Copies the wanted files of a folder, and removes what is no longer there."""
    kept = {path.relative_to(source) for path in source.rglob("*") if path.is_file() and wanted(path)}
    for path in [path for path in (folder / below).rglob("*") if path.is_file() and wanted(path)]:
        if path.relative_to(folder / below) not in kept:
            path.unlink()
    for path in kept:
        write(folder / below / path, (source / path).read_bytes())


def library(rooms):
    """`lib.rs` with these rooms alone, and the names that it re-exports."""
    text = (ROOT / "src" / "lib.rs").read_text()
    uses = re.findall(r"(?:#\[cfg\([^\n]*\n)?pub use [^;]*;", text)
    kept = [use for use in uses if use.startswith("pub use ") and use.split()[2].split("::")[0] in {*rooms, "jiff"}]
    names = {name for use in kept for name in re.findall(r"\b(\w+)\s*(?=[,};])", use)}
    text = "".join(f"pub mod {room};\n" for room in rooms) + "\n".join(kept)
    for module, file in ((SUITE, "main"), ("examples", "examples")):
        text += f'\n#[cfg(test)]\n#[path = "../tests/{file}.rs"]\nmod {module};\n'
    return text, names


def examples(rooms):
    """The examples in the documentation of rooms, as tests: rustdoc would compile them by themselves each time."""
    tests = []
    for path in sorted(path for room in rooms for path in (ROOT / "src" / room).rglob("*.rs")):
        comments = re.findall(r"(?m)(?:^[ ]*//[/!](?: .*)?\n)+", path.read_text())
        for comment in comments:
            text = re.sub(r"(?m)^[ ]*//[/!] ?", "", comment)
            for block in re.findall(r"(?ms)^```\n(.*?)^```$", text):
                body = re.sub(r"(?m)^# ?", "", block).replace("trailproof::", "crate::")
                if re.search(r"(?m)^Ok::<", body):
                    body = f"fn inner() -> Result<(), impl std::fmt::Debug> {{\n{body}}}\ninner().unwrap();\n"
                tests.append(f"// {path.relative_to(ROOT)}\n#[test]\nfn example_{len(tests)}() {{\n{body}}}\n")
    return "\n".join(tests)


class Tests:
    """The files of `tests/` that compile without the rooms that a package lacks."""

    def __init__(self, rooms, names):
        self.top = ROOT / "tests"
        self.texts = {self.module(path): path.read_text() for path in self.top.rglob("*.rs")}
        self.known = {*rooms, *names}
        self.left = {module for module in self.texts if module[:2] in SLOW or self.needs_more(module)}
        grown = True
        while grown:
            more = {module for module in self.texts if module not in self.left and self.needs(module) & self.left}
            self.left |= more
            grown = bool(more)

    def module(self, path):
        """The path of a file's module, as a tuple: that of main.rs is empty."""
        parts = path.relative_to(self.top).with_suffix("").parts
        return parts[:-1] if parts[-1] in ("mod", "main") else parts

    def file(self, module):
        """The file of a module."""
        for path in (self.top.joinpath(*module, "mod.rs"), self.top.joinpath(*module).with_suffix(".rs")):
            if module and path.exists():
                return path
        return self.top / "main.rs"

    def needs_more(self, module):
        """Whether a module needs the program, or a room or a feature that is not in the package."""
        text = self.texts[module]
        used = {path[0] for start, path in self.paths(text) if start == "trailproof"}
        parent = self.texts.get(module[:-1], "") if module else ""
        declared = [found for found in DECLARATION.finditer(parent) if module and found["name"] == module[-1]]
        return bool(NEEDS_MORE.search(text)) or not used <= self.known or any("feature" in found["attributes"] for found in declared)

    @staticmethod
    def paths(text):
        """The paths that a text names: where each begins, and its parts."""
        for start, middle, end in PATH.findall(text):
            begin = tuple(part for part in middle.split("::") if part)
            ends = re.findall(r"(?:^|[{,])\s*((?:\w+::)*\w+)", end) if end.startswith("{") else [end]
            for each in ends:
                yield start, (*begin, *each.split("::"))

    def needs(self, module):
        """The modules without which a module does not compile: that above it, and those it names."""
        text = self.texts[module]
        named = [path for start, path in self.paths(text) if start == "crate"]
        for above, middle, end in ABOVE.findall(text):
            base = module[:max(0, len(module) - above.count("super::"))]
            named.append((*base, *(part for part in (*middle.split("::"), end) if part)))
        children = [found["name"] for found in DECLARATION.finditer(text)]
        named += [(*module, child) for child in children if re.search(rf"\b{child}::", text)]
        found = {module[:-1]} if module else set()
        for path in named:
            depths = [path[:depth] for depth in range(len(path), 0, -1) if path[:depth] in self.texts]
            found |= set(depths[:1])
        return found - {module, ()}

    def write(self, folder):
        """Writes the tests as a module of the library. Returns their text."""
        written = []
        for module in sorted(self.texts.keys() - self.left):
            def kept(found, module=module):
                child = (*module, found["name"])
                return found[0] if child in self.texts and child not in self.left else ""

            text = DECLARATION.sub(kept, self.texts[module])
            text = re.sub(r"\btrailproof::", "crate::", re.sub(r"\bcrate::", f"crate::{SUITE}::", text))
            written.append((self.file(module).relative_to(ROOT), text))
        for path in [path for path in (folder / "tests").rglob("*.rs")]:
            if path.relative_to(folder) not in {Path("tests", "examples.rs"), *(path for path, _ in written)}:
                path.unlink()
        for path, text in written:
            write(folder / path, text)
        return "".join(text for _, text in written)


def dependencies(table, text):
    """The dependencies of a table that a text uses."""
    def used(name):
        return re.search(rf"\b{LIBRARIES.get(name, name.replace('-', '_'))}::", text)

    return {name: given for name, given in table.items()
            if used(name) and not (isinstance(given, dict) and given.get("optional"))}


def takes_part(package, test):
    """Whether a test of a package is to notice mutants."""
    modules = tuple(test.split("::"))
    return package != WHOLE or not any(modules[:len(left_out)] == left_out for left_out in SLOW | UNFIT)


def in_whole(tests):
    """The names that tests of the library have in the whole."""
    return {test.removeprefix(f"{SUITE}::") for test in tests}


def make_whole(folder):
    """Makes the whole project in a folder, without default features, or brings it up to date."""
    said = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in said.stdout.decode().split("\0"):
        path = ROOT / name
        if path.is_file() and not name.startswith("testdata/"):
            data = path.read_bytes()
            write(folder / name, re.sub(rb"(?m)^default = .*$", b"default = []", data) if name == "Cargo.toml" else data)
            shutil.copymode(path, folder / name)


def make(package, folder):
    """Makes a package in a folder, or brings it up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "testdata").exists():
        (folder / "testdata").symlink_to(ROOT / "testdata")
    if package == WHOLE:
        make_whole(folder)
        return
    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())
    lib, names = library(package.rooms)
    for room in package.rooms:
        copy(ROOT / "src" / room, folder, Path("src", room), lambda _: True)
    write(folder / "src" / "lib.rs", lib)
    # Tests read these.
    copy(ROOT / "tests", folder, Path("tests"), lambda path: path.suffix != ".rs" and "__pycache__" not in path.parts)
    code = "".join(path.read_text() for room in package.rooms for path in (ROOT / "src" / room).rglob("*.rs"))
    tests = Tests(package.rooms, names).write(folder)
    write(folder / "tests" / "examples.rs", examples(package.rooms))
    own = cargo["package"]
    lines = ["[package]", f'name = "{own["name"]}"', f'version = "{own["version"]}"', f'edition = "{own["edition"]}"',
             "autotests = false", "[workspace]", "[lib]", "doctest = false"]
    for title, table, used in [("dependencies", cargo["dependencies"], code),
                               ("dev-dependencies", cargo["dev-dependencies"], code + tests)]:
        lines += [f"[{title}]", *(f"{name} = {toml(given)}" for name, given in dependencies(table, used).items())]
    lines += ["[lints.rust]", 'warnings = "allow"', "[profile.dev]", "debug = false", "incremental = true", "[profile.dev.package]"]
    lines += [f"{toml(name)} = {toml(given)}" for name, given in cargo["profile"]["dev"]["package"].items()]
    write(folder / "Cargo.toml", "\n".join(lines) + "\n")
    # Cargo removes what the package does not use.
    if not (folder / "Cargo.lock").exists():
        shutil.copy(ROOT / "Cargo.lock", folder / "Cargo.lock")
