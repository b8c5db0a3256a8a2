"""Wrong variants of what host tests are about: a line of a source changed, its test built with that. A case of the test
must fail. For what no op is: probes, answers, the order of things told; and what runs of sparc64 as an image on a model.

With nothing changed, built in the same way, each of these tests passes.

SPDX-License-Identifier: BSD-2-Clause
"""
import os
import re
import subprocess
import tempfile
import threading
from pathlib import Path

import changed
from tools import BUILD, TOP, build
from work import Job, Verdict

SECONDS = 480  # up to 160 s on a busy host
FAILED = re.compile(r"not ok \d+ - \S+?:[\w-]+:(\w+): (.*)")     # a case as Check tells of it: its name, what it says
EXPIRED = "Test timeout expired"
HANGS = True  # a case that does not end with this has noticed, too
IMAGE = "conformance/guest/modelled"

# test: source, {what is wrong: (as it is, as it is not[, HANGS])}
WRONG = {
    "sun4v_md": ("backends/sun4v/md_boot.c", {
        "takes inos that are too large": (" || ino >> PV_SUN4V_INO_BITS != 0", ""),
        "takes handles that are too large": ("handle >> PV_SUN4V_HANDLE_BITS != 0 || ", ""),
        "takes more sources than there is room for": ("if (n == most || ", "if (n > most || "),
        "takes channels' interrupts for other devices'": ("\"tx-ino\", channels", "\"tx-ino\", devices"),
        "takes rates that no counter has": ("if (hz >= PV_SUN4V_HZ_LEAST &&", "if ("),
        "maps pages that are not all there": ("first &= ~(reach->page - 1);", "first = base;"),
    }),
    "native_of": ("backends/native/sparc64/oftree.c", {
        "takes what is there for what is free": ("pairs(\"available\", pair)", "pairs(\"reg\", pair)"),
        "takes the firmware's for nobody's": ("\t\t    PV_MEM_RESERVED);", "\t\t    PV_MEM_RAM);"),
        "believes numbers that no interrupt has": (
            "return at_bridge(controller, number) && *number <= NUMBER_MOST ?",
            "return at_bridge(controller, number) ?"),
        "goes beyond the end of a range": (
            "\t\tif (left < *size)\n\t\t\t*size = left;\n", ""),
        "takes shapes that no bus has": ("return *address_cells - 1 <= 2 && *size_cells - 1 <= 1;", "return true;"),
    }),
    "vmi_probe": ("backends/vmi/probe.c", {
        "takes other option ROMs": ("word(area + at, 2) != VMI_OPTION_ROM || ", ""),
        "takes ROMs that are not VMI's": (" || word(area + at + VMI_AT_VMI, 4) != VMI_SIGNATURE", ""),
        "takes length 0": ("if (size == 0)", "if (size == 1)"),
        "follows a length out of the area": ("if (size > room)", "if (size > 2 * room)"),
        "takes any sum": ("if (!sum_is_zero(rom, size))", "if (sum_is_zero(rom, size) > 1)"),
        "sums all but the last byte": ("i < size; i++)\n\t\tsum", "i < size - 1; i++)\n\t\tsum"),
        "takes any version": ("if (rom[VMI_AT_MAJOR] != VMI_MAJOR)", "if (rom[VMI_AT_MAJOR] == 0)"),
        "takes the minor for the major": ("rom[VMI_AT_MAJOR] !=", "rom[VMI_AT_MAJOR - 1] !="),
        "does not look at the first entry": ("entry_leads_out(rom, size, VMI_AT_INIT) || ", ""),
        "does not look at the second entry": (" || entry_leads_out(rom, size, VMI_AT_RELOCATION)", ""),
        "takes an entry right behind the image": ("return target >= size;", "return target > size;"),
        "does without PCI data": ("\tif (at == 0)\n\t\treturn PV_VMI_PCI_NONE;\n", ""),
        "reads PCI data outside": ("if (at > size - VMI_PCI_SIZE)", "if (at > size)"),
        "takes any PCI signature": ("rom[at] != 'P' ||", "rom[at] == 'X' && rom[at] != 'P' ||"),
        "does not look at the end of the PCI signature": (" || rom[at + 3] != 'R'", ""),
        "takes any PCI length": ("word(rom + at + VMI_PCI_LENGTH, 2) * 512 == size ?", "size != 0 ?"),
        "does without a licence": ("\tif (at == 0)\n\t\treturn PV_VMI_LICENCE_NONE;\n", ""),
        "takes a licence that does not end": (" && rom[at + n] == '\\0' ?", " ?"),
        "takes an empty licence": ("return n > 0 && at", "return at"),
        "takes any hole": ("|| out->top >= least_top ?", "|| out->top != 0 ?"),
        "is content with the first, good or bad": ("if (fault == PV_VMI_GOOD)\n\t\t\tbreak;", "break;"),
    }),
    "vmi_relocate": ("backends/vmi/relocate.c", {
        "takes reserved bits": ("said >> 40 != 0", "said >> 63 > 1"),
        "takes any kind": ("if (kind > VMI_KIND_NOP)", "if (kind > 0x80)"),
        "takes jumps for calls that return": (
            "kind == VMI_KIND_JUMP && call != VMI_IRET",
            "kind == 9 && call != VMI_IRET"),
        "does without IRET": ("(call == VMI_IRET || (call", "((call"),
        "does without SYSEXIT": ("(call == VMI_SYSEXIT && sysenter)", "false"),
        "wants SYSEXIT without SYSENTER": ("call == VMI_SYSEXIT && sysenter", "call == VMI_SYSEXIT"),
        "takes entries outside": ("(uint32_t)said - base >= size", "(uint32_t)said - base > ~0u - size"),
        "takes the entry right behind": ("(uint32_t)said - base >= size", "(uint32_t)said - base > size"),
        "takes half a gate": (
            "{ VMI_EnableInterrupts, VMI_SetInterruptMask,",
            "{ VMI_EnableInterrupts, VMI_EnableInterrupts,"),
        "takes half of time": (
            "{ VMI_GetCycleFrequency, VMI_WallclockUpdated,",
            "{ VMI_GetCycleFrequency, VMI_GetCycleFrequency,"),
        "leads to the wrong entry": (
            "a->entry - (uint32_t)(at + 5)",
            "a[1].entry - (uint32_t)(at + 5)"),
        "counts from the wrong end": ("(uint32_t)(at + 5)", "(uint32_t)at"),
        "leaves a leaf to its stub": ("c < pv_vmi_leaf_calls_end", "c + 1 < pv_vmi_leaf_calls_end"),
        "leads leaves to what the ROM has not": ("if (pv_vmi_has((enum vmi_call)c->call))\n", "if (c->call != 0)\n"),
        "leads on where the ROM has nothing": ("if (!pv_vmi_has(call)) {", "if (call == VMI_NR_CALLS) {"),
        "jumps where a return address is wanted": (
            "a->kind == VMI_KIND_CALL ? CALL_REL",
            "a->kind == VMI_KIND_JUMP ? CALL_REL"),
        "asks for one call less": (
            "for (unsigned n = 0; n < VMI_NR_CALLS; n++)\n\t\tsaid",
            "for (unsigned n = 0; n < VMI_NR_CALLS - 1; n++)\n\t\tsaid"),
        "remembers answers of a bad ROM": ("memset(pv_vmi_answers, 0, sizeof(pv_vmi_answers));", "(void)why;"),
        "forgets them in ring 1": (" && pv_vmi_ring == 0)", ")"),
        "keeps a bad answer": (
            "\tpv_vmi_answers[call] = (struct pv_vmi_answer){ 0, VMI_KIND_NONE };\n",
            "\tpv_vmi_answers[call] = (struct pv_vmi_answer){ (uint32_t)said, VMI_KIND_CALL };\n"),
        "names the last bad answer": ("why != NULL && first == NULL", "why != NULL"),
    }),
    "vmi_mmu": ("backends/vmi/mmu.c", {
        "flushes global ones never": ("VMI_FLUSH_TLB | (global ? VMI_FLUSH_GLOBAL : 0)", "VMI_FLUSH_TLB"),
        "flushes the first page only": (
            "page += PV_PAGE_SIZE)\n\t\tpv_vmi_rom_InvalPage(page);",
            "page += PV_PAGE_SIZE)\n\t\tpv_vmi_rom_InvalPage(start);"),
        "leaves the last page": ("((end - 1 - page) >> PV_PAGE_SHIFT) + 1", "(end - page) >> PV_PAGE_SHIFT"),
        "flushes page by page however many": ("if (pages > FLUSH_PAGES) {", "if (pages > 1000 * FLUSH_PAGES) {"),
        "defers outside of batches": ("(later ? VMI_PTE_DEFER : 0)", "VMI_PTE_DEFER"),
        "defers nothing": ("(later ? VMI_PTE_DEFER : 0)", "0"),
        "never ends a batch": ("{\n\t(void)collecting();\n\treturn PV_OK;", "{\n\treturn PV_OK;"),
        "defers without a mode": (
            "pv_vmi_has(VMI_SetLazyMode) && pv_vmi_has(VMI_UpdatePxELong) &&",
            "pv_vmi_has(VMI_UpdatePxELong) &&"),
        "collects in the mode of a switch": (" &&\n\t    pv_vmi_mode != VMI_LAZY_CPU;", ";"),
        "lets modes overlap": ("\tif (pv_vmi_mode != to)\n\t\tmode_set(VMI_LAZY_OFF);\n\tmode_set(to);", "\tmode_set(to);"),
        "uses a root before what was told": (
            "\tif (pv_vmi_mode == VMI_LAZY_MMU)\n\t\tmode_set(VMI_LAZY_OFF);\n\tpv_vmi_rom_SetCR3",
            "\tpv_vmi_rom_SetCR3"),
        "tells of pages that are no tables": (
            "\tif (level == 0 || !pv_vmi_has(VMI_UpdatePxELong))\n",
            "\tif (!pv_vmi_has(VMI_UpdatePxELong))\n"),
        "leaves an entry behind when an interrupt ends the mode": ("\tif (later)\n\t\t(void)collecting();\n", ""),
        "does not store what it tells": ("\t\tstore(where, low, high);\n", ""),
        "drops the high word": ("\tword[1] = high;\n", ""),
        "does not tell of an exchange": ("swap(where, entry);\n\tstored(where, level, later);", "swap(where, entry);"),
        "sets what the CPU may change": ("if ((old & PV_PTE_P) == 0)", "if (level != 0)"),
        "sets entries of pages that are no tables": (
            "level != 0 && pv_vmi_answers[VMI_UpdatePxELong]",
            "pv_vmi_answers[VMI_UpdatePxELong]"),
        "sets where nothing is to be said": (
            "pv_vmi_answers[VMI_UpdatePxELong].kind == VMI_KIND_NONE", "!pv_vmi_has(VMI_UpdatePxELong)"),
        "names another reason": ("end != 0 ? \"no memory\"", "end == 0 ? \"no memory\""),
        "gives the new entry for the old": (
            "\treturn old;\n}\n\n/* SetPxELong is for",
            "\treturn value;\n}\n\n/* SetPxELong is for"),
        "claims under another level": (
            "level_flags(level) | VMI_PAGE_PAE, 0, 0, 0",
            "level_flags(1) | VMI_PAGE_PAE, 0, 0, 0"),
        "releases without telling": (
            "\tpv_vmi_rom_ReleasePage((uint32_t)frame, level_flags(level) | VMI_PAGE_PAE);\n",
            ""),
        "remembers what was released": ("VMI_PAGE_PAE);\n\tlevel_set(frame, 0);", "VMI_PAGE_PAE);"),
        "forgets what was claimed": ("\tlevel_set(frame, level);\n\tif (is_page(table))", "\tif (is_page(table))"),
        "tells of roots that share a page": ("if (s != PV_OK || !is_page(table))", "if (s != PV_OK)"),
        "tells of the root alone": ("\t\t\ttell(pv_pte_frame(at.entry), level - 1);", "\t\t\t(void)level;"),
        "spoils the neighbours' levels": ("frame % 4 * 2;\n\tuint8_t *byte;", "frame % 2 * 2;\n\tuint8_t *byte;"),
        "maps a page less for the ROM": (
            "pv_vmi_rom_SetLinearMapping(0, base, (uint32_t)(end >> PV_PAGE_SHIFT), 0)",
            "pv_vmi_rom_SetLinearMapping(0, base, (uint32_t)(end >> PV_PAGE_SHIFT) - 1, 0)"),
    }),
    "vmi_ops": ("backends/vmi/ops.c", {
        "sets a flag in what it did not read": (", .also = VMI_GetCR0", ""),
        "forgets tables when entries are set": ("\t{ ISA(table_claim), VMI_SetPxELong, (pv_slot)pv_vmi_table_claim },\n", ""),
        "remembers tables when entries are set": (
            "\t{ ISA(table_release), VMI_SetPxELong, (pv_slot)pv_vmi_table_release },\n", ""),
        "forgets tables when entries are stored": (
            "\t{ ISA(table_claim), VMI_UpdatePxELong, (pv_slot)pv_vmi_table_claim },\n", ""),
        "remembers tables when entries are stored": (
            "\t{ ISA(table_release), VMI_UpdatePxELong, (pv_slot)pv_vmi_table_release },\n", ""),
        "takes ops whatever the ROM has": (
            "return pv_vmi_has((enum vmi_call)hot[i].call) &&\n\t    (", "return ("),
        "tells of exchanges where nothing is to be said": (
            "(hot[i].unless_nop == 0 || pv_vmi_answers[hot[i].unless_nop].kind != VMI_KIND_NOP)", "true"),
        "waits natively where the ROM does": ("pv_vmi_answers[VMI_IODelay].kind != VMI_KIND_NONE", "false"),
        "jumps to what wants a return address": ("iret->kind == VMI_KIND_JUMP ?", "iret->kind != VMI_KIND_NONE ?"),
    }),
}

