"""./pv test upcall: the models of the upcall, checked exhaustively; and that each of them notices when a step is left out.

A step that can be left out is a word behind #ifdef, #ifndef or defined() in a model: spin -DWORD must find a
counter-example then. A function that a model names must exist in the sources that it stands for.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
MODELS = {
    "upcall_2l": ["backends/xen/events.c"],
    "upcall_fifo": ["backends/xen/fifo.c", "backends/xen/events.c"],
}
BOTH = ["backends/xen/x86_64/gate.S", "backends/xen/i386/gate.S"]
SIZES = {"SENDS", "ROUNDS"}  # not steps
SECONDS = 300  # of one check
MEGABYTES = 3000
DEPTH = 400000


def text(model):
    return (HERE / "upcall.h").read_text() + (HERE / f"{model}.pml").read_text()


def steps(model):
    """What can be left out, in order."""
    words = re.findall(r"^#\s*ifn?def (\w+)|defined\((\w+)\)", text(model), re.M)
    return [w for w in dict.fromkeys(a or b for a, b in words) if w not in SIZES]


def unknown_functions(model):
    """Functions that a comment of the model names and the sources have not. Xen's own are marked as such."""
    sources = "".join((TOP / path).read_text() for path in MODELS[model] + BOTH)
    comments = " ".join(re.findall(r"/\*.*?\*/", text(model), re.S))
    ours = re.sub(r"(Xen: |Xen's\s+\*?\s*half is |and )\w*(?:evtchn_|try_set_link|vcpu_mark)\w*(\(\))?", "", comments)
    names = set(re.findall(r"\b([a-z]\w+)\(\)", ours)) | set(re.findall(r"\bpv_xen_irq_\w+|\bpv_xen_iret\b", ours))
    short = {"pv_xen_irq_enable", "pv_xen_irq_restore", "pv_xen_irq_disable", "pv_xen_irq_save", "pv_xen_iret"}
    return [n for n in sorted(names) if not re.search(rf"\b{n[7:] if n in short else n}\b", sources)]


def check(model, left_out=None):
    """(good, words): without a step left out nothing may be found, else something must be."""
    with tempfile.TemporaryDirectory(prefix="pv-spin-") as where:
        define = [f"-D{left_out}"] if left_out else []
        made = subprocess.run(["spin", "-a", *define, str(HERE / f"{model}.pml")], cwd=where, capture_output=True, text=True)
        if made.returncode != 0 or not (Path(where) / "pan.c").is_file():
            return False, made.stdout + made.stderr
        built = subprocess.run(["gcc", "-O1", "-w", "-DSAFETY", f"-DMEMLIM={MEGABYTES}", "-o", "pan", "pan.c"], cwd=where,
                               capture_output=True, text=True)
        if built.returncode != 0:
            return False, built.stderr
        run = subprocess.run(["timeout", str(SECONDS), "./pan", f"-m{DEPTH}"], cwd=where, capture_output=True, text=True)
        said = run.stdout + run.stderr
        states = re.search(r"(\d+) states, stored", said)
        found = re.search(r"errors: (\d+)", said)
        if found is None or "max search depth too small" in said or "out of memory" in said:
            return False, said
        if left_out:
            bad = re.search(r"pan:1: (assertion violated.*|invalid end state.*)", said)
            return found[1] != "0" and bad is not None, said
        return found[1] == "0", f"{model}: {states[1]} states" if found[1] == "0" else said


def main():
    work = [(m, s) for m in MODELS for s in [None, *steps(m)]]
    number, bad = 0, 0

    def tell(good, name, words):
        nonlocal number, bad
        number, bad = number + 1, bad + (not good)
        print(f"{'' if good else 'not '}ok {number} - {name}", flush=True)
        for line in words.strip().splitlines()[-12:] if not good else []:
            print(f"# {line}", flush=True)

    print(f"1..{len(work) + 2 * len(MODELS)}")
    for model in MODELS:
        missing = unknown_functions(model)
        tell(not missing, f"{model}.names_its_functions", "not in the sources: " + " ".join(missing))
        tell(len(steps(model)) >= 10, f"{model}.has_steps", "only " + " ".join(steps(model)))
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        jobs = [(model, step, pool.submit(check, model, step)) for model, step in work]
        for model, step, job in jobs:
            good, words = job.result()
            tell(good, f"{model}.{'finds_' + step.lower() if step else 'holds'}", words)
            if good and not step:
                print(f"# note: {words}", flush=True)
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
