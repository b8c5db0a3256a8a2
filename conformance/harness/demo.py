"""./pv demo: the SAME image of the minimal example on every platform it was made for.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import tempfile

import image
import platforms
import qemu
from tools import KERNELS, SCREEN, build, kernel, need, say, sha256

# What the minimal example shows, by the lines it prints.
WORKED = {
    "console": r"\S",
    "patched": r"[1-9]\d* (call )?sites? patched",
    "timer": r"tick",
}


def demo():
    """Boot, one line each; then the table. True when everything worked and each ISA had one image."""
    rows, images = [], {}
    for platform in (p for p in platforms.PLATFORMS if not p.planned):
        if platform.isa not in images:
            say(f"--- {platform.isa}: building {KERNELS['demo']}")
            build(platform.isa, KERNELS["demo"])
            images[platform.isa] = set()
        need(platform.packages)
        path = kernel(platform.isa, "demo")
        run = _boot(platforms.Target(platform), path, in_full=not rows)
        worked = {what: bool(re.search(pattern, run.text)) for what, pattern in WORKED.items()}
        worked["power off"] = run.end == "exited" and run.status == 0
        images[platform.isa].add(sha256(path))
        rows.append((platform, worked, sha256(path)))
        missed = [what for what, good in worked.items() if not good]
        say(f"{'FAIL' if missed else 'ok  '} {platform.name:16}{run.seconds:5.1f} s  " + _summary(run))
        if missed:
            _explain(run, missed)
    return _table(rows, images)


def _boot(target, path, in_full):
    """One boot; the first one is shown as it comes, the others in one live line."""
    say(f"--- {target.name}")

    def show(line):
        say("    " + line) if in_full else SCREEN.live(f"    {line}")
    with tempfile.TemporaryDirectory(prefix="pv-demo-") as scratch:
        return qemu.run(image.command(target, path, [], scratch), target.platform.timeout,
                        dead=target.platform.dead, on_line=show)


def _summary(run):
    lines = [line for line in run.lines if line.strip()]
    return lines[-1].strip()[:60] if lines else "(printed nothing)"


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