# The same of sparc64's image: rows of test, source, the file that it is compiled as, wrong variants: what is wrong:
# (as it is, as it is not, the test's case that must notice[, HANGS]).
TRAPS = "backends/sun4v/sparc64/traps.S"
CAS = "\twhile ((seen = pv_tsb_real_cas(at->where, old, (old & ~out) | in)) != old)\n\t\told = seen;"
WRONG_IN_IMAGE = [
    ("sun4v_queue", "backends/sun4v/sparc64/queues.h", TRAPS, {
        "believes any tail": ("\tand\t%g6, %g5, %g3", "\tmov\t%g6, %g3", "tails_that_cannot_be"),
        "goes on behind the last entry": (
            "\tand\t%g2, %g5, %g2\n\tcmp\t%g1, PV_SUN4V_QUEUE_HEAD(2)", "\tcmp\t%g1, PV_SUN4V_QUEUE_HEAD(2)",
            "every_place_of_the_ring"),
        "takes any word for a cookie": (
            "be,pt\t%xcc, 4f\n\t and\t%g4, PV_SPARC64_INPUTS",
            "ba,pt\t%xcc, 4f\n\t and\t%g4, PV_SPARC64_INPUTS", "words_that_mean_nothing"),
        "leaves errors in their queue": (
            "\tadd\t%g2, 64, %g2\n\tand\t%g2, %g5, %g2\n\tQUEUE_MARK", "\tand\t%g2, %g5, %g2\n\tQUEUE_MARK",
            "errors_that_nobody_resumes_from"),
        "drops what comes meanwhile": (
            "5:\tQUEUE_MARK\n", "5:\tadd\t%g1, 8, %g1\n\tQUEUE_MARK\n\tldxa\t[%g1]PV_SUN4V_ASI_QUEUE, %g6\n"
            "\tsub\t%g1, 8, %g1\n\tQUEUE_MARK\n", "storms"),
    }),
    ("sun4v_queue", "backends/common/sparc64/inputs.c", "backends/common/sparc64/inputs.c", {
        "takes what is noted in two steps": (
            "\t\tbits = __atomic_exchange_n(&pv_sparc64_pending[word], 0, __ATOMIC_SEQ_CST);\n",
            "\t\t*(volatile uint64_t *)&pv_sparc64_pending[word] = 0;\n", "two_mondos_at_any_two_accesses"),
        "forgets what came while masked": (
            "\t\tstate[input] |= CAME;", "\t\t(void)0;",
            "one_mondo_between_any_two_instructions"),
        "does not end what ended masked": ("if ((was & OWED) != 0)", "if (was == 0xff)", "storms"),
        "counts empty runs as spurious": (
            "\tfor (uint32_t word = 0; word < PV_SPARC64_INPUTS / 64; word++) {\n"
            "\t\tuint64_t bits = pv_sparc64_pending[word];\n",
            "\tuint64_t all = 0;\n\n\tfor (uint32_t word = 0; word < PV_SPARC64_INPUTS / 64; word++)\n"
            "\t\tall |= pv_sparc64_pending[word];\n\tif (all == 0)\n\t\tpv_lines_spurious();\n"
            "\tfor (uint32_t word = 0; word < PV_SPARC64_INPUTS / 64; word++) {\n"
            "\t\tuint64_t bits = pv_sparc64_pending[word];\n", "two_mondos_at_any_two_accesses"),
    }),
    ("sun4v_queue", "backends/sun4v/sparc64/queues.c", "backends/sun4v/sparc64/queues.c", {
        "has entries anywhere": (
            "((1ull << bits) - 1) * ENTRY", "(1ull << bits) * ENTRY - 1",
            "tails_that_cannot_be"),
        "has one entry more": (
            "((1ull << bits) - 1) * ENTRY", "((2ull << bits) - 1) * ENTRY",
            "what_finds_no_room_waits"),
    }),
    ("sun4v_real", "backends/sun4v/md_boot.c", "backends/sun4v/md_boot.c", {
        "begins where memory does": ("\tfirst &= ~(reach->page - 1);", "\tfirst = base;", "memory_by_registers"),
        "ends where memory does": (
            "(end < reach->limit ? end : reach->limit) & ~(reach->page - 1)",
            "end < reach->limit ? end : reach->limit",
            "memory_by_registers"),
        "takes what cannot be reached": (
            "(end < reach->limit ? end : reach->limit)", "end",
            "every_real_address_is_the_guests"),
    }),
    ("sun4v_real", "backends/sun4v/sparc64/boot.c", "backends/sun4v/sparc64/boot.c", {
        "puts the description anywhere": (
            "(end < reach.limit ? end : reach.limit) & ~(reach.page - 1)", "end < reach.limit ? end : reach.limit",
            "memory_by_registers"),
        "takes linked addresses for real ones": (
            "pv_direct_map.image_offset = 0 - (uintptr_t)offset;", "pv_direct_map.image_offset = 0;",
            "memory_by_registers"),
    }),
    ("sun4v_real", "backends/common/sparc64/entry.S", "backends/common/sparc64/entry.S", {
        "does not look where its page begins": (
            "\tcmp\t%g1, %i0\n\tbgeu,pt\t%xcc, 2f", "\tcmp\t%g1, %i0\n\tba,pt\t%xcc, 2f",
            "an_image_that_cannot_move_says_so"),
        "does not look where its page ends": (
            "\tcmp\t%g1, %i1\t\t\t/* is there room? */\n\tbgu,pn\t%xcc, 4f", "\tcmp\t%g1, %i1\n\tbn,pn\t%xcc, 4f",
            "an_image_that_cannot_move_says_so"),
    }),
    ("sun4v_real", "backends/sun4v/sparc64/mmu.c", "backends/sun4v/sparc64/mmu.c", {
        "tells a linked address": (
            "pv_sun4v_fast(function, nr, pa.v, NULL)", "pv_sun4v_fast(function, nr, (uintptr_t)descriptor, NULL)",
            "memory_by_registers"),
        "lets everything run": ("(flags & PV_PROT_EXEC) != 0 ? TTE_X : 0", "TTE_X", "data_is_not_executed"),
        "lets nothing run": ("(flags & PV_PROT_EXEC) != 0 ? TTE_X : 0", "0", "data_is_not_executed"),
        "caches what is written through": (
            "TTE_CV, TTE_CP, 0, TTE_E }", "TTE_CV, TTE_CP | TTE_CV, 0, TTE_E }",
            "cache_bits_are_the_attributes"),
        "caches registers": (
            "TTE_CV, TTE_CP, 0, TTE_E }", "TTE_CV, TTE_CP, 0, TTE_CP | TTE_E }",
            "registers_are_not_cached"),
        "has side effects nowhere": (
            "TTE_CV, TTE_CP, 0, TTE_E }", "TTE_CV, TTE_CP, 0, 0 }",
            "registers_are_not_cached"),
    }),
    ("sun4v_real", "backends/sun4v/sparc64/tlb.c", "backends/sun4v/sparc64/tlb.c", {
        "tells a mapped address": (
            "pa = pv_pa(p->pa + ((uintptr_t)base - p->va));", "pa = pv_pa((uintptr_t)base);",
            "memory_by_registers"),
    }),
    ("sun4v_strand", "backends/common/tsb/change.c", "backends/common/tsb/change.c", {
        "changes what it has not seen": (
            CAS, "\tseen = old;\n\tpv_tsb_real_set(at->where, (old & ~out) | in);\n\t(void)seen;",
            "neither_mark_nor_change_is_lost"),
        "puts a table in any leaf's place": (
            "seen = pv_tsb_real_cas(at->where, at->entry, table);",
            "seen = at->entry;\n\tpv_tsb_real_set(at->where, table);",
            "neither_mark_nor_change_is_lost"),
    }),
    ("sun4v_strand", "backends/common/tsb/record.c", "backends/common/tsb/record.c", {
        "takes out what it has not seen": (
            "\twhile ((seen = pv_tsb_real_cas(where, old, entry)) != old)\n\t\told = seen;",
            "\tseen = old;\n\tpv_tsb_real_set(where, entry);\n\t(void)seen;", "neither_mark_nor_change_is_lost"),
    }),
    ("sun4v_strand", "backends/common/tsb/sparc64/walk.h", TRAPS, {
        "marks what it has not seen": (
            "\tcasxa\t[%g7]ASI_RECORD, %g4, %g5\n", "\tstxa\t%g5, [%g7]ASI_RECORD\n\tmov\t%g5, %g4\n",
            "neither_mark_nor_change_is_lost"),
        "does not mark what is written": (
            "\t or\t%g4, PV_TSB_REFERENCED | PV_TSB_MODIFIED, %g5", "\t or\t%g4, PV_TSB_REFERENCED, %g5",
            "neither_mark_nor_change_is_lost"),
    }),
]


