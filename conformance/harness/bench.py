"""./pv bench: what each op costs in instructions and hypercalls, counted by QEMU's deterministic instruction counter.
The guest prints `BENCH op mode instructions hypercalls` per line, then its signed verdict.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import secrets
import tempfile

import image
import platforms
import qemu
import tap
from tools import SCREEN, Trouble, build, kernel, need, say

BENCHED = ["x86_64-pc", "i386-pc"]
MODES = ("bare", "patched", "table")
LINE = re.compile(r"BENCH (\S+) (bare|patched|table) (\d+) (\d+)$")


def bench(names, tsv):
    """Print the table of each platform; with TSV only the lines."""
    targets = [platforms.find(name) for name in names or BENCHED]
    need([package for t in targets for package in t.platform.packages])
    for target in targets:
        build(target.platform.isa)
        rows = measure(target)
        if tsv:
            for row in rows:
                say("\t".join([target.name, *row]))
        else:
            _table(target.name, rows)


def measure(target):
    """Rows (op, mode, instructions, hypercalls), as printed."""
    nonce = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="pv-bench-") as scratch:
        command = image.command(target, kernel(target.platform.isa, "bench"), [f"verdict={nonce}"], scratch)
        run = qemu.run(command + ["-icount", "shift=0,sleep=off"], target.platform.timeout,
                       last_line=tap.is_verdict(nonce), dead=target.platform.dead,
                       on_line=lambda line: SCREEN.live(f"  {target.name}: {line}"))
    SCREEN.live("")
    verdicts = [m for m in map(tap.VERDICT.match, run.lines) if m and m[1] == nonce]
    rows = [m.groups() for m in map(LINE.match, run.lines) if m]
    if run.end != "exited" or run.status != 0 or len(verdicts) != 1 or int(verdicts[0][3]) or not rows:
        tail = "\n".join(run.lines[-tap.SHOWN_LINES:])
        raise Trouble(f"{target.name}: the bench did not come to a good end ({run.end}):\n{tail}{run.errors}")
    return rows


def _table(name, rows):
    """An op per row, a mode per column: instructions, and hypercalls where there are any."""
    cells = {(op, mode): n + (f" +{calls}h" if calls != "0" else "") for op, mode, n, calls in rows}
    ops = list(dict.fromkeys(op for op, *_rest in rows))
    modes = [m for m in MODES if any(row[1] == m for row in rows)]
    width = max(map(len, ops))
    say(f"{name}: instructions per op (+Nh = hypercalls)")
    say(" " * width + "".join(f"{mode:>12}" for mode in modes))
    for op in ops:
        say(f"{op:{width}}" + "".join(f"{cells.get((op, mode), '-'):>12}" for mode in modes))
    say()
