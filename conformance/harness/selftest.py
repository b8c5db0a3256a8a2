"""The harness tested: it must be seen to fail whenever a guest does not end well. Prints TAP. The tests are in selftests/.

SPDX-License-Identifier: BSD-2-Clause
"""
import sys
import traceback

from selftests import console, coverage, examples, figures, machine, mutants, runs, sun4v, vmi, xen

SUBJECTS = [console, machine, coverage, runs, xen, vmi, sun4v, examples, figures, mutants]


def run_all():
    tests = [(name, function) for subject in SUBJECTS for name, function in vars(subject).items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            function()
            print(f"ok {number} - {name[5:]}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {name[5:]}")
            print("# " + traceback.format_exc().replace("\n", "\n# "))
    return failed == 0


if __name__ == "__main__":
    sys.exit(0 if run_all() else 1)
