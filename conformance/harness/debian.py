"""Debian packages and their sources, fetched from where this machine gets its own but never installed: apt-get with
sources, lists and packages of its own. The machine's packages and package lists stay as they are.

SPDX-License-Identifier: BSD-2-Clause
"""
import platform
import re
import shutil
import subprocess
from pathlib import Path

from tools import Trouble

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LIMIT = 120  # seconds for one apt-get
SETTINGS = {
    "Dir::Etc::SourceParts": "/dev/null", "Dir::Etc::Preferences": "/dev/null",
    "Dir::Etc::PreferencesParts": "/dev/null", "APT::Update::Error-Mode": "any", "Acquire::Languages": "none",
    "Acquire::Retries": "0", "Acquire::http::Timeout": "10", "Acquire::https::Timeout": "10",
    "APT::Sandbox::User": "",  # apt's own user may not enter our directory
}
INDEXES = {"deb": "Packages", "deb-src": "Sources"}


class Unreachable(Trouble):
    """Not to be had from here: the text says why, and how it would be."""


def release():
    """The name of the machine's release, like bookworm."""
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "")


def indexes(scratch):
    """What apt would update: that tells its mirrors, also without any package list."""
    if not shutil.which("apt-get"):
        raise Unreachable("it is one of Debian's packages, and there is no apt-get here")
    return run(["apt-get", "update", "--print-uris"], scratch)


def mirrors(said, suite):
    """Where apt gets SUITE from, going by what it says that it would update. Not all need be Debian's own."""
    return re.findall(rf"^'(\S+)/dists/{re.escape(suite)}/InRelease'", said, re.MULTILINE)


def origins(said):
    """Lists of (mirror, suite), the best first: with the security updates, and without, for their files go away."""
    plain = [[(mirror, release())] for mirror in mirrors(said, release())]
    if not plain:
        raise Unreachable(f"apt has no source for this machine's release '{release()}', see sources.list(5)")
    security = f"{release()}-security"
    return [places + [(mirror, security)] for places in plain for mirror in mirrors(said, security)] + plain


def fetch(scratch, kind, *words):
    """What apt-get WORDS says, run in SCRATCH among packages (KIND deb) or sources (deb-src) of the release."""
    for places in origins(indexes(scratch)):
        client = apt_get(scratch, places, kind)
        try:
            run([*client, "update"], scratch)
            return run([*client, *words], scratch)
        except Trouble as trouble:
            why = reason(trouble)
    raise Unreachable(f"{why}; a Debian mirror with {kind} of {release()}, among the sources of apt, would have it")


def apt_get(scratch, places, kind="deb"):
    """apt-get that knows PLACES, pairs (mirror, suite), and nothing else; proxies and passwords are the machine's."""
    signed = f"Signed-By: {KEYRING}\n" if KEYRING.exists() else ""
    (scratch / "only.sources").write_text("\n".join(
        f"Types: {kind}\nURIs: {mirror}\nSuites: {suite}\nComponents: main\nTargets: {INDEXES[kind]}\n{signed}"
        for mirror, suite in places))
    for name in ("lists/partial", "archives/partial"):
        (scratch / name).mkdir(parents=True, exist_ok=True)
    own = {"Dir::Etc::SourceList": scratch / "only.sources", "Dir::State::Lists": scratch / "lists",
           "Dir::Cache": scratch}
    options = [word for name, value in {**SETTINGS, **own}.items() for word in ("-o", f"{name}={value}")]
    return ["timeout", str(LIMIT), "apt-get", "-q", *options]


def unpack(scratch, root):
    """Every package in SCRATCH, into ROOT; their names, which tell the versions."""
    packages = sorted(scratch.glob("*.deb"))
    for package in packages:
        run(["dpkg-deb", "-x", str(package), str(root)], scratch)
    return packages


def reason(trouble):
    """What apt complained about first."""
    told = re.findall(r"^[EW]: (.*)", str(trouble), re.MULTILINE)
    return told[0] if told else f"no answer within {LIMIT} s"


def run(words, directory):
    done = subprocess.run(words, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Trouble(" ".join(words) + " failed:\n" + done.stdout)
    return done.stdout
