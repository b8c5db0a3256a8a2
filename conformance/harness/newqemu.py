"""A newer QEMU, for what the machine's own cannot emulate: the one of the distribution's backports, started from
where it is unpacked, build/cache/newqemu. The machine's packages and package lists stay as they are.

SPDX-License-Identifier: BSD-2-Clause
"""
import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from tools import CACHE, SCREEN, Trouble, sha256

# What it needs beyond the libraries that the machine's own QEMU brought; the firmware is of its own age.
PACKAGES = ["qemu-system-x86", "qemu-system-data", "seabios"]
PLACE = CACHE / "newqemu"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LIBRARIES = f"usr/lib/{platform.machine()}-linux-gnu"
LIMIT = 60  # seconds for one apt-get
SETTINGS = {
    "Dir::Etc::SourceParts": "/dev/null", "Dir::Etc::Preferences": "/dev/null",
    "Dir::Etc::PreferencesParts": "/dev/null", "APT::Update::Error-Mode": "any", "Acquire::Languages": "none",
    "Acquire::Retries": "0", "Acquire::http::Timeout": "10", "Acquire::https::Timeout": "10",
    "APT::Sandbox::User": "",  # apt's own user may not enter our directory
}


class Unreachable(Trouble):
    """Not to be had from here: the text says why, and how it would be."""


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
        packages = sorted(scratch.glob("*.deb"))
        for package in packages:
            _run(["dpkg-deb", "-x", str(package), "root"], scratch)
        root, key = scratch / "root", hashlib.sha256("".join(map(sha256, packages)).encode()).hexdigest()
        (root / "version").write_text(_starts(root))
        os.replace(root, PLACE / key)
    return PLACE / key


def _download(scratch):
    """From the first of the machine's mirrors that has them."""
    if not shutil.which("apt-get"):
        raise Unreachable("no newer QEMU: it comes from Debian's backports, and there is no apt-get here")
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    suite = release + "-backports"
    why = f"apt has no source for this machine's release '{release}', see sources.list(5)"
    SCREEN.live(f"  fetching QEMU from {suite}")
    for mirror in mirrors(_run(["apt-get", "update", "--print-uris"], scratch), release):
        apt_get = _apt_get(scratch, mirror, suite)
        try:
            _run([*apt_get, "update"], scratch)
            _run([*apt_get, "-t", suite, "download", *PACKAGES], scratch)
            return
        except Trouble as trouble:
            told = re.findall(r"^[EW]: (.*)", str(trouble), re.MULTILINE) or [f"no answer within {LIMIT} s"]
            why = f"{told[0]}; a Debian mirror that offers {suite}, among the sources of apt, would have it"
    raise Unreachable("no newer QEMU: " + why)


def mirrors(indexes, release):
    """Where apt gets RELEASE from, going by what it says that it would update. Not all need be Debian's own."""
    return re.findall(rf"^'(\S+)/dists/{re.escape(release)}/InRelease'", indexes, re.MULTILINE)


def _apt_get(scratch, mirror, suite):
    """apt-get with sources, lists and packages of its own; proxies and passwords are those of the machine."""
    signed = f"Signed-By: {KEYRING}\n" if KEYRING.exists() else ""
    (scratch / "only.sources").write_text(
        f"Types: deb\nURIs: {mirror}\nSuites: {suite}\nComponents: main\nTargets: Packages\n{signed}")
    for name in ("lists/partial", "archives/partial"):
        (scratch / name).mkdir(parents=True, exist_ok=True)
    places = {"Dir::Etc::SourceList": scratch / "only.sources", "Dir::State::Lists": scratch / "lists",
              "Dir::Cache": scratch}
    options = [word for name, value in {**SETTINGS, **places}.items() for word in ("-o", f"{name}={value}")]
    return ["timeout", str(LIMIT), "apt-get", "-q", *options]


def _starts(root):
    """Its name for itself, which shows that it has all libraries."""
    done = subprocess.run([f"{root}/usr/bin/qemu-system-x86_64", "--version"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "LD_LIBRARY_PATH": f"{root}/{LIBRARIES}"})
    if done.returncode != 0:
        raise Trouble("the newer QEMU does not start; PACKAGES in newqemu.py may lack a library: " + done.stdout)
    return done.stdout.splitlines()[0].replace(" emulator version", "") + "\n"


def _run(words, directory):
    done = subprocess.run(words, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Trouble(" ".join(words) + " failed:\n" + done.stdout)
    return done.stdout
