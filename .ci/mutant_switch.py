"""Compiles many mutants into one program, each behind a switch: compiling each by itself takes some fifty times as
long. The mutants are those that cargo-mutants lists. A parser of Rust finds the expressions that they change.

A changed expression asks `mutation::at` which of its mutants is switched on. Each alternative stands between marks, so
that an error of the compiler shows which mutant cannot be built. Imported by mutants.py."""

import json
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass, field

import tree_sitter
import tree_sitter_rust

LANGUAGE = tree_sitter.Language(tree_sitter_rust.language())
# The variables that switch a mutant on, and that name the file for the sites that a test reaches.
SWITCH, REACHED = "MUTANT", "MUTANT_REACHED"
# Errors about borrows and moves, which a switch can have where the mutant has none.
OF_BORROWS = {"E0381", "E0382", "E0499", "E0502", "E0503", "E0505", "E0506", "E0507", "E0515", "E0596", "E0597", "E0716"}
# The head of a function whose type is hidden.
HIDDEN, ITERATOR = re.compile(r"(?s)->.*\bimpl\b"), re.compile(r"->\s*impl Iterator\b")
COMPARES = {"==", "!=", "<", ">", "<=", ">="}
# What the program is asked with. The mutants of one site have numbers in a row, from 1 on.
MODULE = f"""\
//! Which mutant is switched on.
use std::fs::{{File, OpenOptions}};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::sync::atomic::{{AtomicBool, AtomicU32, Ordering::Relaxed}};

const UNREAD: u32 = u32::MAX;
const REACHES: u32 = u32::MAX - 1;
static ACTIVE: AtomicU32 = AtomicU32::new(UNREAD);
static SEEN: [AtomicBool; 1 << 14] = [const {{ AtomicBool::new(false) }}; 1 << 14];
static REACHED: OnceLock<Option<File>> = OnceLock::new();

/// An iterator that a mutant replaces, or its replacement.
pub enum Either<A, B> {{ This(A), Other(B) }}

impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {{
    type Item = A::Item;
    fn next(&mut self) -> Option<A::Item> {{
        match self {{ Either::This(iterator) => iterator.next(), Either::Other(iterator) => iterator.next() }}
    }}
}}

/// The mutant of a site that is switched on, or 0.
#[inline]
pub fn at(first: u32, last: u32) -> u32 {{
    let active = ACTIVE.load(Relaxed);
    if active >= first && active <= last {{ return active; }}
    if active >= REACHES {{ return reaches(first, last); }}
    0
}}

#[cold]
fn reaches(first: u32, last: u32) -> u32 {{
    if SEEN[first as usize].swap(true, Relaxed) {{ return 0; }}
    let file = REACHED.get_or_init(|| {{
        let path = std::env::var_os("{REACHED}")?;
        Some(OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap())
    }});
    match file {{
        Some(file) => {{ file.write_all_at(b"1", first.into()).unwrap(); ACTIVE.store(REACHES, Relaxed); 0 }}
        None => {{
            let number = std::env::var("{SWITCH}").map_or(0, |text| text.parse().unwrap());
            ACTIVE.store(number, Relaxed);
            if number >= first && number <= last {{ number }} else {{ 0 }}
        }}
    }}
}}
"""


@dataclass(eq=False)
class Mutant:
    """One of the list of cargo-mutants."""

    name: str
    file: str
    genre: str
    replacement: str
    start: tuple
    end: tuple
    number: int = 0


@dataclass
class Site:
    """A place in a file with its mutants: an expression, an arm or the body of a function."""

    node: object
    kind: str
    mutants: list = field(default_factory=list)

    @property
    def range(self):
        return f"{self.mutants[0].number}, {self.mutants[-1].number}"


def listed(folder, files):
    """What cargo-mutants lists in a package."""
    said = subprocess.run(["cargo", "mutants", "--list", "--json", *files], cwd=folder, capture_output=True, text=True, check=True).stdout

    def place(point):
        return point["line"], point["column"]

    return [Mutant(one["name"], one["file"], one["genre"], one["replacement"], place(one["span"]["start"]), place(one["span"]["end"]))
            for one in json.loads(said)]


def offset(lines, place):
    """The byte at a line and a column, which are counted from 1."""
    line, column = place
    return sum(len(text) for text in lines[:line - 1]) + len(lines[line - 1].decode()[:column - 1].encode())


def parent_of(node, *kinds):
    """The nearest node of some kinds that holds a node, or is it."""
    while node is not None and node.type not in kinds:
        node = node.parent
    return node


