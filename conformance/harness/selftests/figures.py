"""What runs cost: sums, limits, lines.

SPDX-License-Identifier: BSD-2-Clause
"""
import bench
import cost


def test_hypercalls_add_up():
    rows = [("fork-exit", "9000", "3"), ("context-switch", "400", "1")]
    said = ["calls fork-exit 50 all 160", "calls fork-exit 50 iret 100", "calls fork-exit 50 multicall 60",
            "calls context-switch 500 all 1000", "calls context-switch 500 iret 1000"]
    parts, wrong = bench.calls_by_name("\n".join(said), rows)
    assert parts["fork-exit"] == (50, {"iret": 100, "multicall": 60}) and wrong == [], (parts, wrong)
    for at in range(len(said)):     # a line that is missing, or says one call less
        less = said[at].rpartition(" ")[0] + f" {int(said[at].rpartition(' ')[2]) - 1}"
        assert len(bench.calls_by_name("\n".join(said[:at] + said[at + 1:]), rows)[1]) >= 1, said[at]
        assert len(bench.calls_by_name("\n".join(said[:at] + [less] + said[at + 1:]), rows)[1]) == 1, said[at]
    assert len(bench.calls_by_name("\n".join(said), [("fork-exit", "9000", "4"), rows[1]])[1]) == 1
    assert bench.calls_by_name("", [("fork-exit", "9000", "0")]) == ({}, []), "on bare metal there are none"
    assert len(bench.calls_by_name("", rows)[1]) == 1


def test_bare_metal_is_bare():
    def judged(name, op, bare, patched, calls=0):
        rows = [(op, "bare", str(bare), "0"), (op, "patched", str(patched), str(calls))]
        return [case.result for case in cost._on_bare_metal(name, rows)]
    assert judged("x86_64-pc", "isa.irq_save", 3, 4) == judged("sparc64-sun4v", "isa.counter", 3, 4) == ["pass"]
    assert judged("sparc64-sun4v", "isa.irq_save", 2, 2) == ["pass"]
    assert judged("sparc64-sun4v", "isa.irq_save", 2, 3) == judged("x86_64-pc", "isa.irq_save", 3, 5) == ["fail"]
    assert judged("x86_64-pc", "isa.irq_save", 3, 2) == judged("x86_64-pc", "isa.irq_save", 3, 3, 1) == ["fail"]
    assert [case.result for case in cost._on_bare_metal("x86_64-pc", [("isa.cr2_read", "bare", "1", "0")])] == ["fail"]


def test_cost_of_work_is_limited():
    rows, limits = [(what, str(100 * n), str(n)) for n, what in enumerate(cost.WORK)], list(range(len(cost.WORK)))
    assert not any(why for _what, why in cost.judge_work(rows, limits, True))
    assert not any(why for _what, why in cost.judge_work(rows, [100 * n for n in limits], False))
    assert [what for what, why in cost.judge_work(rows, limits, False) if why] == cost.WORK[1:]
    assert [why for _what, why in cost.judge_work(rows[1:], limits, True) if why] == ["not measured"]


def test_cost_of_memory_is_linear():
    small, middle, big = (32768, 294912, 20000000, 490, 11, 13), (524288, 4718592, 306000000, 494, 11, 13), \
        (2097152, 18874368, 1223000000, 500, 11, 13)

    def problems(*sizes):
        return len(cost.judge_memory([bench.Memory(*size) for size in sizes]))
    assert problems(small, middle, big) == 0
    assert problems(small, middle) == 1, "not large enough"
    for at, more in ((1, 4096), (2, 200000000), (3, 200), (4, 1), (5, 1)):
        worse = list(big)
        worse[at] += more
        assert problems(small, middle, worse) == 1, (at, more)
    assert problems(small[:4] + (17, 13), middle[:4] + (17, 13), big[:4] + (17, 13)) == 3
    assert problems(*[size[:2] + (size[0] * 900,) + size[3:] for size in (small, middle, big)]) == 2
