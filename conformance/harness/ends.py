"""Ends that a run cannot come back from: panics, crashes, reboots, a command line that is wrong. The conformance
kernel brings each about on request (guest/ends.c); here is what it must look like from outside: a message that names
the thing, no good verdict, and an end that comes by itself.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import secrets
import tempfile
import time

import image
import platforms
import qemu
import tap
import xenguest
import xenlog
from tools import SCREEN, Trouble, build, kernel, need

PLATFORMS = ["x86_64-pc", "i386-pc", "x86_64-xen", "x86_64-xenpvh", "i386-xen", "i386-vmi", "sparc64-sun4u", "sparc64-sun4v",
             "sparc64-niagara"]
STOPPED = (r"(native: the kernel cannot go on; this machine stops here|xen: the kernel cannot go on; this domain ends as crash|"
           r"sun4v: the kernel cannot go on; this guest ends with code 1)")
# Xen ends a PV guest that has no stack left: there is nobody to say so. One machine of sun4v has no reset. Where nothing
# comes before stage LINES, no PC's timer and no event, the gate may be open.
NOT_THERE = {("x86_64-xen", "double-fault"), ("i386-xen", "double-fault"), ("sparc64-niagara", "reboot"),
             *((name, "gate-too-early") for name in ("x86_64-xenpvh", "sparc64-sun4u", "sparc64-sun4v", "sparc64-niagara"))}
# Refused before anything of the machine is touched: on one platform alone, with a CPU, or a name, of its own.
NO_SUN4U = 'nvramrc=dev / " sun4v" encode-string " compatible" property device-end'
ON_OTHER = {"later-cpu": ("sparc64-sun4u", ["-cpu", "Sun-UltraSparc-III"]),
            "other-cpu": ("sparc64-sun4u", ["-cpu", "Fujitsu-Sparc64-V"]),
            "other-machine": ("sparc64-sun4u", ["-prom-env", "use-nvramrc?=true", "-prom-env", NO_SUN4U]),
            "long-line": ("sparc64-sun4u", [])}
OTHER_CPU = r"libpv: this CPU is no UltraSPARC I or II .*, and libpv knows no other under OpenFirmware"
# What Xen says of a first domain that crashed, which is what was wanted.
CRASHED = r"Hardware Dom0 crashed: rebooting"
# What the sun4v hypervisor says when its guest has.
CODE = r"\(sun4v\) exit [1-9]\d*"
# What differs by the instruction set: a miss does not tell whether it was a store, and no stack has a name of its own.
BY_ISA = {"@WRITING@": {"sparc64": "touching"}, "@DOUBLE-FAULT@": {"sparc64": r"trap 0x[0-9a-f]+ at 0x[0-9a-f]+, trap level 2"}}
STARTED = r"backend \w+, started by"
NOT_COME = r"# the end did not come|# there is no end|# it still runs|# the thread runs"
SECONDS = 60  # which only an end takes that does not come; those under two hypervisors take up to 20
STAYS = 2.5  # of silence: what could break it is due after 0.1, and a host may be away for some of them

# name: (words of the command line, what the console says, in this order, how it ends)
#   stops  the machine stays where it is; what it says last is the last pattern
#   exits  QEMU ends because the machine was switched off
#   again  the kernel starts a second time
#   stays  it says no more after the last pattern, although it has time to
ENDS = {
    "panic": ("end=panic", [r"pv: panic: this is end 42$", STOPPED], "stops"),
    "refused": ("end=refused", [r"pv: panic: something was refused$", r"pv: refused before: test\.op: TEST_CALL\(0x12, "
                r"0x34\) = -22 EINVAL, entry 3 of the batch: try something else$", STOPPED], "stops"),
    "panic-hook": ("end=panic-hook", [r"# the hook got: for the hook$", r"pv: panic: for the hook$", STOPPED], "stops"),
    "panic-again": ("end=panic-again", [r"pv: panic: panic in the hook$", STOPPED], "stops"),
    "page-twice": ("end=page-twice", [r"pv: panic: page 0x[0-9a-f]+000 was given back twice$", STOPPED], "stops"),
    "page-of-nobody": ("end=page-of-nobody", [r"panic: page 0xfffffffff000 was given back but is none of the pool's$",
                       STOPPED], "stops"),
    "half-a-page": ("end=half-a-page", [r"panic: page 0x[0-9a-f]+008 was given back but is none", STOPPED], "stops"),
    "unmap-of-nobodys": ("end=unmap-of-nobodys", [r"panic: pv_io_unmap: 0x[0-9a-f]+, \d+ bytes: \w", STOPPED], "stops"),
    "wild-write": ("end=wild-write", [r"page fault in kernel mode at 0x[0-9a-f]+, @WRITING@ 0x\w+000 \(not mapped\)",
                   r"panic: page fault in kernel mode at 0x[0-9a-f]+, and no handler took it", STOPPED], "stops"),
    "illegal": ("end=illegal", [r"illegal instruction in kernel mode at 0x[0-9a-f]+", r"panic: .*no handler took it",
                STOPPED], "stops"),
    "double-fault": ("end=double-fault", [r"panic: @DOUBLE-FAULT@", STOPPED], "stops"),
    "gate-too-early": ("end=gate-too-early", [r"panic: (an (interrupt|event) came before|double fault at .*gate was opened "
                       r"before) .*pv_start\(PV_STAGE_LINES\)", STOPPED], "stops"),
    "switch-in-a-handler": ("end=switch-in-a-handler", [r"panic: pv_thread_switch\(\) in an interrupt's handler: do",
                            STOPPED], "stops"),
    "switch-with-the-gate-open": ("end=switch-with-the-gate-open", [r"panic: pv_thread_switch\(\) with the gate open: pv_",
                                  STOPPED], "stops"),
    "crash": ("end=crash", [STOPPED], "stops"),
    "halt": ("end=halt", [r"# halting$"], "stays"),
    "reboot": ("end=reboot", [r"# end reboot$", STARTED], "again"),
    "off": ("end=off", [r"# end off$"], "exits"),
    "unknown-word": ("pv=nonsense", [r"pv=nonsense: no such backend or word\. This image has: .*native.*; words: .*cou",
                     r"panic: no backend could be started$"], "stops"),
    "unknown-word-in-a-list": ("pv=nopatch,nativ", [r"pv=nativ: no such backend or word", r"panic: no backend could"],
                               "stops"),
    "later-cpu": ("", [OTHER_CPU], "stops"),
    "other-cpu": ("", [OTHER_CPU], "stops"),
    "other-machine": ("", [r"libpv: OpenFirmware says that this machine is not compatible with sun4u, "], "stops"),
    "long-line": ("x=" + 1100 * "y", [r"panic: boot data of openfirmware: .*bootargs .* has no end within 1024 bytes$",
                  STOPPED], "stops"),
    "foreign-backend": ("pv=@FOREIGN@", [r"pv=@FOREIGN@ cannot run here: \w", r"panic: no backend could be started$"],
                        "stops"),
}


def ends():
    """A report with one case per platform and end."""
    started = time.monotonic()
    report = tap.Report()
    for name in PLATFORMS:
        target = platforms.find(name)
        try:
            need(target.packages)
            build(target.platform.isa, "conformance/guest/conform")
        except Trouble as trouble:
            report.cases.append(tap.Case(f"ends.{name}", "", "fail", str(trouble)))
            continue
        for end in (e for e in ENDS if (name, e) not in NOT_THERE and ON_OTHER.get(e, (name,))[0] == name):
            SCREEN.live(f"  ends: {name} {end}")
            problems, lines = run_end(target, end, kernel(target.platform.isa, "test"))
            report.cases.append(tap.Case(f"ends.{name}.{end}", "", "fail" if problems else "pass", "; ".join(problems),
                                         lines[-20:] if problems else []))
    report.seconds = time.monotonic() - started
    return report


def run_end(target, end, image_file, words=()):
    """What was wrong with that end, and the console's lines."""
    own, patterns, how = ENDS[end]
    own, patterns = [_named(text, target) for text in own.split()], [_named(text, target) for text in patterns]
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-end-") as scratch:
        command = image.command(target, image_file, [f"verdict={nonce}", *own, *words], scratch)
        if end in ON_OTHER:
            command += ON_OTHER[end][1]
        last = None
        if how == "again":
            command = [word for word in command if word != "-no-reboot"]
            last = nth_line(STARTED, 2)
        elif how == "stays":
            last = nth_line(patterns[-1], 1)
        dead = "|".join([NOT_COME, *patterns[-1:]] if how == "stops" else [NOT_COME])
        run = qemu.run(command, SECONDS, last_line=last, grace=STAYS if how == "stays" else 0.3, dead=dead)
    found = problems(run, patterns, how)
    # A machine that starts again is ended in the middle of what Xen says.
    if how != "again":
        found += [text for text in xenlog.problems(run, target) if not re.search(CRASHED, text)]
    return found, [line for line in run.lines if line.strip()]


