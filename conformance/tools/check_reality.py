#!/usr/bin/env python3
"""Does pvcheck say what the loaders do? Starts the images of check_cases.py on real ones and compares.

usage: check_reality.py PVCHECK [LOADER...]         loaders: qemu (default), grub, sun4u, xen=FILE

xen=FILE names a hypervisor as an ELF file (gunzip what the package has). "will boot" must come true. "will
not boot" must too, but for the images listed below, whose start code runs before it would miss what pvcheck
complains of. Output is TAP.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import check_bad_elf
import check_bad_notes  # these two add to CASES
from check_bad import CASES

COMMON = ["-accel", "tcg", "-display", "none", "-monitor", "none", "-nic", "none"]
QEMU = ["qemu-system-x86_64", "-no-reboot"] + COMMON
SUN4U = ["qemu-system-sparc64", "-M", "sun4u", "-m", "256", "-vga", "none"] + COMMON
GRUB_MODULES = "multiboot multiboot2 serial terminal echo halt normal boot iso9660 biosdisk"
GRUB_CONFIG = """serial --unit=0 --speed=115200
terminal_output serial
%s /boot/kernel
boot
echo error: refused
halt
"""
XEN_LINE = "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all dom0_mem=128M"

STARTS_ANYWAY = {
    "the loader does not look, the kernel would miss it": (
        "a relocatable file with program headers", "PT_INTERP", "shared libraries", "x32",
        "notes beyond the file", "segments overlap in memory", "mb1: video fields beyond 8192"),
    "only the first segment is where it should be": (
        "no AT(), 64 bits", "no AT(), 32 bits", "mb1 bit 16: load_end_addr too low",
        "mb1 bit 16: load_end_addr with .bss", "mb1 bit 16: no bss_end_addr",
        "mb1 bit 16: a gap in the file", "mb1 bit 16: .bss in the middle"),
    "GRUB reads on behind its buffer, where zeros happen to be": (
        "mb2: no end tag in what GRUB reads", "mb2: the end tag is too late"),
    "zero bytes are instructions, up to the next code": ("entry at zeros",),
    "Xen writes the hypercall page over what it finds": (
        "Xen: HYPERCALL_PAGE not aligned", "Xen: HYPERCALL_PAGE outside of the image"),
    "the test's start code is position-independent": (
        "sparc64: writable text", "sparc64: executable data",
        "sparc64: too low", "sparc64: ends too high", "sparc64: into the hypervisor's memory"),
}
# It will boot, but not as the first domain; or the mistake has overwritten the test's start code.
NOT_HERE = ("Xen: SUPPORTED_FEATURES without dom0", "mb1: across 8192")


def start(command, good, bad, seconds, folder):
    """Run until the console shows `good` or `bad`, or the machine or the time ends: (starts?, why)."""
    log = os.path.join(folder, "console")
    open(log, "w").close()
    p = subprocess.Popen(command + ["-serial", "file:" + log], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.time() + seconds
    try:
        while True:
            over = p.poll() is not None or time.time() > end
            with open(log, errors="replace") as f:
                text = f.read()
            if re.search(good, text):
                return True, "it starts"
            m = bad and re.search(".*(?:%s).*" % bad, text)
            if m:
                return False, m.group(0).strip()
            if over:
                return False, "the console shows nothing of it"
            time.sleep(0.02)
    finally:
        if p.poll() is None:
            p.kill()
        p.wait()


def by_qemu(path, folder, arg):
    return start(QEMU + ["-m", "256", "-kernel", path], "K", None, 3, folder)


def by_grub(command):
    def run(path, folder, arg):
        tree, iso = os.path.join(folder, "tree"), os.path.join(folder, "boot.iso")
        shutil.rmtree(tree, ignore_errors=True)
        os.makedirs(tree + "/boot/grub")
        shutil.copy(path, tree + "/boot/kernel")
        with open(tree + "/boot/grub/grub.cfg", "w") as f:
            f.write(GRUB_CONFIG % command)
        subprocess.run(["grub-mkrescue", "-o", iso, "-d", "/usr/lib/grub/i386-pc", tree, "--locales=",
                        "--fonts=", "--themes=", "--install-modules=" + GRUB_MODULES],
                       check=True, capture_output=True)
        return start(QEMU + ["-m", "256", "-cdrom", iso], "K", "error: ", 10, folder)
    return run


def by_xen(path, folder, arg):
    return start(QEMU + ["-m", "1024", "-kernel", arg, "-append", XEN_LINE, "-initrd", path + " args"],
                 r"\nX\r?\n", "Panic on CPU|Hardware Dom0 crashed|domain_crash", 30, folder)


def by_sun4u(path, folder, arg):
    return start(SUN4U + ["-kernel", path], "K$", "Unhandled Exception", 10, folder)


LOADERS = {
    "qemu": [(("QEMU -kernel PVH", "QEMU -kernel Multiboot1"), by_qemu)],
    "grub": [(("GRUB multiboot",), by_grub("multiboot")), (("GRUB multiboot2",), by_grub("multiboot2"))],
    "sun4u": [(("sun4u OpenBIOS",), by_sun4u)],
    "xen": [(("Xen PV",), by_xen)],
}


def rows(binary, path):
    out = subprocess.run([binary, path], stdout=subprocess.PIPE).stdout.decode("ascii", "replace")
    table = {}
    for title, verdict in re.findall(r"^  (\S.*?) +(will boot|will not boot|n/a)", out, re.M):
        table.setdefault(title, verdict)
    return table


def main(argv):
    loaders = argv[2:] or ["qemu"]
    for loader in loaders:
        needs = {"sun4u": [SUN4U[0]], "grub": [QEMU[0], "grub-mkrescue"]}.get(loader, [QEMU[0]])
        lacks = [n for n in needs if not shutil.which(n)]
        if lacks:
            print("1..0 # SKIP %s is not installed" % lacks[0])
            return 0
    anyway = {name for names in STARTS_ANYWAY.values() for name in names}
    count = failed = 0
    with tempfile.TemporaryDirectory(prefix="pvcheck-") as folder:
        path = os.path.join(folder, "kernel.elf")
        for case in CASES:
            data = bytes(case.make())
            with open(path, "wb") as f:
                f.write(data)
            table = rows(argv[1], path)
            for loader, arg in (l.partition("=")[::2] for l in loaders):
                if loader == "xen" and data[18:19] == b"\3":
                    continue            # i386 needs a Xen with CONFIG_PV32
                for titles, run in LOADERS[loader]:
                    if titles[0] not in table:
                        continue
                    says = any(table[t] == "will boot" for t in titles)
                    does, why = run(path, folder, arg)
                    count += 1
                    good = says == does or (does and case.name in anyway) or case.name in NOT_HERE
                    failed += not good
                    print("%sok %d - %s: %s" % ("" if good else "not ", count, titles[-1], case.name))
                    if not good:
                        print("# pvcheck says it %s; but %s" % ("will boot" if says else "will not", why))
                    sys.stdout.flush()
    print("1..%d" % count)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