def _first_failure(program, case=None, image=None):
    """(the first case that fails or "", what it says of that, how the program ended)."""
    words = {"CK_TAP_LOG_FILE_NAME": "-", "CK_VERBOSITY": "silent"}
    words |= ({"CK_RUN_CASE": case} if case else {}) | ({"PV_SUN4V_IMAGE": str(image)} if image else {})
    with subprocess.Popen([str(program)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True, env={**os.environ, **words}) as run:
        late = threading.Timer(SECONDS, run.terminate)
        late.start()
        lines, failed = 0, None
        for line in run.stdout:
            lines += line.startswith(("ok ", "not ok "))
            failed = FAILED.match(line)
            if failed:
                run.terminate()     # Check then ends the case that it has begun, or all of its process group
                break
        ended = late.is_alive()
        late.cancel()
    if failed:
        return *failed.groups(), ""
    if not ended:
        return "", "", f"did not end in {SECONDS} s"
    if run.returncode != 0:
        return "", "", f"ended with status {run.returncode}, but no case failed"
    return "", "", "" if lines else f"no case is called {case}"


def _verdict(failure, hangs=False):
    """Of a mutant."""
    case, why, ended = failure
    if case and why.endswith(EXPIRED) and not hangs:
        return Verdict(f"hangs in {case}, and is not said to")
    return Verdict(by=case) if case else Verdict(ended or "survived")


def _none(failure):
    """Of nothing changed."""
    case, why, ended = failure
    return Verdict(f"fails: {case}: {why}" if case else ended)


def _test(test):
    return f"conformance/host/{test}_test"


def _try(test, source, old, new, hangs=False):
    text, why = changed.replaced(source, old, new)
    if why:
        return Verdict(why)
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        program, why = changed.program("x86_64", _test(test)).build([(source, source, text)], Path(scratch))
        return Verdict(why) if why else _verdict(_first_failure(program), hangs)


def _try_image(test, source, unit, old, new, case, hangs=False):
    text, why = changed.replaced(source, old, new)
    if why:
        return Verdict(why)
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        image, why = changed.program("sparc64", IMAGE).build([(unit, source, text)], Path(scratch))
        return Verdict(why) if why else _verdict(_first_failure(BUILD / "x86_64" / _test(test), case, image), hangs)


def _try_unchanged(test, source):
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        parts = [(source, source, (TOP / source).read_text())]
        program, why = changed.program("x86_64", _test(test)).build(parts, Path(scratch))
        return Verdict(why) if why else _none(_first_failure(program))


def _try_image_unchanged(test):
    """The same objects in front of the library, and nothing changed in them."""
    parts = {unit: (unit, source, (TOP / source).read_text())
             for of, source, unit, _rows in WRONG_IN_IMAGE if of == test}
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        image, why = changed.program("sparc64", IMAGE).build(parts.values(), Path(scratch))
        return Verdict(why) if why else _none(_first_failure(BUILD / "x86_64" / _test(test), image=image))


def jobs(wanted):
    """Those whose name is WANTED, and their tests with nothing changed. What takes longest comes first."""
    build("x86_64")
    build("sparc64")
    images = [(test, f"{test}:{what.replace(' ', '-')}", (test, source, unit, *row))
              for test, source, unit, rows in WRONG_IN_IMAGE for what, row in rows.items()]
    plain = [(test, f"{test}:{what.replace(' ', '-')}", (test, source, *row))
             for test, (source, rows) in WRONG.items() for what, row in rows.items()]
    images, plain = ([row for row in rows if wanted(row[1])] for rows in (images, plain))
    found = [Job(f"host.{test}:none", lambda test=test: _try_image_unchanged(test))
             for test in dict.fromkeys(row[0] for row in images)]
    found += [Job(f"host.{name}", lambda words=words: _try_image(*words)) for _test, name, words in images]
    found += [Job(f"host.{test}:none", lambda test=test: _try_unchanged(test, WRONG[test][0]))
              for test in dict.fromkeys(row[0] for row in plain)]
    return found + [Job(f"host.{name}", lambda words=words: _try(*words)) for _test, name, words in plain]
