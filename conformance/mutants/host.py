"""Wrong variants of what host tests are about: a line of a source changed, its test built with that. Each must turn the
test red. For what no op is: probes, answers, the order of things told.

SPDX-License-Identifier: BSD-2-Clause
"""
import concurrent.futures
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from tools import BUILD, TOP, Trouble, build

SECONDS = 60
JOBS = 2

# test: source, {what is wrong: (as it is, as it is not)}
WRONG = {
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
        "collects in the mode of a switch": (" &&\n\t    mode != VMI_LAZY_CPU;", ";"),
        "lets modes overlap": ("\tif (mode != to)\n\t\tmode_set(VMI_LAZY_OFF);\n\tmode_set(to);", "\tmode_set(to);"),
        "uses a root before what was told": (
            "\tif (mode == VMI_LAZY_MMU)\n\t\tmode_set(VMI_LAZY_OFF);\n\tpv_vmi_rom_SetCR3",
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


def _commands(test):
    """What builds a test, as lists of words, the link last."""
    done = subprocess.run(["ninja", "-t", "commands", f"conformance/host/{test}_test"], cwd=BUILD / "x86_64",
                          capture_output=True, text=True, check=True)
    return [shlex.split(line) for line in done.stdout.splitlines()]


def _try(test, source, old, new):
    """Why it is no mutant or was not killed, or ""."""
    text = (TOP / source).read_text()
    if text.count(old) != 1:
        return f"stands {text.count(old)} times in {source}, not once"
    *compiles, link = _commands(test)
    command = next(c for c in compiles if "-c" in c and c[-1].endswith(f"../{source}"))
    plain = command[command.index("-o") + 1]
    with tempfile.TemporaryDirectory(prefix="pv-mutant-") as scratch:
        path, program = Path(scratch, Path(source).name), Path(scratch, "test")
        path.write_text(text.replace(old, new))
        options = [word for word in command[:command.index("-MD")] if word != "-Werror"]
        here = {"cwd": BUILD / "x86_64", "capture_output": True, "text": True}
        for words in ([*options, "-w", "-iquote", str((TOP / source).parent), "-o", f"{path}.o", "-c", str(path)],
                      [str(program) if word == f"conformance/host/{test}_test" else f"{path}.o" if word == plain else word
                       for word in link]):
            done = subprocess.run(words, **here)
            if done.returncode != 0:
                return f"does not build: {done.stderr[:300]}"
        try:
            done = subprocess.run([str(program)], timeout=SECONDS, env={**os.environ, "CK_DEFAULT_TIMEOUT": "10"}, **here)
        except subprocess.TimeoutExpired:
            return ""
    return "survived" if done.returncode == 0 else ""


def run(say, pattern=lambda name: True):
    """Say of each mutant whether it was killed."""
    try:
        build("x86_64")
    except Trouble as trouble:
        say(False, "host.start", str(trouble).splitlines())
        return
    with concurrent.futures.ThreadPoolExecutor(max_workers=JOBS) as pool:
        work = [(f"host.{test}:{what.replace(' ', '-')}", pool.submit(_try, test, source, old, new))
                for test, (source, rows) in WRONG.items() for what, (old, new) in rows.items()
                if pattern(f"{test}:{what.replace(' ', '-')}")]
        for name, future in work:
            why = future.result()
            say(not why, name + (f" {why}" if why else ""))
