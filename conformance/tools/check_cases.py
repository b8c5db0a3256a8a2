#!/usr/bin/env python3
"""Tests of pvcheck: one good image, then one usual mistake each; then damaged files.

usage: check_cases.py PVCHECK [--write DIR]

Each case is an image, the exit status, and words that the output must have: the thing that is wrong and
what to do. The damaged files must not crash it: give a build with -fsanitize=address,undefined. Output is
TAP. With --write the images are left in DIR, to be tried on real loaders.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import random
import re
import subprocess
import sys
import tempfile

import check_images as ci
import check_bad_elf
import check_bad_notes  # these two add to CASES
from check_bad import CASES

FLIPS = 2000
HEAD = 512
BATCH = 100


class Checker:
    def __init__(self, binary, folder):
        self.binary, self.folder, self.count, self.failed = binary, folder, 0, 0

    def run(self, args):
        """Status and output. A sanitizer's complaint must not look like the status 1 of pvcheck itself."""
        env = dict(os.environ, ASAN_OPTIONS="abort_on_error=1", UBSAN_OPTIONS="abort_on_error=1")
        try:
            p = subprocess.run([self.binary] + args, capture_output=True, timeout=30, env=env)
        except subprocess.TimeoutExpired:
            return -98, "it does not end within 30 s"
        out = (p.stdout + p.stderr).decode("ascii", "replace")
        return -99 if "Sanitizer" in out or "runtime error:" in out else p.returncode, out

    def result(self, name, problems, output=""):
        self.count += 1
        self.failed += bool(problems)
        print("%sok %d - %s" % ("not " if problems else "", self.count, name))
        for line in problems + (output.splitlines() if problems else []):
            print("# " + line)
        sys.stdout.flush()

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def case(self, case):
        path = self.write(re.sub(r"\W+", "-", case.name) + ".elf", bytes(case.make()))
        status, out = self.run(case.args + [path])
        problems = []
        if status != case.status:
            problems.append("exit status %d, not %d" % (status, case.status))
        flat = re.sub(r" +", " ", out)
        problems += ["the output lacks: " + w for w in case.words if w not in flat]
        problems += ["the output has: " + w for w in case.never if w in flat]
        self.result(case.name, problems, out)

    def command_line(self):
        good = self.write("good.elf", bytes(ci.good_x86(64)))
        for name, args, want, word in (
                ("no argument is a usage error", [], 2, "usage: pvcheck"),
                ("an unknown option is a usage error", ["-x", good], 2, "usage: pvcheck"),
                ("an unknown protocol is a usage error", ["-p", "grub-mb1,lilo", good], 2, "\"lilo\" is not"),
                ("a file that is not there", [good + ".none"], 2, "No such file"),
                ("a directory", [self.folder], 2, "Is a directory"),
                ("the worst of several files counts", [good, good + ".none", good], 2, "No such file")):
            status, out = self.run(args)
            bad = status != want or word not in out
            self.result(name, ["exit status %d, or no %r" % (status, word)] if bad else [], out)

    def survives(self, name, files):
        """In batches, as starting a program costs more than checking a file."""
        problems = []
        for i in range(0, len(files), BATCH):
            paths = [self.write("damaged-%d.elf" % n, data) for n, data in enumerate(files[i:i + BATCH])]
            if self.run(paths)[0] in (0, 1):
                continue
            for n, path in enumerate(paths):
                status, out = self.run([path])
                if status not in (0, 1):
                    keep = self.write("crash-%d.elf" % (i + n), files[i + n])
                    problems.append("%s: status %d: %s" % (keep, status, out[-300:]))
        self.result(name, problems)

    def damage(self):
        x64 = check_bad_elf.symbols(ci.good_x86(64), ("__start_pv_sites", 0x101200), ("pv_init", 0x101000))
        for name, image in (("x86-64", x64), ("i386", ci.early_mb1(32)), ("sparc64", ci.good_sparc64())):
            data, fields, rng = bytes(image), image.fields(), random.Random(name)
            self.survives("%s cut at each of its first %d bytes" % (name, HEAD),
                          [data[:n] for n in range(HEAD)])
            self.survives("%s with random bytes changed, %d times" % (name, FLIPS),
                          [flip(data, rng) for _ in range(FLIPS)])
            self.survives("%s with extreme numbers in its headers, %d times" % (name, FLIPS),
                          [extreme(data, rng, fields, image.order) for _ in range(FLIPS)])


def flip(data, rng):
    """Change some bytes, mostly where loaders look: headers, notes, the section table."""
    places = [range(HEAD), range(0x1000, 0x1100), range(0x1FD0, 0x1FDC), range(0x2400, 0x2500),
              range(len(data) - 600, len(data))]
    b = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.choice(rng.choice(places)) if rng.random() < 0.9 else rng.randrange(len(b))
        b[at] = rng.choice((0, 0xFF, 0x7F, 0x80, rng.randrange(256), b[at] ^ 1 << rng.randrange(8)))
    return bytes(b)


def extreme(data, rng, fields, order):
    """Set some numbers of the ELF, program and section headers to what overflows or just does not fit."""
    b, size = bytearray(data), len(data)
    for _ in range(rng.choice((1, 2, 3))):
        at, width = rng.choice(fields)
        value = rng.choice((0, 1, size - 1, size, size + 1, -1, -0x100, 1 << 31, 1 << 63, 0x100))
        value %= 1 << 8 * width
        b[at:at + width] = value.to_bytes(width, "little" if order == "<" else "big")
    return bytes(b)


def main(argv):
    if len(argv) not in (2, 4) or (len(argv) == 4 and argv[2] != "--write"):
        sys.exit(__doc__.split("\n\n")[1])
    total = len(CASES) + 6 + 3 * 3
    print("1..%d" % total)
    with tempfile.TemporaryDirectory(prefix="pvcheck-") as folder:
        if len(argv) == 4:
            folder = argv[3]
            os.makedirs(folder, exist_ok=True)
        t = Checker(os.path.abspath(argv[1]), folder)
        for case in CASES:
            t.case(case)
        t.command_line()
        if len(argv) == 2:
            t.damage()
    if len(argv) == 2 and t.count != total:
        print("Bail out! %d results of %d" % (t.count, total))
        return 1
    return 1 if t.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
