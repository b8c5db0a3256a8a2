"""What is typed into the shell of the hobby kernel, and what it must answer. Data for hobby.py.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
from dataclasses import dataclass, field

from tools import BUILD

SIGINT, SIGKILL, SIGTERM, SIGSEGV, SIGILL, SIGFPE = 1, 2, 3, 4, 5, 6  # as in abi.h

PROGRAMS = ("bench bomb cat check echo fair fault grep halt hog init kill ls mem ps pv reboot rm sh squeeze stress time "
            "uptime wc").split()

PARTS = "fork map addresses kernel calls files pipes pipe-ends signals alarms cpu fpu".split()  # of check


@dataclass
class Line:
    """One thing typed, and its answer: everything up to the next prompt. Patterns know lines (^ and $)."""
    name: str
    typed: str             # Enter is added, unless it ends in a control character; {NAME} is a word kept earlier
    wants: list = field(default_factory=list)  # patterns that the answer has, in this order
    never: str = ""        # a pattern that it has not
    status: int = 0        # that the next prompt shows
    keys: list = field(default_factory=list)   # (pattern, what is typed when the answer has it)
    keep: dict = field(default_factory=dict)   # NAME: pattern whose group is kept for later lines
    late: bool = False     # prompts come in between: the answer is whole when it has what is wanted
    again: str = None      # typed from then on, until the answers together have what is wanted
    account: str = ""      # "note" what /proc/mem says, or "same": it must say what was noted
    restarts: bool = False  # the machine starts again, and the prompt is the new one's
    ends: bool = False     # no prompt comes: QEMU ends


HALT = Line("halt", "halt", ends=True)
SQUEEZE = Line("squeeze", "squeeze", [r"^pv: squeeze \(process \d+\): killed: it had the most memory when there was no more$",
                                      r"^squeeze: good$"])


def script(isa, rounds, backend="native", restarts=True):
    """All of it, for a plain boot. rounds: of stress. restarts: the machine can do that by itself."""
    restart = Line("restart", "reboot", [r"^hobby: \d+ KiB of RAM"], restarts=True)
    return [*_tools(isa, backend), *_shell(), *_redirections(isa), *_keys(), *_background(), *_faults(isa), *_checks(),
            *_memory(rounds), *[restart] * restarts, HALT]


def deterministic():
    """For the deterministic clock: busy processes, by the law of sched.c (a step of nice costs a quarter more), and a
    race that only that clock always runs in the same order."""
    weight = 1 / 1.25 ** 5
    return [Line("fair", "fair 2000", [rf"^fair: {n} nice 0: {_percent(25)} %$" for n in (1, 2, 3, 4)]),
            Line("fair-nice", "fair 2000 5",
                 [rf"^fair: {n} nice 0: {_percent(100 / (3 + weight))} %$" for n in (1, 2, 3)]
                 + [rf"^fair: 4 nice 5: {_percent(100 * weight / (3 + weight))} %$"]),
            SQUEEZE, HALT]


def _percent(middle, around=3):
    """A pattern of the numbers with one decimal that lie so close."""
    low, high = round(10 * (middle - around)), round(10 * (middle + around))
    return "(?:" + "|".join(rf"{n // 10}\.{n % 10}" for n in range(low, high + 1)) + ")"


def _tools(isa, backend):
    # Only on bare metal nobody takes time away, and nobody is called.
    stolen, calls = (r"0\.000", "0") if backend == "native" else (r"\d+\.\d{3}", r"[1-9]\d*")
    return [
        Line("help", "help", [r"^commands are in /bin; "]),
        Line("ls", "ls /", [r"^fr +131  welcome$", r"^dr +0  bin$", r"^dw +0  tmp$", r"^dw +0  proc$", r"^dw +0  dev$"]),
        Line("ls-two", "ls /dev /proc", [r"  tty$", r"  mem$"]),
        Line("ls-programs", "ls /bin", [rf"^fr +\d+  {name}$" for name in reversed(PROGRAMS)],
             never=rf"^fr +\d+  (?!({'|'.join(PROGRAMS)})$)"),
        Line("ls-none", "ls /none", [r"^ls: /none: no such file$"], status=1),
        Line("cat", "cat /welcome", [r"^This is the hobby kernel of libpv"]),
        Line("cat-two", "cat /welcome /welcome", [r"^This is the", r"^This is the"]),
        Line("cat-none", "cat /none /welcome", [r"^cat: /none: no such file$", r"^This is the"], status=1),
        Line("echo", "echo one  two", [r"^one two$"]),
        Line("wc", "wc /bin/sh /welcome", [rf"^\d+ \d+ {_size(isa, 'sh')} /bin/sh$", r"^2 \d+ \d+ /welcome$"]),
        Line("grep", "grep Try /welcome", [r"^Try: "], never=r"^This is"),
        Line("grep-none", "grep xyzzy /welcome", never=r"^(This|Try)", status=1),
        Line("ps", "ps", [r"^ +pid +ppid +group +nice +state +pages +ms +name$", r"^ +1 +0 +1 +0 asleep .* init$",
                          r" (asleep|ready) .* sh$", r" runs .* ps$"], keep={"shell": r"^ +(\d+) .* sh$"}),
        Line("mem", "mem", [r"^pages of \d+ bytes: \d+$", r"^free +\d+$", r"^user +[1-9]", r"^out of colour: 0$",
                           r"^heap in use: [1-9]"]),
        Line("uptime", "uptime", [rf"^up \d+\.\d{{3}} s, stolen {stolen} s, 1\d{{18}} ns since 1970$"]),
        Line("time", "time echo timed", [r"^timed$", r"^echo: \d+\.\d{3} ms$"]),
        Line("time-none", "time nothing", [r"^time: nothing: no such file$"], status=127),
        Line("pv", "pv", [rf"^backend +{backend}$", r"^started +by [\w-]+$", r"^clock +\w+, [1-9]\d* Hz", r"^can +\w",
                          r"^sites +[1-9]\d* in line, \d+ direct calls, 0 through the table$", r"^ticks +[1-9]",
                          rf"^below +{calls} calls, 0 refused$"]),
        Line("kill-nobody", "kill 99999", [r"^kill: 99999: no such process$"], status=1),
        Line("kill-usage", "kill", [r"^usage: kill"], status=2),
    ]


def _shell():
    """Words, quotes, and what is wrong with a line."""
    return [
        Line("quotes", "echo \"a  b\" 'c | d > e & f' \"it's\"", [r"^a  b c \| d > e & f it's$"]),
        Line("quote-in-word", "echo a'b c'd", [r"^ab cd$"]),
        Line("quote-open", 'echo "a', [r"^sh: a quote is not closed$"], status=2),
        Line("empty", ""),
        Line("blanks", "   "),
        Line("unknown", "nothing", [r"^sh: nothing: no such file$"], status=127),
        Line("no-program", "/welcome", [r"^sh: /welcome: not a program of this machine$"], status=127),
        Line("directory", "/tmp", [r"^sh: /tmp: cannot be run$"], status=127),
        Line("pipe-to-nothing", "echo a |", [r"^sh: a command is missing$"], status=2),
        Line("pipe-from-nothing", "| wc", [r"^sh: a command is missing$"], status=2),
        Line("background-inside", "echo a & echo b", [r"^sh: & ends a line$"], status=2),
        Line("no-file", "echo a >", [r"^sh: a file name is missing$"], status=2),
        Line("many-words", "echo" + " a" * 40, [r"^sh: too many words$"], status=2),
        Line("many-commands", "echo a" + " | cat" * 9, [r"^sh: too many commands$"], status=2),
        Line("long-line", "echo " + "long" * 70, [r"^sh: the line is too long$"], status=2),
        Line("longer-line", "echo " + "longer " * 180, [r"^sh: the line is too long$"], status=2),
        Line("long-name", "n" * 99, [r"^sh: n+: (name too long|no such file)$"], status=127),
        Line("longest-name", "n" * 200, [r"^sh: n+: \w"], status=127),
        Line("cd", "cd /bin"),
        Line("cd-there", "ls", [r"^fr +\d+  sh$"]),
        Line("cd-none", "cd /none", [r"^sh: /none: no such file$"]),
        Line("cd-file", "cd /welcome", [r"^sh: /welcome: not a directory$"]),
        Line("cd-back", "cd"),
        # Echo comes in between anything, but not behind the last Enter.
        Line("typed-ahead", "echo one\necho two\necho thr'e'e", ["three$"], late=True),
    ]


def _redirections(isa):
    return [
        Line("pipe", "echo one two three | wc", [r"^1 3 14$"]),
        Line("pipe-of-four", "cat /bin/sh | cat | cat | wc", [rf"^\d+ \d+ {_size(isa, 'sh')}$"]),
        Line("pipe-status", "echo a | grep b", status=1),
        Line("pipe-nobody-reads", "cat /bin/sh | echo done", [r"^done$"]),
        Line("write-file", "echo first > /tmp/f"),
        Line("append", "echo second >> /tmp/f"),
        Line("read-file", "cat < /tmp/f", [r"^first\nsecond\n"]),
        Line("write-again", "echo third >/tmp/f"),
        Line("read-again", "cat </tmp/f", [r"^third$"], never=r"^(first|second)$"),
        Line("both", "cat < /welcome > /tmp/g"),
        Line("both-read", "wc < /tmp/g", [r"^2 \d+ \d+$"]),
        Line("read-none", "cat < /tmp/none", [r"^sh: /tmp/none: no such file$"], status=1),
        Line("write-read-only", "echo a > /welcome", [r"^sh: /welcome: read-only$"], status=1),
        Line("write-directory", "echo a > /tmp", [r"^sh: /tmp: is a directory$"], status=1),
        Line("rm", "rm /tmp/f /tmp/g"),
        Line("rm-again", "rm /tmp/f", [r"^rm: /tmp/f: no such file$"], status=1),
        Line("rm-read-only", "rm /welcome", [r"^rm: /welcome: read-only$"], status=1),
        Line("null", "cat /bin/sh > /dev/null"),
    ]


def _keys():
    """Line editing and the keys that are signals. What cat says is typed ahead, so that it is seen to run."""
    return [
        Line("backspace", "ecX\x7fho ri\x08\x08right", [r"^right$"]),
        Line("backspace-too-far", "ab" + "\x7f" * 5 + "echo kept", [r"^kept$"]),
        Line("ctrl-u", "garbage\x15echo clean", [r"^clean$"], never=r"garbage: "),
        Line("ctrl-c-in-a-line", "echo no\x03", [r"\^C$"], never=r"^no$"),
        Line("ctrl-d-ends-input", "cat\nabc", [r"^abc\nabc$"], keys=[(r"^abc\nabc\n", "\x04")]),
        Line("ctrl-c", "cat\nabc", [r"^abc\nabc$", r"\^C$"], keys=[(r"^abc\nabc\n", "\x03")], status=128 + SIGINT),
        Line("ctrl-c-in-a-pipe", "cat | cat | cat\nabc", [r"^abc\nabc$", r"\^C$"], keys=[(r"^abc\nabc\n", "\x03")],
             status=128 + SIGINT),
        Line("ctrl-c-of-a-spinner", "fault spin", [r"^fault: spinning$", r"\^C$"],
             keys=[(r"^fault: spinning\n", "\x03")], status=128 + SIGINT),
        Line("ctrl-d", "\x04", [r"^init: the shell ended; here is another one$"]),
        Line("exit", "exit 3", [r"^init: the shell ended; here is another one$"]),
        Line("ps-of-new-shell", "ps", [r" sh$"], keep={"shell": r"^ +(\d+) .* sh$"}),
        Line("shell-killed-while-typing", "kill -2 {shell}\necho typed' 'ahead", ["typed ahead$"], late=True),
        Line("ps-of-newer-shell", "ps", [r" sh$"], never=r"^ +{shell} "),
        Line("init-lives", "kill -2 1", [r"^kill: 1: not permitted$"], status=1),
    ]


def _background():
    job = {"job": r"^\[(\d+)\]$"}

    def ends(how):
        return [rf"^\[{{job}}\] ended, {how}$"]
    return [
        Line("background", "echo behind &", ends("status 0"), keep=job, again=""),
        Line("background-status", "ls /none &", ends("status 1"), keep=job, again=""),
        Line("background-pipe", "cat /bin/sh | wc > /tmp/h &", ends("status 0"), keep=job, again=""),
        Line("spin", "fault spin &", keep=job),
        # Until it had its first turn it is a copy of the shell.
        Line("ps-of-spinner", "ps", [r"^ +{job} .* ready .* (fault|sh)$"]),
        Line("ctrl-c-not-for-background", "\x03", never=r"ended,"),
        Line("kill", "kill {job}", ends(f"by signal {SIGTERM}"), again=""),
        Line("spin-again", "fault spin &", keep=job),
        Line("kill-with-number", "kill -2 {job}", ends(f"by signal {SIGKILL}"), again=""),
    ]


# Each fault: how the kernel names its cause, and the signal. PC is any place.
FAULTS = {
    "null": (r"page fault at PC, reading 0x0+ \(nothing there\)", SIGSEGV),
    "text": (r"page fault at PC, writing 0x\w+ \(not allowed\)", SIGSEGV),
    "constant": (r"page fault at PC, writing 0x\w+ \(not allowed\)", SIGSEGV),
    "kernel": (r"page fault at PC, reading KERNEL \((not allowed|nothing there)\)", SIGSEGV),
    "kernel-write": (r"page fault at PC, writing KERNEL \((not allowed|nothing there)\)", SIGSEGV),
    "data": (r"page fault at PC, executing 0x\w+ \(not allowed\)", SIGSEGV),
    "run-stack": (r"page fault at PC, executing 0x\w+ \(not allowed\)", SIGSEGV),
    "stack": (r"page fault at PC, (reading|writing) 0x\w+ \(nothing there\)", SIGSEGV),
    "jump": (r"page fault at KERNEL, executing KERNEL \((not allowed|nothing there)\)", SIGSEGV),
    "illegal": (r"illegal instruction at PC", SIGILL),
    "divide": (r"divide error at PC", SIGFPE),
    "unmapped": (r"page fault at PC, writing 0x\w+ \(nothing there\)", SIGSEGV),
    "read-only": (r"page fault at PC, writing 0x\w+ \(not allowed\)", SIGSEGV),
    "wild-stack": (r"page fault at PC, writing 0x\w+ \((not allowed|nothing there)\)", SIGSEGV),
}
KERNELS = {"x86_64": "0xffffffff80100000", "i386": "0xc0100000", "sparc64": "0xfffff80000000000"}
SIGNALS = {SIGSEGV: "segmentation fault", SIGILL: "illegal instruction", SIGFPE: "arithmetic error"}
PRIVILEGED_X86 = ("halt cli sti in out ins cr0 cr3 set-cr3 set-cr4 dr7 clts wbinvd invlpg lgdt lidt ltr lldt rdmsr wrmsr "
                  "kernel-cs int-page-fault int-line").split()
PRIVILEGED = {"x86_64": [*PRIVILEGED_X86, "swapgs", "sysret"], "i386": [*PRIVILEGED_X86, "sysexit"],
              "sparc64": "set-pil pstate set-pstate set-tba physical done saved".split()}


def _faults(isa):
    """Each dies alone: its cause is named, the shell tells of the signal and goes on."""
    privileged = PRIVILEGED[isa]
    causes = FAULTS | {name: (r"protection at PC", SIGSEGV) for name in privileged}
    lines = [Line("faults", "fault", [f"^{' '.join([*FAULTS, 'spin', *privileged])}$"]),
             Line("fault-unknown", "fault x", [r"^fault: nothing is called x$"], status=2)]
    for name, (cause, signal) in causes.items():
        cause = cause.replace("PC", r"0x\w+").replace("KERNEL", KERNELS[isa])
        if isa == "sparc64":
            # A miss does not say what it was that missed.
            cause = re.sub(r"\(reading\|writing\)|reading|writing", r"(\g<0>|using)", cause)
        lines.append(Line(f"fault-{name}", f"fault {name}",
                          [rf"^pv: fault \(process \d+\): {SIGNALS[signal]}: {cause}$",
                           rf"^fault \(\d+\): {SIGNALS[signal]}$"], never="was not refused", status=128 + signal))
    return lines


def _checks():
    parts = "|".join(PARTS)
    return [Line(f"check-{part}", f"check {part}", [rf"^check: {part} +good$", r"^check: [1-9]\d* passed, 0 failed$"],
                 never="BAD") for part in PARTS] \
        + [Line("check", "check", [rf"^check: {part} +good$" for part in PARTS] + [r"^check: \d+ passed, 0 failed$"],
                never=rf"BAD|^check: (?!({parts}) )[\w-]+ +good")]


def _memory(rounds):
    """No memory, no processes; and the account is what it was. The first ones fill what the kernel keeps for later."""
    job = {"job": r"^\[(\d+)\]$"}
    died = r"^pv: hog \(process \d+\): killed: there is no memory for a page it touched$"
    return [
        Line("hog", "hog", [died, r"^hog \(\d+\): killed$"], status=128 + SIGKILL),
        SQUEEZE,
        Line("bomb", "bomb", [r"^bomb: \d+ children, then: no (more processes|memory)$"]),
        Line("account", "mem", account="note"),
        Line("check-beside-hog", "hog &", [rf"^\[{{job}}\] ended, by signal {SIGKILL}$"], never=r"BAD|[1-9]\d* failed",
             keep=job, again="check"),
        Line("bomb-behind", "bomb &", [r"^\[{job}\] ended, status 0$"], keep=job, again=""),
        Line("stress", f"stress {rounds}", [rf"^stress: {rounds} programs, and not a page lost$"]),
        Line("check-after", "check", [r"^check: \d+ passed, 0 failed$"], never="BAD"),
        Line("account-after", "mem", account="same"),
    ]


def account(answer):
    """What /proc/mem says, as far as it has to be the same again: pages that the kernel keeps for the next process or
    object count as free; objects are counted by the heap."""
    rows = {name: int(n) for name, n in re.findall(r"^(\w[\w ]*?):? +(\d+)", answer, re.MULTILINE)}
    kept = sum(rows.pop(name, 0) for name in ("free", "heap", "stacks"))
    rows.pop("out of colour", None)  # the sum since the start: where no page of the address's colour was near
    return {**rows, "free, heap and stacks": kept}


def _size(isa, program):
    """The initrd has the programs as they are built."""
    return (BUILD / isa / "examples/hobby" / f"user_{program}").stat().st_size
