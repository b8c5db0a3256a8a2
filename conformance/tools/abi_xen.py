"""Xen's interface as backends/xen defines it against Xen's own headers, for each instruction set: every constant, and
size and offset of every structure and member. What our headers define is read from them, so nothing that is added
stays out of the comparison.

SPDX-License-Identifier: BSD-2-Clause
"""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from abi_common import GCC, HEADERS, TOP, in_parallel, without_comments

OURS = TOP / "backends/xen"
XEN_ISAS = ("x86_64", "i386")
FILES = ("abi.h", "abi_ops.h", "abi_io.h")  # and <isa>/abi_isa.h
XEN_HEADERS = ("xen.h", "errno.h", "elfnote.h", "version.h", "features.h", "arch-x86/cpuid.h", "callback.h", "nmi.h",
               "vcpu.h", "event_channel.h", "sched.h", "physdev.h", "memory.h", "platform.h", "grant_table.h",
               "io/console.h", "io/xs_wire.h", "hvm/hvm_op.h", "hvm/params.h")
VERSION = "0x00040e00"  # of the interface: older ones have other layouts
INCLUDES = "#include <stdint.h>\n#include <stddef.h>\n" + "".join(f"#include <xen/{h}>\n" for h in XEN_HEADERS)

# Constants that are not called as Xen calls them: an expression of Xen's. "": ours alone, nothing to compare with.
CONSTANTS = {
    "XEN_FLUSH_INVLPG_LOCAL": "UVMF_INVLPG | UVMF_LOCAL",
    "XEN_CALLBACK_REGISTER": "CALLBACKOP_register",
    "XEN_CALLBACK_UNREGISTER": "CALLBACKOP_unregister",
    **{f"XEN_CALLBACK_{t.upper()}": f"CALLBACKTYPE_{t}" for t in ("event", "failsafe", "syscall", "nmi", "sysenter",
                                                                  "syscall32")},
    "XEN_CALLBACK_MASK_EVENTS": "CALLBACKF_mask_events",
    "XEN_VCPUOP_REGISTER_RUNSTATE": "VCPUOP_register_runstate_memory_area",
    "XEN_VCPUOP_REGISTER_TIME": "VCPUOP_register_vcpu_time_memory_area",
    "XEN_VCPUOP_REGISTER_INFO": "VCPUOP_register_vcpu_info",
    "XEN_VCPUOP_SET_PERIODIC": "VCPUOP_set_periodic_timer",
    "XEN_VCPUOP_STOP_PERIODIC": "VCPUOP_stop_periodic_timer",
    "XEN_VCPUOP_SET_SINGLESHOT": "VCPUOP_set_singleshot_timer",
    "XEN_VCPUOP_STOP_SINGLESHOT": "VCPUOP_stop_singleshot_timer",
    "XEN_BIND_PIRQ_WILL_SHARE": "BIND_PIRQ__WILL_SHARE",
    "XEN_KERNEL_CS": "FLAT_KERNEL_CS",
    "XEN_KERNEL_DS": "FLAT_KERNEL_SS",
    "XEN_USER_CS": "FLAT_USER_CS",
    "XEN_USER_DS": "FLAT_USER_SS",
    "XEN_USER_CS32": "FLAT_USER_CS32",
    "XEN_HOLE_START": "__HYPERVISOR_VIRT_START",
    "XEN_HOLE_END": "__HYPERVISOR_VIRT_END",
    "XEN_M2P_START": "__MACH2PHYS_VIRT_START",
    "XEN_M2P_END": "__MACH2PHYS_VIRT_END",
    "XEN_EVTCHN_2L_NR_CHANNELS": "EVTCHN_2L_NR_CHANNELS",
    "XEN_ISA_VCPU_PAD": "sizeof(((struct arch_vcpu_info *)0)->pad) / sizeof(unsigned long)",
    "XEN_LONG_BITS": "8 * sizeof(xen_ulong_t)",
    "XEN_ISA_SHARED_INFO": "",  # members of a structure, compared there
}

