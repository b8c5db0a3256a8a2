"""The hypervisors that guests are tested on: Debian's Xen as it is shipped, and one of our own built from the same
source package, which names each misuse that the shipped one passes over in silence. Each is made once, whoever wants it
at the same time, and kept in build/cache/xen under a name that tells what went in. Nothing is installed.

SPDX-License-Identifier: BSD-2-Clause
"""
import contextlib
import fcntl
import gzip
import hashlib
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import debian
import qemu
from tools import BUILD, CACHE, SCREEN, Trouble

PLACE = CACHE / "xen"
STOCK = "xen-hypervisor-4.17-amd64"
SOURCE = "xen"

# What building takes beyond the tools of ./pv.
BUILD_PACKAGES = ["flex", "bison"]
BUILD_SECONDS = 900
PARTS = ("xen", "config", "Config.mk", "COPYING", "LICENSES")  # of the source package; the rest is not the hypervisor

# 32-bit PV, PAE guests without nested paging, reasons on the console, a count of everything.
ON = "EXPERT UNSUPPORTED PV32 SHADOW_PAGING DEBUG VERBOSE_DEBUG PERF_COUNTERS PERF_ARRAYS".split()
OFF = "LIVEPATCH DEBUG_INFO".split()

# A self test that QEMU's TCG fails (it has #GP where a processor has #SS): Xen then warns, and waits 3 s at each boot.
LEFT_OUT = {"arch/x86/extable.c": "__initcall(stub_selftest);\n"}

REASONS = {}  # why a thing could not be had, once that is known: later runs fail at once


def stock():
    """The shipped hypervisor, as the plain ELF that QEMU loads."""
    return made("stock", STOCK, _unpack_stock) / "xen"


def debug():
    """Our own build."""
    recipe = "\n".join([*ON, *OFF, *PARTS, *LEFT_OUT.values(), subprocess.check_output(["gcc", "--version"], text=True)])
    return made("debug", hashlib.sha256(recipe.encode()).hexdigest()[:16], _build_debug) / "xen"


def made(kind, key, make):
    """The directory that make(directory) fills, for the same kind and key only once."""
    place = PLACE / f"{kind}-{key}"
    with _alone(kind):
        if place.is_dir():
            os.utime(place)
            return place
        if kind in REASONS:
            raise Trouble(REASONS[kind])
        for left in PLACE.glob(f"{kind}.*.d"):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        with scratch(kind) as new:
            try:
                make(new)
            except Trouble as why:
                REASONS[kind] = str(why)
                raise
            os.replace(new, place)
            new.mkdir()
    return place


@contextlib.contextmanager
def scratch(kind):
    """A directory for making things of that kind."""
    with tempfile.TemporaryDirectory(prefix=f"{kind}.", suffix=".d", dir=PLACE) as path:
        os.chmod(path, 0o755)
        yield Path(path)


@contextlib.contextmanager
def _alone(kind):
    """Nobody else, in this process or another, makes things of that kind now."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with open(PLACE / f"{kind}.lock", "w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                SCREEN.live(f"  waiting for the {kind} Xen, which another run makes")
                if qemu.STOP.wait(0.3):
                    raise Trouble("stopped by the user") from None
        yield


def _unpack_stock(new):
    SCREEN.live(f"  fetching {STOCK}")
    with scratch("stock") as place:
        try:
            debian.fetch(place, "deb", "download", STOCK)
        except Trouble as why:
            raise Trouble(f"no Xen: {why}") from None
        package, = debian.unpack(place, place / "root")
        packed = next(place.glob("root/boot/xen-*.gz"))
        (new / "xen").write_bytes(gzip.decompress(packed.read_bytes()))
        (new / "version").write_text(package.name.split("_")[1] + "\n")


def _build_debug(new):
    SCREEN.live("  fetching the source package of Xen")
    with scratch("debug") as place:
        try:
            debian.fetch(place, "deb-src", "source", "--download-only", SOURCE)
        except Trouble as why:
            raise Trouble(f"no debug build of Xen: {why}") from None
        archive = next(place.glob(f"{SOURCE}_*.orig.tar.*"))
        _extract(archive, place / "source")
        folder = place / "source/xen"
        (folder / ".config").write_text("".join([f"CONFIG_{name}=y\n" for name in ON] +
                                                [f"CONFIG_{name}=n\n" for name in OFF]))
        for name, text in LEFT_OUT.items():
            whole = (folder / name).read_text()
            if whole.count(text) != 1:
                raise Trouble(f"no debug build of Xen: {archive.name} does not have '{text.strip()}' in {name}")
            (folder / name).write_text(whole.replace(text, ""))
        _make(folder, "olddefconfig")
        settled = (folder / ".config").read_text().splitlines()
        lost = [name for name in ON if f"CONFIG_{name}=y" not in settled]
        if lost:
            raise Trouble(f"no debug build of Xen: {archive.name} does not have {' '.join(lost)}")
        _make(folder, f"-j{os.cpu_count()}", "build")
        os.replace(folder / "xen", new / "xen")
        (new / "version").write_text(archive.name.split("_")[1].removesuffix(".orig.tar.xz") + "\n")


def _extract(archive, to):
    """PARTS of the source, without the directory that all of it is in."""
    with tarfile.open(archive) as tar:
        members = []
        for member in tar:
            member.name = member.name.partition("/")[2]
            if member.name.split("/")[0] in PARTS and ".." not in member.name.split("/"):
                members.append(member)
        tar.extractall(to, members)


def _make(folder, *words):
    """Shown as it goes on; the whole of what it says is in build/log."""
    log, started = BUILD / "log/xen-debug.log", time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        process = subprocess.Popen(["make", "-C", str(folder), "XEN_TARGET_ARCH=x86_64", *words], stdout=file,
                                   stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, start_new_session=True,
                                   env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)})
    try:
        while process.poll() is None:
            seconds = time.monotonic() - started
            last = log.read_text(errors="replace").strip().rpartition("\n")[2].strip()
            SCREEN.live(f"  building the debug Xen: {seconds:.0f} s  {last[:60]}")
            if seconds > BUILD_SECONDS or qemu.STOP.wait(0.5):
                raise Trouble(f"the build of the debug Xen was ended after {seconds:.0f} s")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode != 0:
        tail = log.read_text(errors="replace").splitlines()[-20:]
        raise Trouble("the debug Xen cannot be built; the whole log is " + "\n".join([str(log), *tail]))
