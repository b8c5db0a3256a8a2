"""./pv demo: the SAME image of the minimal example on every platform it was made for.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import tempfile

import image
import platforms
import qemu
from tools import KERNELS, SCREEN, Trouble, build, kernel, need, say, sha256

# What the minimal example shows, by the lines it prints.
WORKED = {
    "console": r"^libpv \S+ on \S+",
    "patched": r"^sites +(\d+), \1 of them rewritten",  # sparc64 has none: 0 of 0
    "ticks": r"^ticks +[1-9]",
}

# What it must say about how it was started, by loader kind.
STARTED = re.compile(r"^started +by ([\w-]+)", re.MULTILINE)
PROTOCOLS = {
    "qemu_pvh": "pvh",
    "qemu_vmi": "pvh",
    "grub_mb1_bios": "multiboot1",
    "grub_mb2_bios": "multiboot2",
    "grub_mb2_efi": "multiboot2",
    "xen_dom0": "xen-pv",
    "sun4u": "openfirmware",
    "sun4v": "sun4v",
}


def demo():
    """Boot, one line each; then the table. True when everything worked and each ISA had one image."""
    rows, images = [], {}
    for platform in (p for p in platforms.PLATFORMS if not p.planned):
        if platform.isa not in images:
            say(f"--- {platform.isa}: building {KERNELS['demo']}")
            build(platform.isa, KERNELS["demo"])
            images[platform.isa] = set()
        path = kernel(platform.isa, "demo")
        digest = sha256(path)
        images[platform.isa].add(digest)
        try:
            need(platform.packages)
            run = _boot(platforms.Target(platform), path, in_full=not rows)
        except Trouble as trouble:
            run = qemu.Run()
            run.end, run.errors = "did not start", str(trouble)
        worked = what_worked(platform, run)
        rows.append((platform, worked, digest))
        missed = [what for what, good in worked.items() if not good]
        say(f"{'FAIL' if missed else 'ok  '} {platform.name:16}{run.seconds:5.1f} s  " + _summary(run))
        if missed:
            _explain(run, missed)
    return _table(rows, images)


def what_worked(platform, run):
    """Each thing that the minimal example shows: whether it did."""
    started = STARTED.search(run.text)
    worked = {what: bool(re.search(pattern, run.text, re.MULTILINE)) for what, pattern in WORKED.items()}
    worked["protocol"] = bool(started) and started[1] == PROTOCOLS[platform.loader]
    worked["power off"] = run.end == "exited" and run.status == 0
    return worked


def _boot(target, path, in_full):
    """One boot; the first one is shown as it comes, the others in one live line."""
    say(f"--- {target.name}")

    def show(line):
        say("    " + line) if in_full else SCREEN.live(f"    {line}")
    with tempfile.TemporaryDirectory(prefix="pv-demo-") as scratch:
        return qemu.run(image.command(target, path, [], scratch), target.platform.timeout,
                        dead=target.platform.dead, on_line=show)


def _summary(run):
    """What the kernel says about its start, on one line."""
    match = re.search(r"^started +(.*)", run.text, re.MULTILINE)
    return match[1] if match else "(said nothing about its start)"


def _explain(run, missed):
    status = f" with status {run.status}" if run.status else ""
    say(f"     missing: {', '.join(missed)}; QEMU {run.end}{status}")
    for line in run.lines[-20:] + run.errors.splitlines():
        if line.strip():
            say("     | " + line)


def _table(rows, images):
    columns = list(rows[0][1])
    say()
    say(f"{'platform':16}" + "".join(f"{c:>11}" for c in columns) + "  SHA-256 of the file booted")
    for platform, worked, digest in rows:
        say(f"{platform.name:16}" + "".join(f"{'yes' if worked[c] else 'NO':>11}" for c in columns) + f"  {digest}")
    same = all(len(digests) == 1 for digests in images.values())
    say()
    for isa, digests in images.items():
        count = sum(p.isa == isa for p, _worked, _digest in rows)
        say(f"{isa}: {len(digests)} image, {count} ways to boot it" if len(digests) == 1
            else f"{isa}: the file CHANGED between boots: {' '.join(sorted(digests))}")
    return same and all(all(worked.values()) for _platform, worked, _digest in rows)
