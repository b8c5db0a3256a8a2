"""How a kernel gets into each kind of machine: the QEMU arguments, and the boot media they need.
One function per loader kind; platforms.py names them. Those of Xen are in xenboot.py,
those of sun4v in sun4vboot.py.

SPDX-License-Identifier: BSD-2-Clause
"""
import contextlib
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import newqemu
import sun4vboot
import vmilog
import xenboot
from tools import BUILD, CACHE, Trouble, build

# What every machine gets; a platform or a variant overrides single options. None: the option takes no value.
COMMON = {"-accel": "tcg", "-m": "256", "-display": "none", "-nic": "none", "-no-reboot": None}

EMULATORS = {"x86_64": "qemu-system-x86_64", "i386": "qemu-system-x86_64", "sparc64": "qemu-system-sparc64"}
OVMF = Path("/usr/share/OVMF")
VMI_ROM = BUILD / "i386/conformance/firmware/vmirom/vmi.rom"
# What a machine starts with that is built here, by loader: Ninja's names.
FIRMWARE = {"qemu_vmi": VMI_ROM.relative_to(BUILD / "i386"),
            "sun4v": (sun4vboot.FIRMWARE / "sun4v.bin").relative_to(BUILD / "sparc64"),
            "niagara": (sun4vboot.FIRMWARE / "niagara/nvram1").relative_to(BUILD / "sparc64")}

# GRUB's menu is written into a finished image over this text, so that one image serves every command line.
MENU = b"#" * 4096

ISOS_KEPT = 12


def command(target, kernel, words, scratch, modules=()):
    """The QEMU command that boots KERNEL on TARGET with the command line WORDS. Modules are strings "file words…".
    What the run needs goes to SCRATCH, which must live as long as the run."""
    kernel = Path(kernel)
    if not kernel.is_file():
        raise Trouble(f"no such kernel: {kernel}")
    cmdline = " ".join([*words, *target.words()])
    options = {**COMMON, **target.qemu()}
    args = newqemu.command() if target.newer else [EMULATORS[target.platform.isa]]
    for option, value in options.items():
        for one in value if isinstance(value, list) else [value]:
            args += [option] if one is None else [option, one]
    if target.xen:
        return xenboot.command(args, target, kernel, cmdline, list(modules), Path(scratch))
    if target.loader in sun4vboot.LOADERS:
        return args + sun4vboot.command(target, kernel, cmdline, list(modules), Path(scratch))
    return args + globals()[target.loader](kernel, cmdline, list(modules), Path(scratch))


def make_firmware(target):
    """For those who build less than everything."""
    if target.loader in FIRMWARE:
        build(target.platform.isa, str(FIRMWARE[target.loader]))


def qemu_pvh(kernel, cmdline, modules, scratch):
    """QEMU finds the PVH note. It hands over one module, and drops that module's words."""
    if len(modules) > 1:
        raise Trouble("QEMU's PVH loader takes one module; use a platform with GRUB")
    return _kernel(kernel, cmdline) + [x for m in modules for x in ("-initrd", m.split()[0])]


def qemu_vmi(kernel, cmdline, modules, scratch):
    """A PC with our VMI ROM among its option ROMs."""
    if not VMI_ROM.is_file():
        raise Trouble(f"no VMI ROM: {VMI_ROM}")
    return [*qemu_pvh(kernel, cmdline, modules, scratch), "-option-rom", str(VMI_ROM), *vmilog.QEMU]


def grub_mb1_bios(kernel, cmdline, modules, scratch):
    return ["-cdrom", _iso("multiboot", "module", kernel, cmdline, modules, scratch)]


def grub_mb2_bios(kernel, cmdline, modules, scratch):
    return ["-cdrom", _iso("multiboot2", "module2", kernel, cmdline, modules, scratch)]


def grub_mb2_efi(kernel, cmdline, modules, scratch):
    """OVMF writes to its variables, so each run has a copy."""
    variables = shutil.copy(OVMF / "OVMF_VARS_4M.fd", scratch)
    return ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF}/OVMF_CODE_4M.fd",
            "-drive", f"if=pflash,format=raw,file={variables}",
            *grub_mb2_bios(kernel, cmdline, modules, scratch)]


def sun4u(kernel, cmdline, modules, scratch):
    return _kernel(kernel, cmdline) + [x for m in modules for x in ("-initrd", m.split()[0])]


def _kernel(kernel, cmdline):
    return ["-kernel", str(kernel)] + (["-append", cmdline] if cmdline else [])


def _iso(load_kernel, load_module, kernel, cmdline, modules, scratch):
    """A bootable CD for BIOS and UEFI in SCRATCH: the cached one for these files, with this run's menu written in."""
    files = [kernel] + [Path(m.split()[0]) for m in modules]
    lines = [f"{load_kernel} /boot/0 {_quoted(cmdline)}"]
    lines += [f"{load_module} /boot/{n} {_quoted(m)}" for n, m in enumerate(modules, 1)]
    # On UEFI only a mode set by GRUB leaves the kernel a screen; on a BIOS the kernel has VGA text.
    menu = ["if [ $grub_platform = efi ]; then insmod all_video; fi", *lines, "boot"]
    data = "\n".join(menu).encode() + b"\n"
    if len(data) > len(MENU):
        raise Trouble(f"the command line is too long for the boot menu: {len(data)} of {len(MENU)} bytes")
    image = _cached_iso(files)
    if image.count(MENU) != 1 or any(f.read_bytes() not in image for f in files):
        raise Trouble("the boot image does not hold what was put in: remove build/cache and try again")
    path = scratch / "boot.iso"
    path.write_bytes(image.replace(MENU, data + b" " * (len(MENU) - len(data))))
    return str(path)


def _quoted(cmdline):
    """Words as GRUB's shell wants them; plain words stay plain because GRUB passes some quotes on."""
    return " ".join(shlex.quote(w) for w in cmdline.split())


def _cached_iso(files):
    """grub-mkrescue's image of FILES as /boot/0, /boot/1 …; made once for the same contents. Other runs share the folder:
    an image appears there whole, and may go again at any time."""
    key = hashlib.sha256(b"".join(hashlib.sha256(f.read_bytes()).digest() for f in files)).hexdigest()
    path = CACHE / "iso" / f"{key}.iso"
    with contextlib.suppress(FileNotFoundError):
        os.utime(path)
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=path.parent) as scratch:
        grub = Path(scratch) / "tree/boot/grub"
        grub.mkdir(parents=True)
        (grub / "grub.cfg").write_bytes(MENU)
        for n, file in enumerate(files):
            shutil.copy(file, grub.parent / str(n))
        new = _mkrescue(grub.parents[1], Path(scratch) / "new.iso")
        image = new.read_bytes()
        os.replace(new, path)
    _forget_old(path.parent)
    return image


def _mkrescue(tree, new):
    made = subprocess.run(["grub-mkrescue", "--locales=", "--fonts=", "--themes=", "-o", str(new), str(tree)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        raise Trouble("grub-mkrescue failed:\n" + made.stdout)
    return new


def _forget_old(folder):
    """All images but the last ones used."""
    aged = []
    for path in folder.glob("*.iso"):
        with contextlib.suppress(FileNotFoundError):  # another run has just done the same
            aged.append((path.stat().st_mtime, path))
    for _time, old in sorted(aged)[:-ISOS_KEPT]:
        old.unlink(missing_ok=True)
