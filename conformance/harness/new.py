"""./pv new: a kernel of your own, outside this tree, from the template in examples/new.
The library is installed into build/prefix first (lib/x86_64 and so on, for each compiler that is there); the
template's @PREFIX@ and @NAME@ are filled in.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import subprocess
from pathlib import Path

from tools import BUILD, COMPILERS, TOP, Trouble, build, missing, say

TEMPLATE = TOP / "examples/new"
PREFIX = BUILD / "prefix"
ISAS = ("x86_64", "i386", "sparc64")


def new(directory):
    for file in create(Path(directory)):
        say(f"  {file}")
    say(f"now: make -C {directory} && ./pv boot {directory}/kernel")


def create(place):
    """Fill the template in at PLACE; the files that were made."""
    name = place.resolve().name
    if not re.fullmatch(r"[\w.+-]+", name):
        raise Trouble(f"a kernel called '{name}'? Letters, digits, '.', '+', '-' and '_' go into its files")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise Trouble(f"{place} is there already: name a new directory")
    for isa in ISAS:
        lacking = missing(COMPILERS[isa])
        if lacking:
            say(f"  without {isa}: {' '.join(lacking)} is not installed")
        else:
            install(isa)
    place.mkdir(parents=True, exist_ok=True)
    made = [place / source.name for source in sorted(TEMPLATE.iterdir())]
    for file in made:
        text = (TEMPLATE / file.name).read_text()
        file.write_text(text.replace("@PREFIX@", str(PREFIX)).replace("@NAME@", name))
    return made


def install(isa):
    """The library, its headers, linker script and source list below PREFIX; only what has changed."""
    build(isa, "libpv.a", "libpv.mk")
    done = subprocess.run(["meson", "install", "-C", str(BUILD / isa), "--no-rebuild", "--only-changed", "--quiet",
                           "--tags", "devel"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Trouble("installing failed:\n" + done.stdout)
    if not (PREFIX / "lib" / isa / "pkgconfig/libpv.pc").is_file():
        raise Trouble(f"build/{isa} was configured by hand for another place: remove it and try again")
