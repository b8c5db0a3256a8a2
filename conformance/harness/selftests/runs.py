"""What there is to run: platforms and their variants, boot media, programs of the build machine, notes, README.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import tempfile
from pathlib import Path

import boot
import debian
import image
import newqemu
import platforms
import readme
import suite
import sun4vboot
import tap
import tools
import xenboot
from selftests.base import PLAIN, GOOD, console, refused, trouble


def test_names():
    assert [t.name for t in platforms.targets("x86_64-grub")] == ["x86_64-grub", "x86_64-grub+nopatch"]
    both = platforms.find("x86_64-pc+nohpet+noacpi+nopatch")
    assert both.words() == ["pv=nopatch", "expect=nohpet,noacpi"] and both.qemu()["-no-hpet"] is None
    for name in ("x86_64-pv", "x86_64-pc+nohpte", "sparc64-sun4u+q35", "sparc64-sun4u+raw", "x86_64-pc+debug",
                 "x86_64-xen+q35", ""):
        assert trouble(platforms.find, name), name


def test_names_that_nobody_has():
    """What is wrong, and what there is instead."""
    assert "no platform or suite is called 'x86_64-pv'" in trouble(suite.test, ["unit", "x86_64-pv"])
    said = trouble(suite.test, ["x86_64-pc", "x86_64-mb1+ring"])
    assert "no variant is called '+ring'" in said and "+noacpi" in said and "+ring1" not in said, said
    assert "--case is for platforms: unit" in trouble(suite.test, ["unit", "x86_64-pc"], False, 1, "space.*")


def test_every_default_variant_exists():
    for platform in platforms.PLATFORMS:
        assert platforms.targets(platform.name), platform.name
        assert platform.loader in [*xenboot.LOADERS, *sun4vboot.LOADERS] or hasattr(image, platform.loader), platform.name


def test_ways_to_boot():
    """A variant is one where our build of Xen boots an image in another way than the shipped one."""
    names = [t.name for t in platforms.ways() if t.platform.name in ("i386-xen", "x86_64-xen", "i386-vmi")]
    assert names == ["x86_64-xen", "i386-xen", "i386-xen+debug", "i386-vmi"], names


def test_kernel_that_is_not_there():
    assert "no such kernel" in trouble(image.command, PLAIN, "/nowhere/kernel", [], "/tmp")


def test_kernel_of_another_machine():
    with tempfile.NamedTemporaryFile() as file:
        def boot_on(name, machine):
            file.seek(0)
            file.write(b"\x7fELF\1\1" + bytes(12) + machine)
            file.flush()
            return trouble(boot._check_machine, file.name, platforms.find(name))
        assert "not for sparc64: without --on it boots on x86_64-pc" in boot_on("sparc64-sun4u", b"\x3e\0")
        assert "without --on it boots on sparc64-sun4u" in boot_on("i386-pc", b"\x2b\0")
        assert boot_on("x86_64-mb1", b"\3\0") == boot_on("sparc64-sun4v", b"\x2b\0") == boot_on("i386-pc", b"xx") == ""


def test_boot_images_that_runs_share():
    """Runs at the same time, some for the same files, while images of others are forgotten: each gets its whole."""
    def mkrescue(tree, new):
        new.write_bytes(b"the image of " + (tree / "boot/0").read_bytes() * 1000)
        return new

    def run(number):
        file = Path(scratch, str(number % 20))
        return image._cached_iso([file]) == b"the image of " + file.read_bytes() * 1000
    kept = image._mkrescue, image.CACHE
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(20):
            Path(scratch, str(number)).write_text(f"kernel {number}")
        image._mkrescue, image.CACHE = mkrescue, Path(scratch)
        try:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                assert all(pool.map(run, [number // 2 for number in range(200)]))
        finally:
            image._mkrescue, image.CACHE = kept
        left = [path.suffix for path in Path(scratch, "iso").iterdir()]
        assert set(left) == {".iso"} and len(left) <= image.ISOS_KEPT, left


def test_mirrors_of_the_release():
    """Not those of its updates; no package list of the machine needs to be there."""
    said = "".join(f"'http://{place}' name 0\n" for place in (
        "a/debian/dists/next/InRelease", "b/debian/dists/this/InRelease", "b/debian/dists/this-updates/InRelease",
        "b/debian/dists/this/main/binary-amd64/Packages.xz", "c/d/dists/this/InRelease"))
    assert debian.mirrors(said, "this") == ["http://b/debian", "http://c/d"]
    assert debian.mirrors(said, "other") == debian.mirrors("", "this") == []


def test_newer_qemu_that_is_out_of_reach():
    """A reviewed skip with its reason; on a platform that is not listed, a failure. Tried once."""
    newqemu.REASONS.append("the line is cut")
    try:
        assert "the line is cut" in trouble(newqemu.version)
        report = suite.guest_suite(platforms.find("x86_64-pc+newqemu"))
    finally:
        newqemu.REASONS.clear()
    assert report.counts == (0, 0, 1) and report.notes == ["skipped: the line is cut"] and not report.ran, report
    refused(suite._skipped_run(PLAIN, "the line is cut"), "not in conformance/skips.txt")


def test_host_programs():
    def outcome(*program):
        return [case.result for case in suite.host_cases("x", *program)]
    assert outcome("1..2\nok 1 - a.c:s:t: Passed\nok 2 - b # SKIP none here\n", True) == ["pass", "skip"]
    assert outcome("ok 1 - a\nnot ok 2 - b\n", False) == ["pass", "fail"]
    assert outcome("not ok 1 - b\n", True) == ["fail"]
    assert outcome("ok 1 - a\n", False) == ["pass", "fail"]
    assert outcome("AddressSanitizer\n", False) == ["fail"]
    assert outcome("", True) == ["pass"]
    assert suite.host_cases("x", "not ok 1 - b\n# why\n", False)[0].context == ["# why"]
    case = suite.host_cases("x", "not ok 1 - ../a.c:core:sums: Assertion '1 == 2' failed: 1 == 1\n", False)[0]
    assert (case.name, case.why) == ("x.sums", "Assertion '1 == 2' failed: 1 == 1"), case


def test_run_that_cannot_start_fails_alone():
    def broken():
        raise tools.Trouble("no such kernel: k")
    reports = dict(suite._in_parallel({"a": broken, "b": lambda: console(GOOD)}, 2))
    assert reports["a"].counts == (0, 1, 0) and reports["b"].counts == (2, 0, 1)


def test_notes_are_kept():
    with tempfile.TemporaryDirectory() as scratch:
        kept, suite.RESULTS = suite.RESULTS, Path(scratch, "results.json")
        try:
            suite._keep({"one": tap.Report(cases=[tap.Case("a.b", "", "pass")])})
            suite._keep({"two": tap.Report(errors=["no end"])})
            text = suite.RESULTS.read_text()
        finally:
            suite.RESULTS = kept
    assert '"one"' in text and '"failed": 1' in text, text


def test_readme_table_wants_good_results():
    runs = [run.name for p in platforms.PLATFORMS for run in platforms.targets(p.name)]
    good = {name: {"passed": 2, "failed": 0, "skipped": 1} for name in runs}
    rows = [line for line in readme.table(good) if readme.ROW.fullmatch(line)]
    assert len(rows) == len(platforms.PLATFORMS)
    assert runs[1] in trouble(readme.table, {name: r for name, r in good.items() if name != runs[1]})
    assert runs[1] in trouble(readme.table, good | {runs[1]: {"passed": 2, "failed": 1, "skipped": 0}})


def test_readme_block_is_found():
    assert readme.split(f"a{readme.BEGIN}b{readme.END}c")[0::2] == ("a", "c")
    assert "needs one block" in trouble(readme.split, f"{readme.END}{readme.BEGIN}")
