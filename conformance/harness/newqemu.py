"""A newer QEMU, for what the machine's own cannot emulate: the one of the distribution's backports, started from
where it is unpacked, build/cache/newqemu. The machine's packages and package lists stay as they are.

SPDX-License-Identifier: BSD-2-Clause
"""
import hashlib
import os
import platform
import subprocess
import tempfile
import threading
from pathlib import Path

import debian
from debian import Unreachable
from tools import CACHE, SCREEN, Trouble, sha256

# What it needs beyond the libraries that the machine's own QEMU brought; the firmware is of its own age.
PACKAGES = ["qemu-system-x86", "qemu-system-data", "seabios"]
PLACE = CACHE / "newqemu"
LIBRARIES = f"usr/lib/{platform.machine()}-linux-gnu"

FETCHING = threading.Lock()
REASONS = []  # why it could not be had, once that is known: two runs fail once


def command():
    """What starts it, up to the options that are ours."""
    root = _root()
    firmware = [word for name in ("qemu", "seabios") for word in ("-L", f"{root}/usr/share/{name}")]
    return ["env", f"LD_LIBRARY_PATH={root}/{LIBRARIES}", f"{root}/usr/bin/qemu-system-x86_64", *firmware]


def version():
    """As it calls itself."""
    return (_root() / "version").read_text().strip()


def _root():
    with FETCHING:
        if REASONS:
            raise Unreachable(REASONS[0])
        try:
            return next((path.parent for path in PLACE.glob("*/version")), None) or _fetched()
        except Unreachable as why:
            REASONS.append(str(why))
            raise


def _fetched():
    """The directory of the unpacked packages, which is named by what they hold."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=PLACE) as scratch:
        scratch = Path(scratch)
        _download(scratch)
        root = scratch / "root"
        packages = debian.unpack(scratch, root)
        key = hashlib.sha256("".join(map(sha256, packages)).encode()).hexdigest()
        (root / "version").write_text(_starts(root))
        os.replace(root, PLACE / key)
    return PLACE / key


def _download(scratch):
    """From the first of the machine's mirrors that has them."""
    suite = debian.release() + "-backports"
    why = f"apt has no source for this machine's release '{debian.release()}', see sources.list(5)"
    SCREEN.live(f"  fetching QEMU from {suite}")
    for mirror in debian.mirrors(debian.indexes(scratch), debian.release()):
        apt_get = debian.apt_get(scratch, [(mirror, suite)])
        try:
            debian.run([*apt_get, "update"], scratch)
            debian.run([*apt_get, "-t", suite, "download", *PACKAGES], scratch)
            return
        except Trouble as trouble:
            why = f"{debian.reason(trouble)}; a Debian mirror that offers {suite}, among the sources of apt, would have it"
    raise Unreachable("no newer QEMU: " + why)


def _starts(root):
    """Its name for itself, which shows that it has all libraries."""
    done = subprocess.run([f"{root}/usr/bin/qemu-system-x86_64", "--version"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "LD_LIBRARY_PATH": f"{root}/{LIBRARIES}"})
    if done.returncode != 0:
        raise Trouble("the newer QEMU does not start; PACKAGES in newqemu.py may lack a library: " + done.stdout)
    return done.stdout.splitlines()[0].replace(" emulator version", "") + "\n"
