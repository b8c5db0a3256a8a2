"""What `meson install` gives, used as a stranger would: a kernel made of installed files by pkg-config, one that
compiles the source list for make, and one that has libpv as a Meson subproject.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import shlex
import shutil
import tempfile
from pathlib import Path

from abi_common import BUILD, GCC, HEADERS, ISAS, PREFIX, TOP, problems_of, run

# What a call site in a header cannot do without.
CALL_SITE_FLAGS = {"x86_64": ["-m64", "-mno-red-zone", "-mgeneral-regs-only"],
                   "i386": ["-m32", "-mgeneral-regs-only"],
                   "sparc64": ["-m64", "-mno-fpu", "-mno-app-regs"]}

KERNEL = """\
#include <pv/pv.h>

void
pv_main(const struct pv_boot *boot)
{
	pv_irq_state gate = pv_irq_save();

	pv_printf("started by %s\\n", pv_boot_how_name(boot->how));
	pv_irq_restore(gate);
	(void)pv_power_off();
	pv_cpu_halt();
}
"""
LINK = ["-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments",
        "-Wl,-z,noexecstack"]
PAGE = {"x86_64": "0x1000", "i386": "0x1000", "sparc64": "0x2000"}

SUBPROJECT = """\
project('mine', 'c', meson_version: '>=1.0', default_options: ['b_staticpic=false', 'b_pie=false'])
pv = dependency('libpv', fallback: ['libpv', 'pv_dep'], default_options: ['backends=native'])
executable('kernel', 'kernel.c', 'memory.c', dependencies: pv,
  c_args: ['-ffreestanding', '-fno-stack-protector'],
  link_args: [@LINK@, '-Wl,-T,' + pv.get_variable(internal: 'ldscript', pkgconfig: 'ldscript')])
"""


def cases():
    for isa in ISAS:
        problems = problems_of(_install, isa)
        yield f"install.{isa}", problems
        if problems:
            continue
        yield f"files.{isa}", _files(isa)
        yield f"cflags.{isa}", [f"pkg-config --cflags has no {flag}" for flag in CALL_SITE_FLAGS[isa]
                                if flag not in _pkg_config(isa, "--cflags")]
        yield f"kernel_by_pkg_config.{isa}", problems_of(_kernel, isa)
    yield "subproject", problems_of(_subproject)


def _install(isa):
    """The build directory is abi_builds's: native backend alone."""
    run(["meson", "install", "-C", BUILD / f"abi-{isa}-native", "--no-rebuild"])


def _files(isa):
    installed = {str(f.relative_to(PREFIX)) for f in PREFIX.rglob("*") if f.is_file()}
    wanted = {f"include/{h.relative_to(HEADERS)}" for h in (HEADERS / "pv").rglob("*.h")}
    wanted |= {f"share/man/man9/{page.name}" for page in (TOP / "docs/man").glob("*.9")}
    wanted |= {f"lib/{isa}/libpv.a", f"lib/{isa}/pkgconfig/libpv.pc", f"share/libpv/ld/{isa}/libpv.ld",
               f"share/libpv/{isa}/libpv.mk"}
    problems = [f"{name} is not installed" for name in sorted(wanted - installed)]
    return problems + [f"{name} is installed, and is no header of ours" for name in sorted(installed - wanted)
                       if name.startswith("include/")]


def _pkg_config(isa, *words):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(PREFIX / f"lib/{isa}/pkgconfig")}
    return shlex.split(run(["pkg-config", *words, "libpv"], env=environment))


def _kernel(isa):
    """Compiled and linked by installed files and pkg-config's words; the image checker likes it."""
    with tempfile.TemporaryDirectory(prefix="pv-abi-") as scratch:
        source, kernel = Path(scratch, "kernel.c"), Path(scratch, "kernel")
        source.write_text(KERNEL)
        script = _pkg_config(isa, "--variable=ldscript")
        run([GCC[isa][0], "-std=gnu11", "-Os", "-ffreestanding", "-fno-stack-protector", "-Wall", "-Wextra", "-Werror",
             *_pkg_config(isa, "--cflags"), *LINK, f"-Wl,-z,max-page-size={PAGE[isa]}", "-no-pie", "-T", *script,
             "-o", kernel, source, TOP / "examples/common/memory.c", *_pkg_config(isa, "--libs")])
        _check(isa, kernel)


def _check(isa, kernel):
    protocol = "sparc64" if isa == "sparc64" else "qemu-pvh"
    checker = BUILD / "x86_64/conformance/tools/pvcheck"
    words = [checker] if isa == "sparc64" else [checker, "-p", protocol]
    run([*words, kernel])


def _subproject():
    """A project of three files next to a subprojects/libpv that is this tree."""
    place, directory = BUILD / "abi-subproject/source", BUILD / "abi-subproject/build"
    (place / "subprojects").mkdir(parents=True, exist_ok=True)
    link = place / "subprojects/libpv"
    if not link.is_symlink():
        link.symlink_to(TOP)
    words = [*LINK, f"-Wl,-z,max-page-size={PAGE['x86_64']}", "-no-pie"]
    for name, text in (("meson.build", SUBPROJECT.replace("@LINK@", ", ".join(f"'{w}'" for w in words))),
                       ("kernel.c", KERNEL), ("memory.c", (TOP / "examples/common/memory.c").read_text())):
        if not (place / name).is_file() or (place / name).read_text() != text:
            (place / name).write_text(text)
    if not (directory / "build.ninja").is_file():
        shutil.rmtree(directory, ignore_errors=True)
        run(["meson", "setup", "-Ddebug=false", "--cross-file", TOP / "cross/x86_64.ini", directory, place])
    run(["ninja", "-C", directory])
    _check("x86_64", directory / "kernel")
