"""./pv boot: any kernel image on a platform, its console on this terminal.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import image
import platforms
import qemu
import terminal
import vmilog
import xenlab
from tools import BUILD, KERNELS, TOP, Trouble, build, kernel, need, say

SHOWN = 15  # lines of the log of a machine that did not end well

# ELF e_machine: the platform that boots such an image when none is named.
SPARC = 43
DEFAULT_PLATFORMS = {3: "i386-pc", 62: "x86_64-pc", SPARC: "sparc64-sun4u"}


def boot(path, on, words):
    """Boot PATH (the hobby kernel and its shell when None) on the platform called ON; true when QEMU ended well."""
    target = platforms.find(on or (_platform_for(path) if path else "x86_64-pc"))
    modules = []
    if path is None:
        path, modules = _example(target)
    else:
        _check_machine(path, target)
    if target.screen:
        raise Trouble("a machine without a serial line cannot have its console here")
    need(target.packages)
    image.make_firmware(target)
    interactive = sys.stdin.isatty()
    monitor = "" if target.loader in xenlab.KINDS else ", Ctrl-A c is QEMU's monitor"
    say(f"{path} on {target.name}" + (f"; Ctrl-A x ends it{monitor}" if interactive else ""))
    with tempfile.TemporaryDirectory(prefix="pv-boot-") as scratch:
        command = image.command(target, path, words, scratch, modules) + ["-serial", "mon:stdio"]
        command = [word for word in command if word not in vmilog.QEMU]  # nobody reads it here
        limit = None if interactive else target.platform.timeout
        if target.xen:
            return _parted(command, "xen", terminal.MARK, limit, target.platform.dead)
        if target.platform.backend == "sun4v":
            return _parted(command, "sun4v", b"(sun4v) ", limit, re.escape(qemu.SWITCHED_OFF))
        try:
            return subprocess.run(command, timeout=limit).returncode == 0
        except subprocess.TimeoutExpired:
            raise Trouble(f"still running after {limit} s, and nobody at the terminal: ended") from None


def _parted(command, name, mark, limit, dead):
    """The guest's console here; what the hypervisor says goes to a file, and is shown when the guest does not end well."""
    log = BUILD / f"log/{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    good = terminal.join(command, log, limit, dead, mark)
    lines = log.read_text(errors="replace").splitlines()
    if lines[-2:] == ["(sun4v) exit 0", qemu.SWITCHED_OFF]:
        return True
    if not good:
        say("\n".join([f"-- the hypervisor's log, all of it in {log.relative_to(TOP)}:", *lines[-SHOWN:]]))
    return good


def _example(target):
    """The hobby kernel and its boot module."""
    isa, names = target.platform.isa, ("hobby", "initrd")
    if not target.module:
        raise Trouble("the firmware there hands over no module, and the hobby kernel has its programs in one")
    build(isa, *(KERNELS[name] for name in names))
    path, module = (str(kernel(isa, name)) for name in names)
    return path, [module]


def _platform_for(path):
    default = DEFAULT_PLATFORMS.get(_machine(path))
    if not default:
        raise Trouble(f"{path} is no ELF image for x86-64, i386 or sparc64: name a platform with --on")
    return default


def _machine(path):
    """e_machine of an ELF image; None of another file."""
    try:
        head = Path(path).read_bytes()[:20]
    except OSError as error:
        raise Trouble(f"cannot read the kernel: {path}: {error.strerror}") from None
    order = "big" if head[5:6] == b"\2" else "little"
    return int.from_bytes(head[18:20], order) if head[:4] == b"\x7fELF" else None


def _check_machine(path, target):
    """Firmware of a sparc64 machine, given a kernel of a PC, says nothing that helps; the other way round the same."""
    default = DEFAULT_PLATFORMS.get(_machine(path))
    if default and (default == DEFAULT_PLATFORMS[SPARC]) != (target.platform.isa == "sparc64"):
        raise Trouble(f"{path} is not for {target.platform.isa}: without --on it boots on {default}")
