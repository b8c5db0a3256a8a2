"""What the parts of the ABI suite share: where things are, running tools, and the public interface as the headers
say it.

SPDX-License-Identifier: BSD-2-Clause
"""
import fnmatch
import functools
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "conformance/harness"))
from cover import HEADER_FOLDERS  # noqa: E402 (found through the line above)
from tools import BUILD  # noqa: E402

HEADERS = TOP / "include"
PREFIX = BUILD / "abi-prefix"  # where installing is tried
ISAS = tuple(HEADER_FOLDERS)
ISA_FOLDERS = ("x86", "x86_64", "i386", "sparc64")
BINUTILS = {"x86_64": "", "i386": "", "sparc64": "sparc64-linux-gnu-"}
GCC = {"x86_64": ["gcc"], "i386": ["gcc", "-m32"], "sparc64": ["sparc64-linux-gnu-gcc"]}

# Archives that are looked at: label, instruction set, build directory.
ARCHIVES = [
    ("x86_64", "x86_64", BUILD / "x86_64"),
    ("i386", "i386", BUILD / "i386"),
    ("sparc64", "sparc64", BUILD / "sparc64"),
    ("x86_64-clang", "x86_64", BUILD / "abi-x86_64-clang"),
    ("i386-clang", "i386", BUILD / "abi-i386-clang"),
]


def run(words, **more):
    """The output of a tool; a RuntimeError with its last words when it fails."""
    done = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-12:])
        raise RuntimeError(f"{' '.join(str(w) for w in words[:6])} ...: status {done.returncode}\n{tail}")
    return done.stdout


def problems_of(function, *args):
    """What went wrong, as lines; none if nothing."""
    try:
        function(*args)
        return []
    except RuntimeError as error:
        return str(error).splitlines()


def in_parallel(function, jobs):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, jobs))


def headers(isa):
    """The public headers of an instruction set, as they are included."""
    return [str(h.relative_to(HEADERS)) for folder in HEADER_FOLDERS[isa]
            for h in sorted((HEADERS / "pv" / folder).glob("*.h"))]


def sources(*patterns):
    """Files of the tree, relative paths: those that git knows, or all outside of build/ where there is no git."""
    if (TOP / ".git").exists() and shutil.which("git"):
        listed = run(["git", "-C", TOP, "ls-files", "--", *patterns]).splitlines()
    else:
        listed = sorted(str(path.relative_to(TOP)) for path in TOP.rglob("*"))
        listed = [name for name in listed if not name.startswith(("build/", ".git/")) and _matches(name, patterns)]
    return [name for name in listed if (TOP / name).is_file()]


def _matches(name, patterns):
    """As git has it, of the little that is used here: globs, and :!FOLDER for what is left out."""
    wanted = [p for p in patterns if not p.startswith(":!")]
    return not any(name.startswith(p[2:] + "/") for p in patterns if p.startswith(":!")) and (
        not wanted or any(fnmatch.fnmatch(name, p) for p in wanted))


def portable(name):
    """A source file that lies in no folder of an instruction set."""
    return not set(Path(name).parts[:-1]) & set(ISA_FOLDERS)


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL)


@functools.lru_cache(None)
def preprocessed(isa):
    """All public headers of an instruction set behind the preprocessor, in one text."""
    text = "".join(f"#include <{h}>\n" for h in headers(isa))
    return run([*GCC[isa], "-std=c11", "-ffreestanding", "-E", "-P", f"-I{HEADERS}", "-xc", "-"], input=text)


@functools.lru_cache(None)
def functions(isa):
    """Public functions: name -> True if the header defines it (inline), False if the archive has to."""
    found, depth, parens = {}, 0, 0
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', preprocessed(isa))
    tokens = re.findall(r"[A-Za-z_]\w*|[(){};*]", text)
    for at, token in enumerate(tokens):
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
        elif token == "(":
            if depth == 0 and parens == 0 and at and tokens[at - 1].startswith("pv_") and tokens[at + 1] != "*":
                found.setdefault(tokens[at - 1], False)
                if _body_follows(tokens, at):
                    found[tokens[at - 1]] = True
            parens += 1
        elif token == ")":
            parens -= 1
    return {name: inline for name, inline in found.items() if not name.endswith("_")}


def _body_follows(tokens, at):
    return next((t for t in tokens[at:] if t in "{;"), ";") == "{"


@functools.lru_cache(None)
def struct_members(isa, struct):
    """Function members of an op family, in order; (name, is it called by sites)."""
    match = re.search(rf"struct {struct} \{{(.*?)\n?\}};", preprocessed(isa), re.DOTALL)
    if not match:
        raise RuntimeError(f"struct {struct} is in no header of {isa}")
    return [(m[1] or m[2], bool(m[1])) for m in
            re.finditer(r"\bpv_site_op (\w+);|\(\*(\w+)\)\(", match[1])]


@functools.lru_cache(None)
def families(isa):
    """The live table: (family, its struct) in order."""
    match = re.search(r"struct pv_ops \{(.*?)\};", preprocessed(isa), re.DOTALL)
    return re.findall(r"struct (\w+) (\w+);", match[1])


@functools.lru_cache(None)
def ops(isa):
    """All op names, "isa.irq_save" and so on, in the order of the table."""
    return [f"{family}.{name}" for struct, family in families(isa) for name, _site in struct_members(isa, struct)]


@functools.lru_cache(None)
def identifiers():
    """Every name that a public header mentions outside of comments, or makes by pasting."""
    found = set()
    for isa in ISAS:
        found |= set(re.findall(r"\b\w+\b", preprocessed(isa)))
    for header in (HEADERS / "pv").rglob("*.h"):
        found |= set(re.findall(r"\b\w+\b", without_comments(header.read_text())))
    return found