def is_catch_all(node):
    """Whether a node is an arm that takes whatever is left."""
    return node.type == "match_arm" and re.fullmatch(rb"_|[a-z]\w*", node.child_by_field_name("pattern").text) is not None


class Source:
    """A file, and the sites of its mutants."""

    def __init__(self, path, mutants):
        self.path = path
        self.text = path.read_bytes()
        self.tree = tree_sitter.Parser(LANGUAGE).parse(self.text)
        self.alone = []
        self.sites = {}
        lines = self.text.splitlines(keepends=True)
        for mutant in mutants:
            found = self.site(mutant, offset(lines, mutant.start), offset(lines, mutant.end))
            if found is None:
                self.alone.append(mutant)
                continue
            node, kind = found
            self.sites.setdefault((node.start_byte, node.end_byte, kind), Site(node, kind)).mutants.append(mutant)

    def site(self, mutant, start, end):
        """The node that a mutant changes, and how; None if it has to be built by itself."""
        # The span of an arm or a field may hold the comma behind it.
        leaf = self.tree.root_node.descendant_for_byte_range(start, end if mutant.genre == "FnValue" else start + 1)
        function = parent_of(leaf, "function_item")
        body = function and function.child_by_field_name("body")
        head = self.text[function.start_byte:body.start_byte].decode() if function else ""
        # A constant function asks for nothing.
        if re.search(r"\bconst fn\b", head):
            return None
        if mutant.genre == "FnValue":
            # A function has one hidden type. That of an iterator can be one of several, but of the same items.
            is_iterator = ITERATOR.search(head) and "Box::leak" not in mutant.replacement
            return (body, "function") if body and (is_iterator or not HIDDEN.search(head)) else None
        if mutant.genre == "BinaryOperator":
            kinds = {"binary_expression": "binary", "compound_assignment_expr": "assign"}
            return (leaf.parent, kinds[leaf.parent.type]) if leaf.parent.type in kinds else None
        if mutant.genre == "UnaryOperator":
            return (leaf.parent, "unary") if leaf.parent.type == "unary_expression" else None
        if mutant.genre in ("MatchArm", "MatchArmGuard"):
            arm = parent_of(leaf, "match_arm")
            is_certain = mutant.genre == "MatchArmGuard" or any(is_catch_all(other) for other in arm.parent.children if other != arm)
            return (arm.child_by_field_name("pattern"), "arm") if is_certain else None
        if mutant.genre == "StructField":
            given = parent_of(leaf, "field_initializer", "shorthand_field_initializer")
            return (given, "field") if given else None
        return None

    def render(self):
        """The text of the file with the switches in it."""
        by_node = {(site.node.start_byte, site.node.end_byte, site.kind): site for site in self.sites.values() if site.mutants}
        return Renderer(self.text, by_node).of(self.tree.root_node)


