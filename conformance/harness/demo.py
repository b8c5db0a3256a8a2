"""./pv demo: the SAME image of the hobby kernel on every platform it was made for, up to its shell.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import tempfile

import image
import platforms
import qemu
import sun4vboot
import tap
import xenlog
from tools import KERNELS, SCREEN, Trouble, build, kernel, need, say, sha256

# What is typed into the shell, each line when its prompt is there. The first one says what the kernel knows.
TYPED = "echo one image | wc"
ANSWER = "1 2 10"
SCRIPT = [(r"(?m)^\$ ", line + "\n") for line in ("pv", TYPED, "halt")]

# What the hobby kernel shows, by the lines on its console.
WORKED = {
    "console": r"^hobby: \d+ KiB of RAM",
    "patched": r"^sites +[1-9]\d* in line, \d+ direct calls, 0 through the table$",
    "ticks": r"^ticks +[1-9]",
    "shell": rf"^{ANSWER}$",
}

# Beside the ways to boot the ELF file: what objcopy makes of the same file, where real and virtual addresses are the same
# and where they differ.
RAW = ["sparc64-sun4v+raw", "sparc64-niagara+high"]

PANIC = r"pv: panic: "  # nothing more will come

# What it must say about how it was started, by loader kind.
STARTED = re.compile(r"^started +by ([\w-]+)", re.MULTILINE)
PROTOCOLS = {
    "qemu_pvh": "pvh",
    "qemu_vmi": "pvh",
    "grub_mb1_bios": "multiboot1",
    "grub_mb2_bios": "multiboot2",
    "grub_mb2_efi": "multiboot2",
    "xen_dom0": "xen-pv",
    "xen_dom0_pvh": "pvh",
    "xen_domu_pvh": "pvh",
    "xen_domu": "xen-pv",
    "xen_shim": "xen-pv",
    "sun4u": "openfirmware",
    "sun4v": "sun4v",
    "niagara": "sun4v",
}


def demo():
    """Boot, one line each; then the table. True when everything worked and each ISA had one image."""
    rows, images = [], {}
    every = ways()
    for number, target in enumerate(every, 1):
        isa = target.platform.isa
        if isa not in images:
            build(isa, KERNELS["hobby"], KERNELS["initrd"])
            images[isa] = set()
        files = kernel(isa, "hobby"), kernel(isa, "initrd")
        digests = tuple(map(sha256, files))
        images[isa].add(digests)
        try:
            need(target.packages)
            image.make_firmware(target)
            run = _boot(target, *files, f"{target.name} ({number} of {len(every)})", in_full=not rows)
        except Trouble as trouble:
            run = qemu.Run()
            run.end, run.errors = "did not start", str(trouble)
        worked = what_worked(target, run, WORKED)
        rows.append((target, worked, _raw_digest(files[0]) if target.raw else digests[0]))
        missed = [what for what, good in worked.items() if not good]
        SCREEN.live("")
        say(f"{'FAIL' if missed else 'ok  '} {target.name:20}{run.seconds:5.1f} s " + _summary(run))
        if missed:
            _explain(run, missed)
    return _table(rows, images)


def ways():
    """What is shown, in this order."""
    return sorted(platforms.ways() + list(map(platforms.find, RAW)), key=lambda target: target.platform.isa, reverse=True)


def _raw_digest(path):
    with tempfile.TemporaryDirectory(prefix="pv-demo-") as scratch:
        return sha256(sun4vboot.raw_form(path, scratch))


def what_worked(target, run, patterns):
    """Each thing that an example shows, by the pattern of a line: whether it did."""
    started = STARTED.search(run.text)
    worked = {what: bool(re.search(pattern, run.text, re.MULTILINE)) for what, pattern in patterns.items()}
    worked["protocol"] = bool(started) and started[1] == PROTOCOLS[target.loader]
    worked["power off"] = run.end == "exited" and run.status == 0
    worked["log"] = not xenlog.problems(run, target)
    return worked


def _boot(target, path, module, name, in_full):
    """One boot; the first one is shown as it comes, the others in one live line."""
    say(f"--- {name}") if in_full else SCREEN.live(f"  {name}")

    def show(line):
        say("    " + line) if in_full else SCREEN.live(f"  {name}: {line}")
    with tempfile.TemporaryDirectory(prefix="pv-demo-") as scratch:
        return qemu.run(image.command(target, path, [], scratch, [str(module)]), target.platform.timeout,
                        script=qemu.Script(SCRIPT), dead=target.platform.dead or PANIC, on_line=show)


def _summary(run):
    """What was typed last and what came back; before that, how the kernel was started."""
    started, answer = STARTED.search(run.text), re.search(WORKED["shell"], run.text, re.MULTILINE)
    return (f"by {started[1]}" if started else "(said nothing about its start)") + \
        f"  $ {TYPED}  " + (answer[0] if answer else "(no answer)")


def _explain(run, missed):
    status = f" with status {run.status}" if run.status else ""
    say(f"     missing: {', '.join(missed)}; QEMU {run.end}{status}")
    for line in tap.shown(run.lines[-20:], run):
        if line.strip():
            say("     | " + line)


def _table(rows, images):
    columns = list(rows[0][1])
    say()
    say(f"{'platform':20}" + "".join(f"{c:>{len(c) + 1}}" for c in columns) + " SHA-256")
    for target, worked, digest in rows:
        cells = "".join(f"{'yes' if worked[c] else 'NO':>{len(c) + 1}}" for c in columns)
        say(f"{target.name:20}{cells} {digest[:12]}")
    same = all(len(files) == 1 for files in images.values())
    for isa, files in images.items():
        count = sum(t.platform.isa == isa for t, _worked, _digest in rows)
        say()
        if len(files) == 1:
            kernel_digest, module_digest = list(files)[0]
            say(f"{isa}: 1 image, {count} ways to boot it. SHA-256 of image and boot module:")
            say(f"  {kernel_digest}\n  {module_digest}")
            raw = {digest for t, _worked, digest in rows if t.raw and t.platform.isa == isa}
            for digest in raw:
                say(f"  {digest} (raw)")
            same = same and len(raw) <= 1
        else:
            say(f"{isa}: a file CHANGED between boots: {sorted(files)}")
    return same and all(all(worked.values()) for _target, worked, _digest in rows)