# Structures: Xen's, and the members that Xen calls something else; None: no member of Xen's (padding).
STRUCTS = {
    "xen_vcpu_time": ("vcpu_time_info", {"pad": "pad0", "tsc": "tsc_timestamp", "mul": "tsc_to_system_mul",
                                         "shift": "tsc_shift"}),
    "xen_vcpu_info": ("vcpu_info", {"pending": "evtchn_upcall_pending", "mask": "evtchn_upcall_mask",
                                    "pending_sel": "evtchn_pending_sel", "cr2": "arch.cr2", "pad1": "arch.pad"}),
    "xen_shared_info": ("shared_info", {
        "vcpu": "vcpu_info", "wc_sec_hi": "xen_wc_sec_hi",
        **{m: f"arch.{m}" for m in ("max_pfn", "pfn_to_mfn_frame_list_list", "nmi_reason", "p2m_cr3", "p2m_vaddr",
                                    "p2m_generation")}}),
    "xen_start_info": ("start_info", {
        "args": "cmd_line", "console_mfn": "console.domU.mfn", "console_evtchn": "console.domU.evtchn",
        "console_info": "console.dom0.info_off", "console_info_size": "console.dom0.info_size"}),
    "xen_nmi_callback": ("xennmi_callback", {}),
    "xen_callback_unregister": ("callback_unregister", {"unused": "_unused"}),
    "xen_runstate_info": ("vcpu_runstate_info", {"entry_time": "state_entry_time"}),
    "xen_register_area": ("vcpu_register_runstate_memory_area", {"v": "addr.v", "p": "addr.p"}),
    "xen_set_periodic_timer": ("vcpu_set_periodic_timer", {}),
    "xen_set_singleshot_timer": ("vcpu_set_singleshot_timer", {}),
    "xen_register_vcpu_info": ("vcpu_register_vcpu_info", {"reserved": "rsvd"}),
    "xen_get_physid": ("vcpu_get_physid", {}),
    "xen_alloc_unbound": ("evtchn_alloc_unbound", {}),
    "xen_bind_interdomain": ("evtchn_bind_interdomain", {}),
    "xen_bind_virq": ("evtchn_bind_virq", {}),
    "xen_bind_pirq": ("evtchn_bind_pirq", {}),
    "xen_bind_ipi": ("evtchn_bind_ipi", {}),
    "xen_evtchn_port": ("evtchn_send", {}),
    "xen_evtchn_status": ("evtchn_status", {"remote_dom": "u.interdomain.dom", "remote_port": "u.interdomain.port",
                                            "pirq": "u.pirq", "virq": "u.virq"}),
    "xen_bind_vcpu": ("evtchn_bind_vcpu", {}),
    "xen_evtchn_reset": ("evtchn_reset", {}),
    "xen_init_control": ("evtchn_init_control", {"pad": "_pad"}),
    "xen_expand_array": ("evtchn_expand_array", {}),
    "xen_set_priority": ("evtchn_set_priority", {}),
    "xen_fifo_control": ("evtchn_fifo_control_block", {"reserved": "_rsvd"}),
    "xen_settime32": ("xenpf_settime32", {}),
    "xen_settime64": ("xenpf_settime64", {}),
    "xen_platform_op": ("xen_platform_op", {"settime32": "u.settime32", "settime64": "u.settime64", "pad": "u.pad"}),
    "xen_grant_entry": ("grant_entry_v1", {}),
    "xen_map_grant_ref": ("gnttab_map_grant_ref", {}),
    "xen_unmap_grant_ref": ("gnttab_unmap_grant_ref", {}),
    "xen_setup_table": ("gnttab_setup_table", {}),
    "xen_query_size": ("gnttab_query_size", {}),
    "xen_grant_copy_ptr": ("gnttab_copy_ptr", {"ref": "u.ref", "gmfn": "u.gmfn"}),
    "xen_grant_copy": ("gnttab_copy", {}),
    "xen_set_version": ("gnttab_set_version", {}),
    "xen_get_version": ("gnttab_get_version", {}),
    "xen_console_ring": ("xencons_interface", {}),
    "xen_store_ring": ("xenstore_domain_interface", {}),
    "xen_store_message": ("xsd_sockmsg", {}),
    "xen_hvm_upcall_vector": ("xen_hvm_evtchn_upcall_vector", {}),
    "xen_cpu_user_regs": ("cpu_user_regs", {f"pad{n}": f"_pad{n}" for n in range(7)}),
}
IN_UNIONS = {"xen_platform_op": "u.", "xen_grant_copy_ptr": "u."}  # unions that have a name in ours, too


