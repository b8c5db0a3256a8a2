"""./pv new: a kernel of your own, outside this tree, from the template in examples/new.
The library is installed into build/prefix first (lib/x86_64, lib/i386); the template's @PREFIX@ and @NAME@ are
filled in.

SPDX-License-Identifier: BSD-2-Clause
"""
import subprocess
from pathlib import Path

from tools import BUILD, TOP, Trouble, build, say

TEMPLATE = TOP / "examples/new"
PREFIX = BUILD / "prefix"
ISAS = ("x86_64", "i386")


def new(directory):
    place = Path(directory)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise Trouble(f"{directory} is there already: name a new directory")
    if not TEMPLATE.is_dir():
        raise Trouble(f"no template: {TEMPLATE}")
    for isa in ISAS:
        install(isa)
    place.mkdir(parents=True, exist_ok=True)
    for source in sorted(TEMPLATE.iterdir()):
        text = source.read_text().replace("@PREFIX@", str(PREFIX)).replace("@NAME@", place.resolve().name)
        (place / source.name).write_text(text)
        say(f"  {place / source.name}")
    say(f"now: make -C {directory} && ./pv boot {directory}/kernel")


def install(isa):
    """The library, its headers, linker script and source list below PREFIX; only what has changed."""
    build(isa, "libpv.a", "libpv.mk")
    done = subprocess.run(["meson", "install", "-C", str(BUILD / isa), "--no-rebuild", "--only-changed", "--quiet",
                           "--tags", "devel"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Trouble("installing failed:\n" + done.stdout)
    if not (PREFIX / "lib" / isa / "pkgconfig/libpv.pc").is_file():
        raise Trouble(f"build/{isa} was configured by hand for another place: remove it and try again")
