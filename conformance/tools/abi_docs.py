"""The manual and the other texts in step with the headers: each public function has a synopsis with its very prototype
and is described, each op has its entry, and nothing is named that does not exist.

SPDX-License-Identifier: BSD-2-Clause
"""
import functools
import re
import shlex
import subprocess

from abi_common import GCC, HEADERS, ISAS, TOP, families, functions, headers, identifiers, in_parallel, ops, \
    preprocessed, sources

PAGES = TOP / "docs/man"
EXAMPLE_FLAGS = ["-std=gnu11", "-ffreestanding", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                 "-Wno-unused-function"]
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "RETURN VALUES", "EXAMPLES", "SEE ALSO"]

# Names that texts use as patterns, or that stand for a name of the reader's.
PLACEHOLDERS = re.compile(r"pv_\w*_", re.IGNORECASE)

DECLARATION_NOISE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|\b(?:static|inline|extern|__inline)\b")


def cases():
    yield "lint", _lint()
    yield "sections", [p for page in _pages() for p in _sections(page)]
    known = identifiers() | _linker_names()
    yield "names_in_pages_exist", [p for page in _pages() for p in _names(page.name, page.read_text(), known)]
    yield "cross_references", _cross_references()
    for isa in ISAS:
        yield f"synopses.{isa}", _synopses(isa)
        yield f"functions_are_described.{isa}", [f"{name} is described in no page" for name in sorted(functions(isa))
                                                 if name not in _described()]
        yield f"ops_have_entries.{isa}", [f"{op} is in no page" for op in ops(isa) if op not in _op_entries()]
    yield from _examples()
    yield "op_entries_exist", sorted(f"{op} has an entry and is no op" for op in _op_entries()
                                     if op not in {o for isa in ISAS for o in ops(isa)})
    yield "statuses_are_documented", _statuses()
    yield "comments_name_what_exists", _header_comments()
    yield "texts_name_what_exists", [p for page in [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
                                     for p in _names(page.name, page.read_text(), _tree_identifiers())]


def _pages():
    return sorted(PAGES.glob("*.9"))


def _lint():
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", *map(str, sorted(PAGES.glob("*.[19]")))], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return [line.replace(f"{PAGES}/", "") for line in done.stdout.splitlines()]


def _sections(page):
    found = re.findall(r"^\.Sh (.*)$", page.read_text(), re.MULTILINE)
    problems = [f"{page.name} has no section {name}" for name in SECTIONS if name not in found]
    title = re.search(r"^\.Dt (\S+) 9$", page.read_text(), re.MULTILINE)
    if not title or title[1].lower() != page.stem:
        problems.append(f"{page.name} has another title")
    return problems


def _names(where, text, known):
    """pv_... and PV_... in a text that are no names of the interface."""
    pages = {page.stem for page in _pages()}
    text = re.sub(r"^\.Dt .*", "", text, flags=re.MULTILINE)
    found = set(re.findall(r"(?<![\w/.-])(?:pv_[a-z]\w*|PV_[A-Z]\w*)(?!\w*[*(]?\*)", text))
    return sorted(f"{where}: {name}" for name in found
                  if name not in known and name not in pages and not PLACEHOLDERS.fullmatch(name))


def _linker_names():
    """What linker scripts define for the library, or keep of it."""
    scripts = [TOP / name for name in sources("examples/ld/*.ld")]
    return {name for script in scripts for name in re.findall(r"\b(pv_\w+)", script.read_text())}


@functools.lru_cache(None)
def _tree_identifiers():
    """Names in any source: texts speak of backends' and build names, too."""
    found = set(identifiers())
    for name in sources("*.c", "*.h", "*.S", "*.ld", "*.in", "*meson.build", "*.py"):
        found |= set(re.findall(r"\b[pP][vV]_\w+", (TOP / name).read_text()))
    return found


def _cross_references():
    problems = []
    for page in _pages():
        for name, section in re.findall(r"^\.Xr (\S+) (\d)", page.read_text(), re.MULTILINE):
            if name.startswith("pv") and not (PAGES / f"{name}.{section}").is_file():
                problems.append(f"{page.name} refers to {name}({section})")
    return problems


def _normal(declaration):
    """A prototype as tokens with single blanks, without attributes and parameter-free noise."""
    text = DECLARATION_NOISE.sub(" ", declaration)
    return " ".join(re.findall(r"\w+|\.\.\.|[^\s\w]", text))


@functools.lru_cache(None)
def _prototypes(isa):
    """Function -> its normalized prototypes: a declaration and a definition are both found."""
    found = {}
    text = "; " + _normal(preprocessed(isa))
    for match in re.finditer(r"(?<=[;{}] )(?!return )((?:\w+ |\* )+?)(pv_\w+) (\([^;{}]*?\))(?= [;{])", text):
        found.setdefault(match[2], set()).add(f"{match[1]}{match[2]} {match[3]}")
    return found


@functools.lru_cache(None)
def _synopsis_prototypes():
    """(page, function, normalized prototype) of all .Ft/.Fn pairs in synopses."""
    found = []
    for page in _pages():
        synopsis = page.read_text().split(".Sh SYNOPSIS", 1)[-1].split("\n.Sh ", 1)[0]
        kind = ""
        for line in synopsis.splitlines():
            if line.startswith(".Ft "):
                kind = line[4:].strip('"')
            elif line.startswith(".Fn "):
                name, *arguments = shlex.split(line[4:])
                found.append((page.name, name, _normal(f"{kind} {name}({', '.join(arguments)})")))
    return found


def _synopses(isa):
    problems = []
    written = {}
    for page, name, prototype in _synopsis_prototypes():
        written.setdefault(name, []).append((page, prototype))
    for name in sorted(functions(isa)):
        if name not in written:
            problems.append(f"{name} is in no synopsis")
        for page, prototype in written.get(name, []):
            if prototype not in _prototypes(isa).get(name, set()):
                declared = " or ".join(sorted(_prototypes(isa).get(name, {"(nothing)"})))
                problems.append(f"{page} says {prototype}, the header {declared}")
    return problems


@functools.lru_cache(None)
def _described():
    """Functions that a page treats outside of its synopsis: as an item, or in running text."""
    found = set()
    for page in _pages():
        description = page.read_text().split(".Sh DESCRIPTION", 1)[-1]
        found |= set(re.findall(r"^\.(?:It )?Fn (pv_\w+)", description, re.MULTILINE))
    return found


def _examples():
    """The code in EXAMPLES compiles with the headers of the synopsis, for each instruction set that has them."""
    def compile_one(isa):
        problems = []
        for page in _pages():
            text = page.read_text()
            included = re.findall(r"^\.In (\S+)", text, re.MULTILINE)
            if set(included) - set(headers(isa)):
                continue
            source = "".join(f"#include <{h}>\n" for h in ["pv/pv.h", *included])
            examples = text.split(".Sh EXAMPLES", 1)[-1].split("\n.Sh ", 1)[0]
            source += "\n".join(re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", examples, re.MULTILINE | re.DOTALL))
            done = subprocess.run([*GCC[isa], *EXAMPLE_FLAGS, f"-I{HEADERS}", "-xc", "-"], text=True,
                                  input=source.replace("\\e", "\\"),
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            problems += [f"{page.name}: {line}" for line in done.stdout.splitlines() if "error" in line]
        return f"examples_compile.{isa}", problems
    return in_parallel(compile_one, ISAS)


@functools.lru_cache(None)
def _op_entries():
    names = "|".join(sorted({family for isa in ISAS for _struct, family in families(isa)}))
    found = set()
    for page in _pages():
        found |= set(re.findall(rf"\bVa (?:\( )?((?:{names})\.\w+)", page.read_text()))
    return found


def _statuses():
    """What a header's comments say a function returns is on the pages that include this header."""
    problems, texts = [], {}
    for page in _pages():
        text = page.read_text()
        for header in re.findall(r"^\.In (\S+)", text, re.MULTILINE):
            texts[header] = texts.get(header, "") + text
    for header, text in texts.items():
        wanted = set(re.findall(r"PV_E_[A-Z]+", (HEADERS / header).read_text()))
        problems += sorted(f"{header}: {status} is on no page of it" for status in wanted
                           if not re.search(rf"{status}\b", text))
    return problems


def _header_comments():
    """Functions and headers that the comments of the headers name."""
    known = {name for isa in ISAS for name in functions(isa)} | identifiers()
    problems = []
    for header in sorted((HEADERS / "pv").rglob("*.h")):
        text, name = header.read_text(), header.relative_to(HEADERS)
        for function in set(re.findall(r"\b(pv_\w+)\(", text)):
            if function not in known and not function.endswith("_"):
                problems.append(f"{name}: {function}()")
        for target in set(re.findall(r"<(pv/[\w/]+\.h)>", text)):
            if not (HEADERS / target).is_file() and "/ISA/" not in target:
                problems.append(f"{name}: <{target}>")
    return problems
