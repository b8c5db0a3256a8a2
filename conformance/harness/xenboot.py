"""How a kernel gets into a machine that Xen runs. One function per loader kind; platforms.py names them.

SPDX-License-Identifier: BSD-2-Clause
"""
import xenfiles
import xenlab

# Xen's console is the first serial line, and the first domain's console is Xen's; so are NMIs, of which a debug build
# would die else.
WORDS = "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all nmi=dom0 dom0_mem=128M"


def command(args, target, kernel, cmdline, modules, scratch):
    """The whole command; ARGS start the emulator."""
    return LOADERS[target.loader](args, target, kernel, cmdline, modules, scratch)


def _dom0(args, target, kernel, cmdline, modules, scratch):
    """Xen's first module is the kernel. QEMU separates modules by a comma, and takes two for one in a word."""
    listed = ",".join(m.replace(",", ",,") for m in [f"{kernel} {cmdline}", *modules])
    xen = xenfiles.debug() if target.debug else xenfiles.stock()
    return [*args, "-kernel", str(xen), "-append", " ".join([WORDS, *target.xen_words()]), "-initrd", listed]


LOADERS = {
    "xen_dom0": _dom0,
    "xen_dom0_pvh": _dom0,
    **{kind: xenlab.command for kind in xenlab.KINDS},
}