def _named(text, target):
    for name, by_isa in BY_ISA.items():
        text = text.replace(name, by_isa.get(target.platform.isa, name.strip("@").lower().replace("-", " ")))
    return text.replace("@FOREIGN@", target.platform.foreign)


def nth_line(pattern, n):
    """For qemu.run(): is this the nth line like that?"""
    seen = []

    def is_it(line):
        if re.search(pattern, line):
            seen.append(line)
        return len(seen) == n
    return is_it


def problems(run, patterns, how):
    """What the console does not say, and how the run ended if not as it should."""
    wanted = {"stops": "dead", "exits": "exited", "again": "lingered", "stays": "lingered"}[how]
    # A guest beside a first domain is gone when it has crashed, perhaps before we have read that it stops; in its shim, also
    # when its CPU has halted.
    crashed = run.status == xenguest.CRASHED or any(re.fullmatch(CODE, text) for _at, text in run.log)
    gone = "lingered" if how == "stays" else "dead"
    end = gone if run.end == "exited" and crashed else run.end
    found = [] if end == wanted else [f"it ended otherwise: {end}, not {wanted}"]
    lines = iter(run.lines)
    for pattern in patterns:
        if not any(re.search(pattern, line) for line in lines):
            found.append(f"the console does not say, or not in this order, /{pattern}/")
    for line in run.lines:
        if re.search(f"^PV-VERDICT|{NOT_COME}", line):
            found.append(f"the console says: {line}")
    return found
