"""Paths, packages, building and the terminal: what every part of the harness needs.
Installing and building are done by ./pv (plumbing commands `install` and `build`), so that there is one way to do each.

SPDX-License-Identifier: BSD-2-Clause
"""
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
CACHE = BUILD / "cache"

# The files that are booted, below build/<isa>/.
KERNELS = {
    "demo": "examples/minimal/minimal",
    "test": "conformance/guest/conform",
    "bench": "conformance/guest/bench",
    "hobby": "examples/hobby/hobby",
    "initrd": "examples/hobby/initrd.tar",  # its boot module
}

# Debian package: what shows that it is there (a command, or a file).
PACKAGES = {
    "qemu-system-x86": "qemu-system-x86_64",
    "qemu-system-sparc": "qemu-system-sparc64",
    "gcc-sparc64-linux-gnu": "sparc64-linux-gnu-gcc",
    "grub-common": "grub-mkrescue",
    "grub-pc-bin": "/usr/lib/grub/i386-pc",
    "grub-efi-amd64-bin": "/usr/lib/grub/x86_64-efi",
    "xorriso": "xorriso",
    "mtools": "mformat",
    "ovmf": "/usr/share/OVMF/OVMF_CODE_4M.fd",
    "clang": "clang",
    "g++": "g++",
    "mandoc": "mandoc",
    "libxen-dev": "/usr/include/xen/xen.h",
    "flex": "flex",
    "bison": "bison",
    "spin": "spin",
}

# What compiling for an instruction set takes beyond the tools that ./pv itself brings.
COMPILERS = {"x86_64": [], "i386": [], "sparc64": ["gcc-sparc64-linux-gnu"]}


BUILDING = threading.Lock()  # two Ninjas in one directory get in each other's way


class Trouble(Exception):
    """The harness cannot go on; the text says what to do."""


def kernel(isa, purpose):
    return BUILD / isa / KERNELS[purpose]


def missing(packages):
    """Those of the packages that are not installed, each once, in order."""
    def present(package):
        proof = PACKAGES[package]
        return os.path.exists(proof) if proof.startswith("/") else shutil.which(proof)
    return [p for p in dict.fromkeys(packages) if not present(p)]


def need(packages):
    lacking = missing(packages)
    if lacking:
        pv("install", *lacking)
        if missing(lacking):
            raise Trouble("installed, but still not found: " + " ".join(missing(lacking)))


def build(isa, *targets):
    """Configure on demand, then compile; no targets means everything."""
    need(COMPILERS[isa])
    with BUILDING:
        pv("build", isa, *targets)


def pv(*words):
    SCREEN.live("")
    if subprocess.run([str(TOP / "pv"), *words]).returncode != 0:
        raise Trouble("stopped: ./pv " + " ".join(words))


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


class Screen:
    """Lines on stdout, and below them one live line. Where stdout is no terminal, it shows every ten seconds."""

    def __init__(self, out=sys.stdout):
        self.out, self.lock, self.shown = out, threading.Lock(), False
        self.tty, self.told = out.isatty(), time.monotonic()

    def say(self, text=""):
        with self.lock:
            self._wipe()
            print(text, file=self.out, flush=True)
            self.told = time.monotonic()

    def live(self, text):
        with self.lock:
            self._wipe()
            if self.tty and text:
                width = shutil.get_terminal_size().columns - 1
                print(text[:width], end="", file=self.out, flush=True)
                self.shown = True
            elif text and time.monotonic() - self.told > 10:
                print(text, file=self.out, flush=True)
                self.told = time.monotonic()

    def _wipe(self):
        if self.shown:
            print("\r\033[K", end="", file=self.out)
            self.shown = False


SCREEN = Screen()
say = SCREEN.say
