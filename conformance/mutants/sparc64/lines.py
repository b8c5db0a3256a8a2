"""Lines of sparc64's sources as they are and as they are not: traps, misses, sync. Applied by patched.py.

group: (file, what is compiled with it, {what is wrong: (as it is, as it is not, the cases that must notice[, DIES])})

What is compiled is a source for each platform; one that is not there lacks the mutants. A source that both have is changed
on sun4v alone, which boots faster. DIES: a kernel that goes under in these cases has noticed, too, because none of them can
come to its end.

SPDX-License-Identifier: BSD-2-Clause
"""
DIES = True

ON_SUN4U = {"sparc64-sun4u": "backends/native/sparc64/traps.S"}
ON_SUN4V = {"sparc64-sun4v": "backends/sun4v/sparc64/traps.S"}

WRONG = {
    "entry": ("backends/common/sparc64/traptable.h", ON_SUN4V, {
        "forgets y": ("\twr\t%l4, 0, %y\n", "", "entry.interrupts*"),
        "forgets asi": (
            "PSTATE_PEF << TSTATE_PSTATE, %l4\n\tandn",
            "PSTATE_PEF << TSTATE_PSTATE | 0xff000000, %l4\n\tandn",
            "entry.interrupts*"),
        "forgets condition codes": (
            "\tandn\t%l0, %l4, %l0\n",
            "\tandn\t%l0, %l4, %l0\n\tmov\t0xff, %l4\n\tsllx\t%l4, 32, %l4\n\tandn\t%l0, %l4, %l0\n",
            "entry.interrupts*"),
        "opens the kernel to programs": (
            "\tor\t%l0, %l3, %l0\n",
            "\tor\t%l0, %l3, %l0\n\tor\t%l0, PSTATE_PRIV << TSTATE_PSTATE, %l0\n",
            "windows.causes*", DIES),
        "gives the FPU to everyone": ("\tldx\t[%g6 + CPU_PEF], %l3\n", "\tmov\tPSTATE_PEF, %l3\n", "state.fpu*"),
        "goes back to another window": ("\tdec\t%l1\n", "", "user.*", DIES),
        "goes on behind a delay slot": (
            "\tldx\tFRAME(PV_FRAME_TNPC), %l2\n",
            "\tadd\t%l1, 4, %l2\n",
            "entry.delay*"),
        "leaves the gate closed in the kernel": ("\t wrpr\t%l5, 0, %pil\n", "\t nop\n", "irq.*"),
        "opens the gate of the kernel": ("\t wrpr\t%l5, 0, %pil\n", "\t wrpr\t%g0, 0, %pil\n", "trap.fault*"),
        "leaves the gate closed for programs": ("\twrpr\t%g0, 0, %pil\n", "", "user.interrupt*", DIES),
        "runs handlers with the gate open": (
            "\twrpr\t%g0, PIL_CLOSED, %pil\n\tmov\t%g6, %l6\n",
            "\tmov\t%g6, %l6\n",
            "lines.handler_context", DIES),
        "loses a global": (
            "\t.irp\tn, 1, 2, 3, 4, 5, 7\n\tldx\tFRAME(PV_FRAME_G + 8 * \\n), %g\\n\n\t.endr\n\tcall\tleave\n"
            "\t nop\n",
            "\t.irp\tn, 1, 2, 3, 4, 7\n\tldx\tFRAME(PV_FRAME_G + 8 * \\n), %g\\n\n\t.endr\n\tcall\tleave\n\t nop\n",
            "entry.interrupts*"),
        "shows programs the CPU's record": ("\tldx\t[%l6 + PV_FRAME_G + 8 * 6], %g6\n", "", "entry.interrupts*"),
        "loses an out": (
            "\t.irp\tn, 0, 1, 2, 3, 4, 5, 6, 7\n\tldx\tFRAME(PV_FRAME_O",
            "\t.irp\tn, 0, 1, 2, 3, 4, 6, 7\n\tldx\tFRAME(PV_FRAME_O",
            "entry.context*"),
        "programs keep the kernel's spills": ("\twrpr\t%g0, WSTATE_USER, %wstate\n", "", "windows.*", DIES),
        "the kernel keeps the programs' spills": (
            "\twrpr\t%g0, 0, %wstate\n\tMACHINE_CONTEXT_KERNEL",
            "\tMACHINE_CONTEXT_KERNEL",
            "windows.*", DIES),
        "counts no windows as the program's": (
            "\twrpr\t%g1, 0, %otherwin\n\twrpr\t%g0, 0, %wstate\n",
            "\twrpr\t%g0, 0, %otherwin\n\twrpr\t%g0, 0, %wstate\n",
            "windows.*", DIES),
        "leaves windows to the kernel": (
            "\trdpr\t%otherwin, %g1\n\twrpr\t%g0, 0, %otherwin\n",
            "\trdpr\t%otherwin, %g1\n",
            "windows.*", DIES),
        "gives windows back that are the kernel's": (
            "\twrpr\t%g1, 0, %cleanwin\t\t/* what",
            "\twrpr\t%g0, NWINDOWS - 1, %cleanwin /* what",
            "windows.windows*"),
        "gives windows back unclean": (
            "\tstx\t%g0, [%g3 + PV_UFRAME_USED]\n\twrpr\t%g0, 0, %cleanwin\n",
            "\tstx\t%g0, [%g3 + PV_UFRAME_USED]\n\twrpr\t%g0, NWINDOWS - 1, %cleanwin\n",
            "windows.windows*"),
        "cleans no locals": ("\tclr\t%l\\n\n\tclr\t%o\\n\n", "\tclr\t%o\\n\n", "windows.windows*"),
        "cleans no outs": ("\tclr\t%l\\n\n\tclr\t%o\\n\n", "\tclr\t%l\\n\n", "windows.windows*"),
        "cleans nothing in the first spill": (
            "\twrpr\t%g2, 0, %cwp\n\t.irp\tn, 0, 1, 2, 3, 4, 5, 6, 7\n\tclr\t%l\\n\n\t.endr\n",
            "\twrpr\t%g2, 0, %cwp\n",
            "windows.windows*"),
        "spills ins to another place": (
            "\tstxa\t%i\\n, [%sp + STACK_BIAS + 64 + 8 * \\n] %asi\n",
            "\tstxa\t%i\\n, [%sp + STACK_BIAS + 72 + 8 * \\n] %asi\n",
            "user.call_plain"),
        "fills locals from another place": (
            "\tldxa\t[%sp + STACK_BIAS + 8 * \\n] %asi, %l\\n\n",
            "\tldxa\t[%sp + STACK_BIAS + 8 + 8 * \\n] %asi, %l\\n\n",
            "user.call_plain"),
        "spills with the kernel's rights": (
            "\t.macro\tSPILL_USER\n\twr\t%g0, ASI_AIUS, %asi\n",
            "\t.macro\tSPILL_USER\n\twr\t%g0, 0x81, %asi\n",
            "entry.windows*"),
        "fills with the kernel's rights": (
            "\t.macro\tFILL_USER\n\twr\t%g0, ASI_AIUS, %asi\n",
            "\t.macro\tFILL_USER\n\twr\t%g0, 0x81, %asi\n",
            "entry.windows*"),
        "keeps a window for another stack": (
            "\tstx\t%sp, [%g2 + PV_UFRAME_WINDOWS - PV_UFRAME_WINDOW + 128]\n",
            "\tstx\t%fp, [%g2 + PV_UFRAME_WINDOWS - PV_UFRAME_WINDOW + 128]\n",
            "windows.*"),
        "keeps windows one on the other": (
            "\tstx\t%g2, [%g3 + PV_UFRAME_USED]\n",
            "\tmov\tPV_UFRAME_WINDOW, %g2\n\tstx\t%g2, [%g3 + PV_UFRAME_USED]\n",
            "windows.*"),
        "does not save the oldest window": (
            "\tOLDEST_WINDOW\n\tKEEP_WINDOW\n\tsaved\n\twrpr\t%g1, 0, %cwp\n1:\tsub",
            "\tOLDEST_WINDOW\n\tsaved\n\twrpr\t%g1, 0, %cwp\n1:\tsub",
            "user.call_plain"),
        "pushes no windows": ("\tbrz,pt\t%l0, 2f\n", "\tba,pt\t%xcc, 2f\n", "windows.*", DIES),
        "loses the window of a bad spill": (
            "\tKEEP_WINDOW\n\tsaved\n\trdpr\t%tstate, %g1\n",
            "\tsaved\n\trdpr\t%tstate, %g1\n",
            "windows.stack*"),
        "leaves a bad spill's window where it is": (
            "\tKEEP_WINDOW\n\tsaved\n\trdpr\t%tstate, %g1\n",
            "\tKEEP_WINDOW\n\trdpr\t%tstate, %g1\n",
            "windows.stack*", DIES),
        "leaves a bad fill's window current": (
            "\trdpr\t%tstate, %g1\n\tand\t%g1, 0x1f, %g1\n\twrpr\t%g1, 0, %cwp\n\tba,a,pt\t%xcc, full\n",
            "\tba,a,pt\t%xcc, full\n",
            "entry.windows*", DIES),
        "tells the trap of a bad spill as another": (
            "spill_failed:\n\twrpr\t%g2, 0, %tt\n",
            "spill_failed:\n",
            "windows.spill*", DIES),
        "tells the trap of a bad fill as another": (
            "fill_failed:\n\twrpr\t%g2, 0, %tt\n",
            "fill_failed:\n",
            "windows.fill*", DIES),
        "gives the kernel up for a bad window": (
            "\tbe,pt\t%xcc, spill_failed\n",
            "\tbe,pt\t%xcc, lost\n",
            "windows.spill*", DIES),
    }),
    "miss": ("backends/common/tsb/sparc64/walk.h", ON_SUN4V, {
        "lets all be written": ("\torn\t%g5, PV_TSB_WRITE, %g5\n", "\tmov\t-1, %g5\n", "space.harvest*"),
        "marks nothing as referenced": (
            "\t.ifc\t\\kind, D\n\tor\t%g4, PV_TSB_REFERENCED, %g5\n",
            "\t.ifc\t\\kind, D\n\tmov\t%g4, %g5\n",
            "space.harvest*"),
        "marks nothing as modified": (
            "\t or\t%g4, PV_TSB_REFERENCED | PV_TSB_MODIFIED, %g5\n",
            "\t or\t%g4, PV_TSB_REFERENCED, %g5\n",
            "space.harvest*", DIES),
        "marks all as modified": (
            "\t.ifc\t\\kind, D\n\tor\t%g4, PV_TSB_REFERENCED, %g5\n",
            "\t.ifc\t\\kind, D\n\tor\t%g4, PV_TSB_REFERENCED | PV_TSB_MODIFIED, %g5\n",
            "space.harvest*"),
        "stores where none may": (
            "\tandcc\t%g4, PV_TSB_WRITE, %g0\n\tbz,pn",
            "\tandcc\t%g4, PV_TSB_WRITE, %g0\n\tbn,pn",
            "user.constant*", DIES),
        "has the kernel's record for all": ("\tbrz,pt\t%g4, 1f\n", "\tba,pt\t%xcc, 1f\n", "space.*", DIES),
        "has the program's record for all": ("\tbrz,pt\t%g4, 1f\n", "\tbrlz,pt\t%g4, 1f\n", "space.*", DIES),
        "has one piece of a large page": ("\tand\t%g4, 1, %g4\n", "\tand\t%g4, 0, %g4\n", "record.large*"),
        "wraps addresses that are too high": (
            "\tbrnz,pn\t%g5, miss_failed\n",
            "\tbn,pn\t%xcc, miss_failed\n",
            "entry.high*"),
        "has one entry for all contexts": (
            "\tstx\t%g2, [%g1]\n\tLOAD",
            "\tsllx\t%g2, 16, %g2\n\tsrlx\t%g2, 16, %g2\n\tstx\t%g2, [%g1]\n\tLOAD",
            "space.*", DIES),
    }),
    "miss-sun4u": ("backends/common/tsb/sparc64/walk.h", ON_SUN4U, {
        "runs what is not to be run": (
            "\tandcc\t%g4, PV_TSB_EXEC, %g0\n\tbz,pn",
            "\tandcc\t%g4, PV_TSB_EXEC, %g0\n\tbn,pn",
            "user.data_is*", DIES),
    }),
    "traps-sun4u": ("backends/native/sparc64/traps.S", ON_SUN4U, {
        "runs what the buffer has for data": (
            "\tandcc\t%g5, TTE_EXEC, %g0\n\tbz,pn",
            "\tandcc\t%g5, TTE_EXEC, %g0\n\tbn,pn",
            "user.data_is*", DIES),
        "takes any entry of the buffer": ("\tbne,pn\t%xcc, direct\n", "\tbn,pn\t%xcc, direct\n", "space.*", DIES),
        "enters with the program's addresses": (
            "\tmov\tPRIMARY_CONTEXT, %g1\n\tstxa\t%g0, [%g1]ASI_DMMU\n\tsethi",
            "\tsethi",
            "user.*", DIES),
        "goes back with the kernel's addresses": (
            "\tstxa\t%g2, [%g1]ASI_DMMU\n\t.endm",
            "\tstxa\t%g0, [%g1]ASI_DMMU\n\t.endm",
            "user.*"),
        "tells the last miss's address": (
            "\tmov\tTAG_ACCESS, %g1\n\tldxa\t[%g1]ASI_DMMU, %g4\n",
            "\tmov\tDMMU_SFSR, %g1\n\tldxa\t[%g1]ASI_DMMU, %g4\n",
            "trap.*", DIES),
        "has the direct map 4 MiB off": (
            "\tsllx\t%g4, 22, %g4\n\tmov\t7",
            "\tadd\t%g4, 1, %g4\n\tsllx\t%g4, 22, %g4\n\tmov\t7",
            "space.*", DIES),
    }),
    "traps-sun4v": ("backends/sun4v/sparc64/traps.S", ON_SUN4V, {
        "enters with the program's addresses": ("\tstxa\t%g0, [%g1]PV_SUN4V_ASI_MMU\n", "", "user.*", DIES),
        "goes back with the kernel's addresses": (
            "\tstxa\t%g2, [%g1]PV_SUN4V_ASI_MMU\n",
            "\tstxa\t%g0, [%g1]PV_SUN4V_ASI_MMU\n",
            "user.*"),
        "leaves the entry that may not be written": (
            "\tta\tPV_SUN4V_UNMAP_ADDR_TRAP\n",
            "\tclr\t%o0\n",
            "space.harvest*", DIES),
        "takes the kernel's entry for the program's": (
            "\tsrlx\t%o1, 64 - 13, %o1\n",
            "\tclr\t%o1\n",
            "space.harvest*", DIES),
        "counts no calls": ("\tinc\t%g2\n", "", "record.first*"),
        "tells the last miss's address": (
            "\tadd\t%g1, PV_SUN4V_FAULT_ADDRESS, %g1\n\tldxa\t[%g1]ASI_REAL, %g5\n",
            "\tadd\t%g1, PV_SUN4V_FAULT_ADDRESS, %g1\n\tclr\t%g5\n",
            "trap.*", DIES),
        "has the direct map 4 MiB off": (
            "\tsllx\t\\to, 22, \\to\n",
            "\tadd\t\\to, 1, \\to\n\tsllx\t\\to, 22, \\to\n",
            "space.*", DIES),
        "puts data's misses where code's are": (
            "walk_i:\tDESCRIPTION 0\n",
            "walk_i:\tDESCRIPTION PV_SUN4V_FAULT_DATA\n",
            "user.*", DIES),
        "spoils a register in the first store": (
            "\tmov\t%g4, %o2\n\tmov\t%g5, %o3\n",
            "\tmov\t%g5, %o3\n",
            "entry.*", DIES),
    }),
    "queues": ("backends/sun4v/sparc64/queues.h", ON_SUN4V, {
        "leaves mondos in their queue": (
            "5:\tQUEUE_MARK\n\tstxa\t%g6, [%g1]PV_SUN4V_ASI_QUEUE\n\tretry\n",
            "5:\tretry\n",
            "input.comes", DIES),
        "takes every mondo for astray": ("\tbe,pt\t%xcc, 4f\n", "\tbn,pt\t%xcc, 4f\n", "input.comes"),
        "does not go round at the end": (
            "\tadd\t%g2, 64, %g2\n\tand\t%g2, %g5, %g2\n\tcmp",
            "\tadd\t%g2, 64, %g2\n\tcmp",
            "input.comes_many*", DIES),
        "leaves an error in its queue": (
            "\tadd\t%g2, 64, %g2\n\tand\t%g2, %g5, %g2\n\tQUEUE_MARK",
            "\tQUEUE_MARK",
            "input.error*", DIES),
    }),
    "vector": ("backends/native/sparc64/vector.h", ON_SUN4U, {
        "keeps the receiver busy": ("\tstxa\t%g0, [%g0]ASI_INTR_STATUS\n", "", "input.comes", DIES),
        "takes every input for astray": ("\tblu,pt\t%xcc, 1f\n", "\tbn,pt\t%xcc, 1f\n", "input.comes"),
    }),
    "fpu": ("hooks/sparc64/fpu.S", {"sparc64-sun4v": "hooks/sparc64/fpu.S"}, {
        "saves the lower half": (
            "60, 62\n\tstd\t%f\\n, [%o0 + 4 * \\n]\n",
            "60\n\tstd\t%f\\n, [%o0 + 4 * \\n]\n",
            "state.fpu*"),
        "loads the lower half": (
            "60, 62\n\tldd\t[%o0 + 4 * \\n], %f\\n\n",
            "60\n\tldd\t[%o0 + 4 * \\n], %f\\n\n",
            "state.fpu*"),
        "saves no rounding": ("\tstx\t%fsr, [%o0 + FSR]\n", "\tstx\t%g0, [%o0 + FSR]\n", "state.fpu*"),
        "loads no rounding": ("\tldx\t[%o0 + FSR], %fsr\n", "", "state.fpu*"),
        "saves no alignment": ("\trd\t%gsr, %o1\n", "\tclr\t%o1\n", "state.fpu*"),
        "loads no alignment": ("\t wr\t%o1, 0, %gsr\n", "\t nop\n", "state.fpu*"),
    }),
    "traps": ("backends/common/sparc64/traps.c", {"sparc64-sun4v": "backends/common/sparc64/traps.c"}, {
        "believes FPRS": (
            "if (tt == TT_FPU_OFF && (frame->tstate & TSTATE_PEF) != 0) {",
            "if (frame == NULL) {",
            "windows.fprs*"),
        "gives the FPU to who has none": (
            "if (tt == TT_FPU_OFF && (frame->tstate & TSTATE_PEF) != 0) {",
            "if (tt == TT_FPU_OFF) {",
            "state.fpu_is_not*", DIES),
        "goes back to the instruction that asked": (
            "\tif (tt >= TT_SOFTWARE)\n",
            "\tif (frame == NULL)\n",
            "user.breakpoint*"),
        "takes the kernel for a program": (
            "trap.access = from_user(frame) ? PV_ACCESS_USER : 0;",
            "trap.access = PV_ACCESS_USER;",
            "trap.*", DIES),
        "leaves interrupts pending": ("pv_sparc64_softint_clear(pending);", "(void)0;", "lines.*", DIES),
        "clears them for all levels": (
            "pv_sparc64_softint_clear(pending);",
            "pv_sparc64_softint_clear(~0ul);",
            "lines.*"),
        "tells no level": ("\tpv_cpu()->depth++;\n", "", "lines.*", DIES),
        "calls everything present": (
            "pv_space_query(space, pv_va(trap->address), &pa, &flags) == PV_OK)",
            "pv_space_query(space, pv_va(trap->address), &pa, &flags) != PV_E_INVAL)",
            "trap.*"),
    }),
    "user": ("backends/common/sparc64/user.c", {"sparc64-sun4v": "backends/common/sparc64/user.c"}, {
        "goes on behind a call in a delay slot": (
            "\tframe->tpc = frame->tnpc;\n\tframe->tnpc += 4;\n",
            "\tframe->tpc += 4;\n\tframe->tnpc = frame->tpc + 4;\n",
            "entry.delay*"),
        "says nothing of a bad stack": ("\tdeliver_fault(f, at);\n\tif", "\tif", "windows.kernel_meets*", DIES),
        "never gives windows up": (
            "\tif (!pv_uframe_windows_push(f, &at))\n\t\tpv_uframe_windows_drop(f);\n",
            "",
            "windows.kernel_meets*", DIES),
        "forgets the thread's base": ("\t\tframe->g[7] = tls;\n", "\t\t;\n", "state.tls*"),
    }),
    "uframe": ("hooks/sparc64/uframe.c", {"sparc64-sun4v": "hooks/sparc64/uframe.c"}, {
        "pushes windows to any address": (
            "good = (*at & 7) == 0 && pv_copyout",
            "good = pv_copyout",
            "windows.kernel_meets_bad*", DIES),
        "pushes windows to where they are not": (
            "*at = w->sp + PV_STACK_BIAS;",
            "*at = w->sp + PV_STACK_BIAS - 16;",
            "windows.*"),
        "pushes one window too few": (
            "while (good && f->used > sizeof(*w))",
            "while (good && f->used > 2 * sizeof(*w))",
            "windows.*", DIES),
        "keeps the oldest window": (
            "\tf->window[0] = f->window[f->used / sizeof(f->window[0]) - 1];\n",
            "",
            "windows.kernel_meets_bad*", DIES),
        "copies a frame without its windows": (
            "\tpv_windows_flush();\n\t*pv_thread_uframe(child)",
            "\t*pv_thread_uframe(child)",
            "state.clone*", DIES),
        "restarts a call behind it": ("f->r.tpc = f->r.fault[0];", "f->r.tpc = f->r.fault[1];", "user.call_plain*"),
    }),
    "rights": ("hooks/sparc64/tstate.h", {"sparc64-sun4v": "hooks/sparc64/signal.c"}, {
        "takes all of a context": (
            "(((tstate) & (TSTATE_CCR | TSTATE_ASI)) | TSTATE_IE)",
            "((tstate) | TSTATE_IE)",
            "entry.context_gives*", DIES),
        "takes no condition codes": ("& (TSTATE_CCR | TSTATE_ASI))", "& TSTATE_ASI)", "entry.context_comes*"),
        "takes no asi": ("& (TSTATE_CCR | TSTATE_ASI))", "& TSTATE_CCR)", "entry.context_comes*"),
    }),
    "signal": ("hooks/sparc64/signal.c", {"sparc64-sun4v": "hooks/sparc64/signal.c"}, {
        "takes no y": ("\tf->r.y = c.y;\n", "", "entry.context_comes*"),
        "takes no globals": ("\tmemcpy(f->r.g, c.g, sizeof(c.g));\n", "", "entry.context_comes*"),
        "takes no window": ("\tmemcpy(current_window(f), &w, WINDOW_SIZE);\n", "", "entry.context_comes*"),
        "saves no window": (
            "pv_copyout(window, current_window(f), WINDOW_SIZE) != PV_OK ||",
            "current_window(f) == NULL ||",
            "state.signal*"),
    }),
    "copy": ("hooks/sparc64/copy.S", {"sparc64-sun4v": "hooks/sparc64/copy.S"}, {
        "has the kernel's rights": ("#define ASI_AIUS\t0x11", "#define ASI_AIUS\t0x81", "entry.copies*"),
        "reaches the kernel's addresses": ("#define ASI_AIUS\t0x11", "#define ASI_AIUS\t0x80", "copy.*", DIES),
        "dies of a bad address": (
            "\tCOPY\tASI_AIUS, ASI_P\n\trecover\t1b, no\n",
            "\tCOPY\tASI_AIUS, ASI_P\n",
            "copy.unmapped*", DIES),
        "dies of a bad byte": ("\trecover\t33b, no\n", "", "copy.*", DIES),
    }),
    "switch": ("hooks/sparc64/switch.S", {"sparc64-sun4v": "hooks/sparc64/switch.S"}, {
        "leaves windows in the registers": ("\tflushw\n", "", "thread.*", DIES),
    }),
    "cpu": ("backends/common/sparc64/cpu.c", {"sparc64-sun4v": "backends/common/sparc64/cpu.c"}, {
        "keeps PSTATE's bit for itself": (
            "cpu()->scratch[SCRATCH_PEF] = owned ? PSTATE_PEF : 0;",
            "cpu()->scratch[SCRATCH_PEF] = 0;",
            "state.fpu*", DIES),
    }),
    "record": ("backends/common/tsb/record.c", {"sparc64-sun4v": "backends/common/tsb/record.c"}, {
        "keeps the buffer's entries": (
            "va >> 22))\n\t\t\te->tag = 1ull << PV_TSB_TAG_INVALID;",
            "va >> 22))\n\t\t\t(void)e;",
            "space.sync*"),
        "keeps them when it is a long range": ("tag >> 48 == context :", "false :", "record.ranges*"),
        "keeps the last page": (
            "pages = ((end - va) >> PV_PAGE_SHIFT) + 1;",
            "pages = ((end - va) >> PV_PAGE_SHIFT) + (end - va < PV_PAGE_SIZE);",
            "record.ranges*"),
        "keeps TLBs, page by page": ("\t\tpv_tsb_machine->demap_page(va, context);", "\t\t;", "space.sync*"),
        "keeps TLBs, by context": ("\t\tpv_tsb_machine->demap_context(context);\n", "", "record.ranges*"),
        "maps over what is stale": (
            "\tif (va.v <= space->stale_end && va.v + (size - 1) >= space->stale_start)\n",
            "\tif (flags == ~0u)\n",
            "record.*"),
        "forgets the first of two ranges": ("\tif (va < space->stale_start)\n", "", "space.sync_covers*"),
        "forgets the last of two ranges": (
            "\tif (end > space->stale_end)\n",
            "\tif (space->stale_end == 0)\n",
            "space.sync_covers*"),
        "keeps the context of another generation": (
            "space->isa[PV_TSB_CONTEXT] / PV_TSB_CONTEXTS == pv_tsb_generation ?",
            "space->isa[PV_TSB_CONTEXT] != 0 ?",
            "record.contexts*"),
        "lets the image be changed": (
            "return space == pv_space_kernel() && va <",
            "return space == NULL && va <",
            "record.image*", DIES),
        "leaks tables": ("\t\tpv_tsb_retire(space, above.entry);\n", "", "io.map_leaks*"),
        "leaves half a range when it fails": (
            "\t\t(void)pv_tsb_remove(space, va, v.va - va.v, NULL, NULL);\n",
            "\t\t;\n",
            "space.map_twice*"),
    }),
    "change": ("backends/common/tsb/change.c", {"sparc64-sun4v": "backends/common/tsb/change.c"}, {
        "protects, and no sync knows": (
            "\tpv_tsb_stale(space, va.v, size);\n\treturn pv_tsb_visit(&v, protect_leaf);",
            "\treturn pv_tsb_visit(&v, protect_leaf);",
            "space.sync*"),
        "harvests, and no sync knows": (
            "\tpv_tsb_stale(space, va.v, size);\n\treturn pv_tsb_visit(&v, harvest_leaf);",
            "\treturn pv_tsb_visit(&v, harvest_leaf);",
            "marks.*"),
        "unmaps, and no sync knows": (
            "\tpv_tsb_stale(space, va.v, size);\n\treturn pv_tsb_visit(&v, take_leaf);",
            "\treturn pv_tsb_visit(&v, take_leaf);",
            "marks.*"),
        "harvests a part of a large page, and no sync knows": (
            "\t\tpv_tsb_stale(v->space, large_start(v->va), pv_tsb_span(2));\n",
            "\t\t;\n",
            "record.large*"),
        "makes one page of many": (" + (uint64_t)i * PV_PAGE_SIZE", "", "space.large*"),
        "keeps the large page beside its pieces": (
            "\t\tpv_tsb_flush(v->space, start, start + (pv_tsb_span(2) - 1));\n",
            "\t\t(void)start;\n",
            "record.*"),
        "forgets the marks in protect": (
            "\t\t(void)change(at, DECIDED, v->bits);",
            "\t\t(void)change(at, DECIDED | ACCESSED, v->bits);",
            "space.protect*"),
        "tells of a large page by its piece": (
            "pv_va(at->level > 1 ? large_start(v->va) : v->va)",
            "pv_va(v->va)",
            "record.large*"),
    }),
    "contexts": ("backends/common/tsb/space.c", {"sparc64-sun4v": "backends/common/tsb/space.c"}, {
        "begins again in the same generation": ("\t\tpv_tsb_generation++;\n", "", "record.contexts*"),
        "begins again with the buffer as it is": ("\t\tpv_tsb_wipe();\n", "", "record.contexts*"),
        "begins again with TLBs as they are": ("\t\tpv_tsb_machine->demap_all();\n", "", "record.contexts*"),
        "gives a context to everyone": ("\treturn next_context++;", "\treturn next_context;", "space.two*"),
        "keeps the last space's context": ("\tpv_tsb_machine->context_set(context);\n", "", "space.two*"),
        "keeps the last space's record": (
            "\tcpu->hv_area[0] = space != NULL ? space->root.v : 0;\n",
            "",
            "space.two*"),
        "leaks what is below": ("\t\t\ttree_retire(space, at.entry, level - 1);\n", "\t\t\t;\n", "space.many*"),
    }),
    "mmu-sun4u": ("backends/native/sparc64/mmu.c", {"sparc64-sun4u": "backends/native/sparc64/mmu.c"}, {
        "has everything writable": (
            "\tif ((flags & PV_PROT_WRITE) != 0)\n\t\ttte |= TTE_W;",
            "\ttte |= TTE_W;",
            "user.constant*"),
        "has everything for programs": ("\tif ((flags & PV_PROT_USER) == 0)\n\t\ttte |= TTE_P;", "", "entry.*"),
        "has everything executable": ("((flags & PV_PROT_EXEC) != 0 ? TTE_EXEC : 0)", "TTE_EXEC", "user.data*"),
        "has pieces of large pages small": ("\t\ttte |= TTE_SIZE_4M;", "\t\t;", "record.large*"),
        "takes permanent ones along": (
            "(pv_native_is_permanent == NULL || !pv_native_is_permanent(va))",
            "va != ~0ul",
            "tlb.permanent*", DIES),
        "takes the image along": (
            "\t    va - PV_SPARC64_IMAGE >= PV_SPARC64_IMAGE_SIZE &&\n",
            "",
            "record.kernel*", DIES),
        "leaves the kernel's data": ("\t\tif (is_kernels(data))", "\t\tif (data == ~0ul)", "record.kernel*"),
        "leaves the kernel's code": ("\t\tif (is_kernels(code))", "\t\tif (code == ~0ul)", "record.kernel*"),
        "forgets half of the contexts": (
            "context < PV_TSB_CONTEXTS; context++",
            "context < PV_TSB_CONTEXTS / 2; context++",
            "tlb.contexts*"),
        "forgets another context": (
            "pv_native_demap(DEMAP_CONTEXT | DEMAP_PRIMARY, context);",
            "pv_native_demap(DEMAP_CONTEXT | DEMAP_PRIMARY, context > 1 ? context - 1 : 1);",
            "tlb.contexts*"),
    }),
    "demap-sun4u": ("backends/native/sparc64/start.S", {"sparc64-sun4u": "backends/native/sparc64/start.S"}, {
        "leaves code": ("\tstxa\t%g0, [%o0]ASI_IMMU_DEMAP\n", "", "record.kernel*"),
        "leaves data": (
            "\tstxa\t%g0, [%o0]ASI_DMMU_DEMAP\n\tstxa\t%g0, [%o0]ASI_IMMU_DEMAP",
            "\tstxa\t%g0, [%o0]ASI_IMMU_DEMAP",
            "space.sync*"),
        "demaps in the context that runs": ("\tstxa\t%o1, [%o2]ASI_DMMU\n", "", "space.sync*"),
        "stays in the other context": ("\tstxa\t%o3, [%o2]ASI_DMMU\n", "", "space.sync*", DIES),
        "loads code where data was meant": (
            "\tandcc\t%o2, 1, %g0\n\tbz,pn\t%icc, 1f\n",
            "\tandcc\t%o2, 1, %g0\n\tba,pn\t%icc, 1f\n",
            "tlb.*", DIES),
    }),
    "tlb-sun4u": ("backends/native/sparc64/tlb.c", {"sparc64-sun4u": "backends/native/sparc64/tlb.c"}, {
        "locks nothing": ("tte_make(pa, size, flags) | TTE_L", "tte_make(pa, size, flags)", "tlb.permanent*"),
        "leaves what a permanent one is over": (
            "\tpv_native_demap_context(0);\n\tp->va",
            "\tp->va",
            "tlb.permanent*"),
        "uses another buffer than it says": (
            "uint64_t reg = (uintptr_t)buffer;",
            "uint64_t reg = (uintptr_t)pv_tsb_buffer;",
            "tlb.buffer*"),
        "has the buffer of one size": ("\t\treg++;\n", "\t\t;\n", "tlb.buffer*"),
        "has all buffers large": ("n < entries; n *= 2", "n < PV_TSB_ENTRIES; n *= 2", "tlb.buffer*", DIES),
        "keeps old entries in its own buffer": ("\t\tpv_tsb_wipe();\n", "", "tlb.kernel*"),
        "changes libpv's buffer alone": (
            "\tpv_tsb_current.buffer = buffer;\n\tpv_tsb_current.entries = entries;\n",
            "",
            "tlb.kernel*"),
        "has code's misses in the old buffer": ("\\n\\tstxa %0, [%1] 0x50", "", "tlb.kernel*"),
    }),
    "rtc": ("backends/native/sparc64/rtc.c", {"sparc64-sun4u": "backends/native/sparc64/rtc.c"}, {
        "counts from another year": ("#define YEAR_0\t\t1968u", "#define YEAR_0\t\t1970u", "device.date*"),
        "writes days that the month before does not have": ("\tput(DAY, 1);\n", "", "device.date*"),
        "writes no year": ("\tput(YEAR, bcd(year - YEAR_0));\n", "", "device.date*"),
        "takes hours for minutes": ("number(value[MINUTES]", "number(value[HOURS]", "device.date*"),
    }),
    "mmu-sun4v": ("backends/sun4v/sparc64/mmu.c", {"sparc64-sun4v": "backends/sun4v/sparc64/mmu.c"}, {
        "has everything writable": (
            "\tif ((flags & PV_PROT_WRITE) != 0)\n\t\ttte |= TTE_W;",
            "\ttte |= TTE_W;",
            "user.constant*"),
        "has everything for programs": ("\tif ((flags & PV_PROT_USER) == 0)\n\t\ttte |= TTE_P;", "", "entry.*"),
        "has everything executable": ("((flags & PV_PROT_EXEC) != 0 ? TTE_X : 0)", "TTE_X", "user.data*"),
        "has pieces of large pages small": ("\t\ttte |= TTE_4M;", "\t\t;", "record.large*"),
        "leaves code, page by page": (
            "va, context, PV_SUN4V_MMU_BOTH", "va, context, PV_SUN4V_MMU_DATA", "record.kernel*"),
        "leaves data, by context": (
            "0, 0, context, PV_SUN4V_MMU_BOTH",
            "0, 0, context, PV_SUN4V_MMU_BOTH & ~PV_SUN4V_MMU_DATA",
            "record.ranges*"),
        "leaves code of all contexts": (
            "0, 0, PV_SUN4V_MMU_BOTH, 0, 0, NULL",
            "0, 0, PV_SUN4V_MMU_BOTH & ~PV_SUN4V_MMU_DATA, 0, 0, NULL",
            "tlb.contexts*"),
        "has no buffer for programs": (
            "\treturn s == PV_OK ? pv_sun4v_buffer_set(\"mmu.init\", all, PV_TSB_ENTRIES, sizes) : s;",
            "\treturn s;",
            "user.*", DIES),
    }),
    "tlb-sun4v": ("backends/sun4v/sparc64/tlb.c", {"sparc64-sun4v": "backends/sun4v/sparc64/tlb.c"}, {
        "takes an address for a real one": (
            "pa = pv_pa(p->pa + ((uintptr_t)base - p->va));",
            "pa = pv_pa((uintptr_t)base);",
            "tlb.buffer*"),
        "stays with the kernel's buffer": (
            "\tif (buffer == NULL)\n\t\tentries = PV_TSB_ENTRIES;\n",
            "\tif (buffer == NULL)\n\t\treturn PV_OK;\n",
            "tlb.*", DIES),
        "leaves what a permanent one is over": (
            "\tpv_sun4v_demap_context(0);\n\tp->which",
            "\tp->which",
            "tlb.permanent*"),
    }),
}
