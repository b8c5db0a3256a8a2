"""The commands of ./pv that need more than a shell. Reads the command line, nothing else.

SPDX-License-Identifier: BSD-2-Clause
"""
import argparse
import os
import signal
import sys

import bench
import boot
import demo
import doctor
import new
import qemu
import suite
from tools import SCREEN, Trouble, say


def main(argv):
    if argv[0] == "boot" and "--" in argv:  # the kernel's own words are not ours to read
        argv, words = argv[:argv.index("--")], argv[argv.index("--") + 1:]
    else:
        words = []
    args = _parser().parse_args(argv)
    if args.command == "test":
        return suite.listing() if args.list else _test(args)
    if args.command == "boot":
        return boot.boot(args.kernel, args.on, words)
    if args.command == "demo":
        return demo.demo()
    if args.command == "bench":
        return bench.bench(args.names, args.tsv)
    if args.command == "new":
        return new.new(args.directory)
    return doctor.doctor()


def _test(args):
    try:
        return suite.test(args.names, args.soak, args.jobs, args.case)
    except Trouble as trouble:
        say(f"pv: {trouble}")
        say("0 passed, 1 failed, 0 skipped")  # every end of a test run has this last line
        return False


def _parser():
    parser = argparse.ArgumentParser(prog="./pv")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="boot the same image everywhere")
    test = commands.add_parser("test", help="run the tests")
    test.add_argument("names", nargs="*", metavar="NAME", help="platform, platform+variant, unit, abi or mutants")
    test.add_argument("--list", action="store_true", help="name the platforms, suites and variants")
    test.add_argument("--soak", action="store_true", help="the full stress figures")
    test.add_argument("--jobs", type=int, choices=(1, 2), default=2, help="runs at a time")
    test.add_argument("--case", metavar="PATTERN", help="only these cases, e.g. mmu.map_range or 'mmu.*'")
    place = commands.add_parser("boot", help="boot a kernel, console here: boot [--on PLATFORM] [KERNEL] [-- WORDS]")
    place.add_argument("--on", metavar="PLATFORM")
    place.add_argument("kernel", nargs="?")
    costs = commands.add_parser("bench", help="the cost table")
    costs.add_argument("names", nargs="*", metavar="PLATFORM")
    costs.add_argument("--tsv", action="store_true", help="only: platform op mode instructions hypercalls")
    commands.add_parser("new", help="start a kernel of your own").add_argument("directory")
    commands.add_parser("doctor", help="what is missing for which platform")
    return parser


def _interrupted(_signal, _frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        sys.exit(0 if main(sys.argv[1:]) in (True, None) else 1)
    except Trouble as trouble:
        SCREEN.live("")
        print(f"pv: {trouble}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # our reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        qemu.STOP.set()
        print("\npv: stopped", file=sys.stderr)
        sys.exit(130)
