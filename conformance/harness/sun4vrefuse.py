"""Calls that our sun4v hypervisor refuses: the Nth of a start, for all N, by each of several errors. Two kernels start, and a
few go on with a call that is refused for good. Each says which call it was and ends, or goes on as the tables here tell.

The Nth call within an operation, for all N, is the suite `refused` of the conformance kernel.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import re
import tempfile
import time
from pathlib import Path

import qemu
import sun4vboot
import sun4vlog
import tap
from sun4vstart import WORKED
from tools import SCREEN, Trouble, build, kernel, need

SECONDS = 60
END = re.compile(r"\(sun4v\) (exit|killed|fatal)")
CALL = re.compile(r"(?:\(sun4v\) )?call (\w+)")
NONCE = "refused"

# What a run has said that came through.
VERDICT = {"verdict": rf"^PV-VERDICT {NONCE} [1-9]\d* 0 \d+$", "end": r"^\(sun4v\) exit 0$"}
KERNELS = {"minimal": ("demo", "", WORKED),
           "conform": ("test", f"verdict={NONCE} run=status.* covers=pv_hypercall_count", VERDICT)}

# EIO; EBADTRAP, which says that there is no such call; EWOULDBLOCK, "later"; a number that is no error.
ERRORS = {"minimal": (11, 7, 9, 99), "conform": (11,)}

# As often as time goes by, and not in the same number each time: the first few, and every one.
UNCOUNTED = ("CPU_YIELD", "CPU_MYID", "CONS_PUTCHAR")
FEW = ("1", "2", "3", "0")

# Without these it starts: what it says, or for what reason nothing needs to be said.
GOES_ON = {"MACH_DESC": r"pv: sun4v: the machine description: MACH_DESC says \S",
           "API_SET_VERSION": r"pv: sun4v: API_SET_VERSION of group interrupt, 2\.0: the hypervisor says \S",
           "TOD_GET": r"pv: sun4v: TOD_GET: the hypervisor says \S",
           "MACH_EXIT": r"pv: sun4v: the hypervisor refuses MACH_EXIT: ending by API_EXIT",
           "CPU_MYID": r"pv: sun4v: CPU_MYID: the hypervisor says \S+: this CPU is taken for number 0"}
QUIET = {"CPU_YIELD": "it waits without rest",
         "CPU_MYID": "the same, but for the first, which asks which CPU this is",
         "CONS_PUTCHAR": "what it does not take goes out by API_PUTCHAR"}
LATER = {"TOD_GET": "it is asked again", "CONS_PUTCHAR": "it is asked again"}  # EWOULDBLOCK

# Refused for good: (word, the cases that run, what is said besides the verdict or instead of it).
FOR_GOOD = {
    "unmap": ("MMU_UNMAP_ADDR:0", "run=user.*", VERDICT),
    "unmap_of_the_kernel": ("MMU_UNMAP_ADDR:0", "run=record.kernel_*", VERDICT),
    "unmap_under_windows": ("MMU_UNMAP_ADDR:0", "run=windows.*", VERDICT),
    "demap_page": ("MMU_DEMAP_PAGE:0", "run=space.*", VERDICT),
    "demap_context": ("MMU_DEMAP_CTX:0", "run=space.*", VERDICT),
    "yield": ("CPU_YIELD:0", "run=timer.*", VERDICT),
    "all_from_the_programs_on": ("ANY:{start}+", "run=user.*", {
        "reason": r"^pv: panic: mmu\.sync: MMU_DEMAP_ALL: the hypervisor says EIO, and old translations stay$",
        "record": r"^pv: refused before: mmu\.(miss: MMU_UNMAP_ADDR|sync: MMU_DEMAP_(PAGE|CTX))\(0x[0-9a-f]+\) = 11 EIO",
        "end": r"^\(sun4v\) exit 1$"}),
    "exit_of_a_crash": ("API_EXIT:0", "end=panic", {
        "reason": r"^pv: panic: this is end 42$", "call": r"^sun4v: the hypervisor refuses API_EXIT: ending by MACH_EXIT$",
        "end": r"^\(sun4v\) exit 1$"}),
}


def sun4vrefuse():
    """A report with a case per call and error."""
    started, report = time.monotonic(), tap.Report()
    try:
        need(["qemu-system-sparc"])
        build("sparc64")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for which in KERNELS:
                report.cases += _starts(which, pool)
            report.cases += pool.map(_for_good, FOR_GOOD)
    except Trouble as trouble:
        report.cases.append(tap.Case("sun4vrefuse", "", "fail", str(trouble)))
    report.seconds = time.monotonic() - started
    return report


def _starts(which, pool):
    """Each call of a start that is not refused; and that nothing is refused behind the last."""
    calls = _calls(which)
    first = _counted(which, calls)
    if which == "conform":
        del calls["MACH_DESC"]  # which cases, and the verdict's word, come by it; `minimal` goes on without
    counted = [(name, str(n)) for name, count in calls.items() for n in range(1, count + 1) if name not in UNCOUNTED]
    few = [(name, n) for name in UNCOUNTED for n in FEW if calls.get(name, 0) > int(n)]
    jobs = [(which, name, n, error) for error in ERRORS[which] for name, n in counted + few]
    jobs += [(which, name, str(count + 1), None) for name, count in calls.items() if name not in UNCOUNTED]
    return [first, *pool.map(lambda job: _start(*job), jobs)]


def _calls(which):
    """How often a start makes each call."""
    counts = {}
    for _at, said in _boot(KERNELS[which][0], "log=calls", KERNELS[which][1]).log:
        if match := CALL.match(said):
            counts[match[1]] = counts.get(match[1], 0) + 1
    return counts


def _counted(which, calls):
    """What a start cannot do without is in the list; or the list is of nothing."""
    wanted = {"API_SET_VERSION", "MMU_FAULT_AREA_CONF", "MMU_MAP_PERM_ADDR", "MMU_ENABLE", "MACH_DESC", "MMU_MAP_ADDR",
              "MMU_TSB_CTX0", "MMU_TSB_CTXNON0", "CPU_QCONF", "CONS_PUTCHAR", "MACH_EXIT"}
    missing = wanted - set(calls)
    return tap.Case(f"sun4vrefuse.{which}.calls", "", "fail" if missing else "pass",
                    f"not seen to be called: {' '.join(sorted(missing))}" if missing else "")


def _start(which, name, number, error):
    SCREEN.live(f"  sun4vrefuse: {which} {name}:{number}")
    image, args, worked = KERNELS[which]
    run = _boot(image, f"refuse={name}:{number}" + (f":{error}" if error else ""), args)
    refused = [said for _at, said in run.log if " refused " in f" {said}"]
    if error is None:
        bad = [f"the hypervisor {said}" for said in refused] + _missing(run, worked)
        return _case(f"{which}.{name}_{number}_is_none", bad, run)
    bad = [] if refused else ["nothing was refused"]
    if (name, number, error) == ("CONS_PUTCHAR", "0", 9):
        worked = {"end": worked["end"]}  # nobody ever reads: nothing is seen, and it does not wait for ever
    if any(re.match(r"\(sun4v\) exit 0$", said) for _at, said in run.log):
        bad += _missing(run, worked) + _untold(run, name, number, error)
    else:
        bad += _missing(run, {"the call's name": rf"^(libpv|pv): .*\b{name}\b", "end": r"^\(sun4v\) exit 1$"})
    return _case(f"{which}.{name}_{number}_by_{error}", bad + sun4vlog.problems(run), run)


def _untold(run, name, number, error):
    """It started without the call, and does not say so, or may not."""
    first = number in "01"
    if (error == 9 and name in LATER and number != "0") or (name in QUIET and not (name == "CPU_MYID" and first)):
        return []
    if name not in GOES_ON:
        return [f"it started without {name}"]
    return _missing(run, {"what it does without": GOES_ON[name]})


def _for_good(name):
    SCREEN.live(f"  sun4vrefuse: {name}")
    word, args, wanted = FOR_GOOD[name]
    if "{start}" in word:
        calls = _calls("conform")
        word = word.format(start=1 + sum(n for call, n in calls.items() if call not in ("CONS_PUTCHAR", "MACH_EXIT")))
    run = _boot("test", f"refuse={word}", f"verdict={NONCE} {args}")
    bad = _missing(run, wanted) + sun4vlog.problems(run)
    if not any(" refused " in f" {said}" for _at, said in run.log):
        bad.insert(0, "nothing was refused")
    return _case(f"for_good.{name}", bad, run)


def _missing(run, wanted):
    text = "\n".join([run.text, *(said for _at, said in run.log)])
    return [f"not seen: {label}" for label, pattern in wanted.items() if not re.search(pattern, text, re.MULTILINE)]


def _case(name, bad, run):
    case = tap.Case(f"sun4vrefuse.{name}", "", "fail" if bad else "pass", "; ".join(bad))
    case.context = tap.shown(run.lines[-20:], run) if bad else []
    return case


def _boot(image, words, args):
    with tempfile.TemporaryDirectory(prefix="pv-sun4vrefuse-") as scratch:
        command = ["qemu-system-sparc64", "-accel", "tcg", "-M", "sun4v", "-m", "256", "-display", "none", "-no-reboot",
                   "-vga", "none", "-nic", "none", *sun4vboot.words_file([words, f"args {args}"], Path(scratch)),
                   "-bios", str(sun4vboot.FIRMWARE / "sun4v.bin"), *sun4vlog.QEMU, "-kernel", str(kernel("sparc64", image))]
        return qemu.run(command, SECONDS, last_line=END.match, on_ask=tap.ask)
