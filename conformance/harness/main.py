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
    parser, commands = _parser()
    args, more = parser.parse_known_args(argv)
    if more:
        commands[args.command].error("there is no place for: " + " ".join(more))
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
    if args.pauses:
        qemu.PAUSES.set()
    try:
        return suite.test(args.names, args.soak, args.jobs, args.case)
    except Trouble as trouble:
        say(f"pv: {trouble}")
        say("0 passed, 1 failed, 0 skipped")  # every end of a test run has this last line
        return False


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(2, f"pv: {message}\n{self.format_usage()}")


def _parser():
    """The parser, and those of its commands by name. What each command is for, ./pv help tells."""
    parser = Parser(prog="./pv")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo")
    test = commands.add_parser("test")
    test.add_argument("names", nargs="*", metavar="NAME", help="platform, platform+variant or suite: --list names them")
    test.add_argument("--list", action="store_true", help="name the platforms, suites and variants")
    test.add_argument("--soak", action="store_true", help="the full stress figures")
    test.add_argument("--pauses", action="store_true", help="stop each machine for moments, as a busy host does")
    test.add_argument("--jobs", type=int, choices=(1, 2), default=2, help="runs at a time")
    test.add_argument("--case", metavar="PATTERN", help="only these cases of platforms, e.g. 'space.*'")
    place = commands.add_parser("boot", usage="./pv boot [--on PLATFORM] [KERNEL] [-- WORDS]")
    place.add_argument("--on", metavar="PLATFORM", help="where, variants included: ./pv test --list names them")
    place.add_argument("kernel", nargs="?", metavar="KERNEL", help="an image; without, the hobby kernel and its shell")
    costs = commands.add_parser("bench")
    costs.add_argument("names", nargs="*", metavar="PLATFORM", help="all of them when none is named")
    costs.add_argument("--tsv", action="store_true", help="only: platform op mode instructions hypercalls")
    commands.add_parser("new").add_argument("directory", metavar="DIR", help="a new directory: five files are made there")
    commands.add_parser("doctor")
    return parser, commands.choices


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