def cases():
    jobs = [(isa, kind) for isa in XEN_ISAS for kind in ("ours", *DAMAGE)]
    yield from in_parallel(_case, jobs)


# What must not go unseen: text of our headers, what it becomes, and what is then said.
DAMAGE = {
    "wrong_number_is_seen": ("XEN_EVTCHNOP_SEND\t4", "XEN_EVTCHNOP_SEND\t5", "XEN_EVTCHNOP_SEND"),
    "wrong_error_is_seen": ("XEN_EBUSY\t\t16", "XEN_EBUSY\t\t17", "XEN_EBUSY"),
    "moved_member_is_seen": ("uint32_t port, vcpu;", "uint32_t vcpu, port;", "xen_bind_vcpu.vcpu"),
    "wrong_size_is_seen": ("char args[1024]", "char args[1032]", "size of struct xen_start_info"),
    "unknown_constant_is_seen": ("#define XEN_NR_VIRQS\t", "#define XEN_INVENTED\t1\n#define XEN_NR_VIRQS\t",
                                 "XEN_INVENTED: "),
    "unknown_structure_is_seen": ("struct xen_bind_ipi {", "struct xen_invented {\n\tint a;\n};\nstruct xen_bind_ipi {",
                                  "struct xen_invented: "),
}


def _case(job):
    isa, kind = job
    with tempfile.TemporaryDirectory(prefix="pv-abi-xen-") as scratch:
        ours = Path(scratch)
        for name in (*FILES, f"{isa}/abi_isa.h"):
            (ours / name).parent.mkdir(exist_ok=True)
            shutil.copy(OURS / name, ours / name)
        if kind == "ours":
            problems, number = _compare(isa, ours)
            return f"{isa}", problems, f"{number} comparisons"
        before, after, words = DAMAGE[kind]
        damaged = [n for n in FILES if before in (ours / n).read_text()]
        for name in damaged:
            (ours / name).write_text((ours / name).read_text().replace(before, after))
        problems, _number = _compare(isa, ours)
        wrong = [] if damaged else [f"nothing to damage: no header has {before!r}"]
        return f"{isa}.{kind}", wrong or ([] if any(words in p for p in problems)
                                                         else [f"{before!r} became {after!r}, and nobody said so"])


def _compare(isa, ours):
    """(problems, number of comparisons) of the headers in this folder."""
    text = "".join((ours / name).read_text() for name in (*FILES, f"{isa}/abi_isa.h"))
    problems, capture, check = [], [], []
    constants, structs = _constants(text), _structs(isa, ours)
    theirs = _their_names(isa)
    for name in constants:
        expression = CONSTANTS[name] if name in CONSTANTS else _find(name, theirs)
        if expression is None:
            problems.append(f"{name}: Xen's headers have nothing of that name, and CONSTANTS in abi_xen.py does not know it")
        elif expression:
            capture.append(f"static const unsigned long long said_{name} = (unsigned long long)({expression});")
            check.append(f'_Static_assert((unsigned long long)({name}) == VALUE_{name}, "{name}");')
    for name, members in structs.items():
        other, renamed = STRUCTS.get(name, (name[4:] if f"struct {name[4:]}" in theirs else name, {}))
        if f"struct {other}" not in theirs:
            problems.append(f"struct {name}: Xen's headers have no struct {other}; STRUCTS in abi_xen.py names another one")
            continue
        capture.append(f"static const unsigned long long said_size_{name} = sizeof(struct {other});")
        check.append(f'_Static_assert(sizeof(struct {name}) == VALUE_size_{name}, "size of struct {name}");')
        for member in members:
            their, our = renamed.get(member, member), IN_UNIONS.get(name, "") * (member in renamed) + member
            place = f"{name}_{member}"
            capture.append(f"static const unsigned long long said_at_{place} = __builtin_offsetof(struct {other}, {their});")
            capture.append(f"static const unsigned long long said_len_{place} = sizeof(((struct {other} *)0)->{their});")
            check.append(f'_Static_assert(__builtin_offsetof(struct {name}, {our}) == VALUE_at_{place}, "{name}.{member}");')
            check.append(f'_Static_assert(sizeof(((struct {name} *)0)->{our}) == VALUE_len_{place}, '
                         f'"size of {name}.{member}");')
    values, said = _values(isa, "\n".join(capture))
    defines = "".join(f"#define VALUE_{name} {value}ull\n" for name, value in values.items())
    done = _gcc(isa, ["-fsyntax-only", f"-I{HEADERS}", f"-I{ours}"],
                '#include "abi.h"\n' + defines + "\n".join(check) + "\n")
    return problems + said + _errors(done), len(check)


