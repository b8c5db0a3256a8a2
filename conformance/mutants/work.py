"""Mutants of all kinds being tried: two at a time, a line of TAP for each as it ends, and a sign of life in between.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
from typing import NamedTuple

from tools import Trouble

JOBS = 2
QUIET = 10  # seconds without a line, after which there is one that says what is being tried


class Verdict(NamedTuple):
    """What came of a mutant, or of nothing changed."""
    why: str = ""       # why it was not killed, or is none; "": all is well
    by: str = ""        # what killed it: the first case that failed, or how the run went under
    context: tuple = ()     # lines shown where all is not well


class Job(NamedTuple):
    name: str
    run: object     # () -> Verdict


class Tap:
    """Numbered lines on stdout."""

    def __init__(self):
        self.number = self.failed = 0

    def say(self, name, verdict):
        self.number += 1
        self.failed += bool(verdict.why)
        if verdict.why:
            print(f"not ok {self.number} - {name} {verdict.why}", *verdict.context, sep="\n# ", flush=True)
        else:
            print(f"ok {self.number} - {name}" + (f" # {verdict.by}" if verdict.by else ""), flush=True)


def run(jobs, say):
    """Run all; SAY(name, verdict) of each, in the order in which they end."""
    now = set()

    def one(job):
        now.add(job.name)
        try:
            return job.run()
        except Trouble as trouble:
            return Verdict(str(trouble))
        finally:
            now.discard(job.name)
    with concurrent.futures.ThreadPoolExecutor(max_workers=JOBS) as pool:
        work = {pool.submit(one, job): job.name for job in jobs}
        left = set(work)
        try:
            while left:
                done, left = concurrent.futures.wait(left, QUIET, concurrent.futures.FIRST_COMPLETED)
                for future in done:
                    say(work[future], future.result())
                if not done:
                    print(f"{len(work) - len(left)} of {len(work)}, now {' and '.join(sorted(now))}", flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True, wait=False)
            raise