class Renderer:
    """Writes a tree, with the alternatives of each site."""

    def __init__(self, text, sites):
        self.text = text
        self.sites = sites

    def plain(self, node):
        """A node, with what is in it, without its own alternatives."""
        written, at = [], node.start_byte
        for child in node.children:
            written += [self.text[at:child.start_byte].decode(), self.of(child)]
            at = child.end_byte
        return "".join([*written, self.text[at:node.end_byte].decode()])

    def of(self, node):
        kinds = {"block": "function", "binary_expression": "binary", "compound_assignment_expr": "assign",
                 "unary_expression": "unary", "match_pattern": "arm", "field_initializer": "field", "shorthand_field_initializer": "field"}
        site = self.sites.get((node.start_byte, node.end_byte, kinds.get(node.type)))
        if site is None:
            return self.plain(node)
        return f"\n/*site {site.range}*/" + getattr(self, f"write_{site.kind}")(site, node) + "/*end*/"

    @staticmethod
    def alternatives(site, write):
        """One line for each mutant."""
        return "".join(f"\n{mutant.number} => /*mutant {mutant.number}*/{{ {write(mutant)} }}/*end*/" for mutant in site.mutants)

    def write_function(self, site, node):
        inside = self.plain(node)[1:]
        if ITERATOR.search(self.text[node.parent.start_byte:node.start_byte].decode()):
            return self.write_iterator(site, inside)
        lines = self.alternatives(site, lambda mutant: f"return {mutant.replacement};" if mutant.replacement != "()" else "return;")
        return f"{{ match crate::mutation::at({site.range}) {{{lines}\n_ => {{}} }}\n{inside}"

    def write_iterator(self, site, inside):
        """Each alternative is an iterator of its own type."""
        def choose(place, text):
            chosen = text if place == len(site.mutants) else f"crate::mutation::Either::This({text})"
            return "crate::mutation::Either::Other(" * place + chosen + ")" * place

        places = {mutant.number: place for place, mutant in enumerate(site.mutants)}
        lines = self.alternatives(site, lambda mutant: f"return {choose(places[mutant.number], mutant.replacement)};")
        return f"{{ match crate::mutation::at({site.range}) {{{lines}\n_ => {{}} }}\n{choose(len(site.mutants), '{' + inside)} }}"

    def write_binary(self, site, node):
        left, right = (self.of(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator").text.decode()
        if operator in ("&&", "||"):
            (mutant, *more) = site.mutants
            # The other one of the two is this one with the left side turned round.
            if not more and {operator, mutant.replacement} == {"&&", "||"}:
                same = "!=" if operator == "&&" else "=="
                return f"{{ let mutant_left: bool = {left}; if mutant_left {same} (crate::mutation::at({site.range}) != 0) {{ {right} }} else {{ mutant_left }} }}"
            lines = self.alternatives(site, lambda mutant: f"mutant_left {mutant.replacement} ({right})")
            return f"{{ let mutant_left: bool = {left}; match crate::mutation::at({site.range}) {{{lines}\n_ => mutant_left {operator} ({right}) }} }}"
        both, one, other = ("(&({}), &({}))", "*mutant_left", "*mutant_right") if operator in COMPARES else ("({}, {})", "mutant_left", "mutant_right")
        lines = self.alternatives(site, lambda mutant: f"{one} {mutant.replacement} {other}")
        return f"(match {both.format(left, right)} {{ (mutant_left, mutant_right) => match crate::mutation::at({site.range}) {{{lines}\n_ => {one} {operator} {other} }} }})"

    def write_assign(self, site, node):
        left, right = (self.of(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator").text.decode()
        lines = self.alternatives(site, lambda mutant: f"{left} {mutant.replacement} {right}")
        return f"(match crate::mutation::at({site.range}) {{{lines}\n_ => {{ {left} {operator} {right} }} }})"

    def write_unary(self, site, node):
        operator, operand = node.children[0].text.decode(), self.of(node.children[-1])
        lines = self.alternatives(site, lambda mutant: "mutant_value")
        return f"(match {operand} {{ mutant_value => match crate::mutation::at({site.range}) {{{lines}\n_ => {operator}mutant_value }} }})"

    def write_arm(self, site, node):
        """An arm that is deleted is one whose guard is false."""
        guard = node.child_by_field_name("condition")
        pattern_end = next((child.start_byte for child in node.children if child.type == "if"), node.end_byte)
        pattern = self.text[node.start_byte:pattern_end].decode()
        deleted = [mutant for mutant in site.mutants if mutant.genre == "MatchArm"]
        guards = [mutant for mutant in site.mutants if mutant.genre == "MatchArmGuard"]
        exists = f"crate::mutation::at({deleted[0].number}, {deleted[0].number}) == 0" if deleted else ""
        if guard is None:
            return f"{pattern} if {exists} "
        text = self.of(guard)
        if guards:
            text = f"(match crate::mutation::at({guards[0].number}, {guards[-1].number}) {{" + "".join(
                f"\n{mutant.number} => {mutant.replacement}," for mutant in guards) + f"\n_ => {text} }})"
        return f"{pattern}if {exists + ' && ' if exists else ''}{text} "

    def write_field(self, site, node):
        """A field that is left out comes from the base."""
        name = node.children[0].text.decode() if node.type == "shorthand_field_initializer" else node.child_by_field_name("field").text.decode()
        value = name if node.type == "shorthand_field_initializer" else self.of(node.child_by_field_name("value"))
        base = next(child for child in node.parent.children if child.type == "base_field_initializer").children[-1]
        lines = self.alternatives(site, lambda mutant: f"({base.text.decode()}).{name}")
        return f"{name}: match crate::mutation::at({site.range}) {{{lines}\n_ => {value} }}"


class Switched:
    """A package whose code holds the mutants."""

    def __init__(self, folder, mutants):
        self.folder = folder
        by_file = defaultdict(list)
        for mutant in mutants:
            by_file[mutant.file].append(mutant)
        self.sources = [Source(folder / file, of_file) for file, of_file in by_file.items()]
        self.alone = [mutant for source in self.sources for mutant in source.alone]
        self.unviable = []
        # What another package or an interrupted run has found not to compile.
        self.kept = folder.with_name("dropped")
        if self.kept.exists():
            known = json.loads(self.kept.read_text())
            of_names = {mutant.name: mutant for mutant in mutants}
            self.drop({of_names[name] for name in known["unviable"]}, {of_names[name] for name in known["alone"]} - set(self.alone))
        lib = folder / "src" / "lib.rs"
        lib.write_text(lib.read_text() + "\npub mod mutation;\n")
        (folder / "src" / "mutation.rs").write_text(MODULE)

    def sites(self):
        """The sites that have mutants left."""
        return [site for source in self.sources for site in source.sites.values() if site.mutants]

    def ranges(self):
        """The first and the last number of each site."""
        return [(site.mutants[0].number, site.mutants[-1].number) for site in self.sites()]

    def mutants(self):
        return [mutant for site in self.sites() for mutant in site.mutants]

    def write(self):
        """Numbers the mutants, and writes the files."""
        for number, mutant in enumerate(self.mutants(), 1):
            mutant.number = number
        for source in self.sources:
            text = source.render()
            if source.path.read_text() != text:
                source.path.write_text(text)

    def build(self, env):
        """Builds the tests without the mutants that do not compile. Returns the program."""
        while True:
            self.write()
            done = subprocess.run(["cargo", "test", "--no-run", "--message-format=json"], cwd=self.folder, env=env,
                                  capture_output=True, text=True, check=False)
            messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            if done.returncode == 0:
                # With a main file for its tests, a package has another program for them.
                programs = [message for message in messages if message.get("executable") and message["profile"]["test"]]
                return max(programs, key=lambda message: "test" in message["target"]["kind"])["executable"]
            errors = [message["message"] for message in messages
                      if message["reason"] == "compiler-message" and message["message"]["level"] == "error" and message["message"]["spans"]]
            unviable, alone = self.blamed(errors)
            if not unviable and not alone:
                raise SystemExit("\n".join(error["rendered"] for error in errors[:10]) or done.stderr[-4000:])
            self.drop(unviable, alone)

    def blamed(self, errors):
        """The mutants that errors of the compiler are about: those that do not compile, and those that need a build of their own."""
        numbered = {mutant.number: mutant for mutant in self.mutants()}
        texts = {source.path.resolve(): source.path.read_text().splitlines() for source in self.sources}
        unviable, alone = set(), set()
        for error in errors:
            code = (error["code"] or {}).get("code")
            where = [innermost(texts[file], line, column) for file, line, column in self.places(error) if file in texts]
            first, mutants = where[0] if where else None, [mark for mark in where if mark and mark[0] == "mutant"]
            if first and first[0] == "mutant" and code not in OF_BORROWS:
                unviable.add(first[1])
            elif mutants:
                alone.add(mutants[0][1])
            elif first:
                alone |= set(range(first[1], first[2] + 1))
        # A place that does not compile with a mutant taken out may do so then.
        alone = set() if unviable else alone
        return {numbered[number] for number in unviable}, {numbered[number] for number in alone}

    def drop(self, unviable, alone):
        """Takes out mutants."""
        self.unviable += unviable
        self.alone += alone
        for source in self.sources:
            for site in source.sites.values():
                site.mutants = [mutant for mutant in site.mutants if mutant not in unviable | alone]
        names = {"unviable": [mutant.name for mutant in self.unviable], "alone": [mutant.name for mutant in self.alone]}
        self.kept.write_text(json.dumps(names))

    def places(self, error):
        """The places that an error points at, outside of macros of others, the main one first."""
        for span in sorted(error["spans"], key=lambda span: not span["is_primary"]):
            while span["expansion"] and not (self.folder / span["file_name"]).exists():
                span = span["expansion"]["span"]
            yield (self.folder / span["file_name"]).resolve(), span["line_start"], span["column_start"]


def innermost(lines, line, column):
    """The innermost mark around a place: ("mutant", number) or ("site", first, last)."""
    marks = []
    for number, text in enumerate(lines[:line], 1):
        text = text[:column - 1] if number == line else text
        for mark in re.finditer(r"/\*(?:(site|mutant) (\d+)(?:, (\d+))?|end)\*/", text):
            if mark[1]:
                marks.append((mark[1], *(int(part) for part in mark.groups()[1:] if part)))
            else:
                marks.pop()
    return marks[-1] if marks else None