def _constants(text):
    return [m[1] for m in re.finditer(r"^#[ \t]*define (XEN_\w+)[ \t]+\S", without_comments(text), re.MULTILINE)
            if not re.match(r"XEN_(ISA_?_?|CALLBACK_AT)$", m[1])]


def _structs(isa, ours):
    """Our structures: name -> members, those of unions without a name among them."""
    done = _gcc(isa, ["-E", "-P", f"-I{HEADERS}", f"-I{ours}"], '#include "abi.h"\n')
    text = done.stdout
    found = {}
    for match in re.finditer(r"\bstruct (xen_\w+)\s*\{", text):
        depth, at = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        body = re.sub(r"\b(struct|union)\s*\{|\}\s*\w*\s*;", ";", text[match.end():at - 1])
        members = []
        for declaration in re.sub(r"\[[^;]*?\](?=[,;])", "", body).split(";"):
            words = declaration.strip()
            if words:
                first, *rest = words.split(",")
                members += [re.sub(r"\W", "", w) for w in [first.split()[-1], *rest]]
        found[match[1]] = members
    found.pop("xen_callback", None)  # a typedef: compared as a member of callback_register
    return found


def _their_names(isa):
    """Macros, enumerators and structures of Xen's headers."""
    macros = _gcc(isa, ["-dM", "-E"], INCLUDES).stdout
    text = _gcc(isa, ["-E", "-P"], INCLUDES).stdout
    names = set(re.findall(r"^#define (\w+) ", macros, re.MULTILINE))
    for body in re.findall(r"\benum \w+\s*\{(.*?)\}", text, re.DOTALL):
        names |= set(re.findall(r"\b[A-Z]\w+", body))
    return names | {f"struct {s}" for s in re.findall(r"\bstruct (\w+)\s*\{", text)}


def _find(name, theirs):
    """What Xen calls a constant of ours: with or without our prefix, a hypercall, or XEN and no underscore."""
    folded = {n.lower(): n for n in sorted(theirs)}
    rest = name[len("XEN_"):]
    for wanted in (name, f"__HYPERVISOR_{rest}", rest, f"XEN{rest}"):
        if wanted.lower() in folded:
            return folded[wanted.lower()]
    return None


def _values(isa, capture):
    """What Xen's headers say: name -> number, and what did not compile."""
    done = _gcc(isa, ["-S", "-O0", "-o", "-"], INCLUDES + "#define USED __attribute__((used))\n"
                + capture.replace("static const", "USED static const"))
    values = {}
    for name, words in re.findall(r"^said_(\w+):\n((?:\s+\.(?:quad|long|zero|value)\s+\S+\n)+)", done.stdout, re.MULTILINE):
        numbers = re.findall(r"\.(quad|long|zero)\s+(\S+)", words)
        values[name] = 0 if numbers[0][0] == "zero" else sum(
            (int(v) & (2 ** 64 - 1 if kind == "quad" else 2 ** 32 - 1)) << 32 * i for i, (kind, v) in enumerate(numbers))
    return values, _errors(done)


def _gcc(isa, words, source):
    flags = ["-std=gnu11", "-ffreestanding", "-w", f"-D__XEN_INTERFACE_VERSION__={VERSION}"]
    return subprocess.run([*GCC[isa], *flags, *words, "-xc", "-"], input=source, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def _errors(done):
    return [line.split("error: ")[1] for line in done.stderr.splitlines() if "error: " in line]
