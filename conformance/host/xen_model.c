/*
 * The model hypervisor's front: where hypercalls come in, what a test orders to be
 * refused, calls in lists, the guest as the domain builder leaves it, and an audit.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xen_model.h"

#define FIRST_MFN	1024u		/* of the guest's; those below are others' */
#define NR_TABLES	(3 + XM_VIEW / 512)

struct xm xm;
struct xen_start_info xm_start_info;
struct xen_shared_info *xm_shared;

/*
 * The kernel's side is compiled without vector registers, and its call sites count on what others
 * keep: the stack need not be aligned here, and all of the unit's state is kept.
 */
__asm__(".text\n\t.globl pv_xen_call\n\t.type pv_xen_call, @function\npv_xen_call:\n"
    "\tpush %rbp\n\tmov %rsp, %rbp\n\tsub $576, %rsp\n\tand $-64, %rsp\n\tfxsave64 (%rsp)\n"
    "\tcall xm_hypercall\n\tfxrstor64 (%rsp)\n\tleave\n\tret\n");
long xm_hypercall(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/* -- requests --------------------------------------------------------------------------- */

long
xm_request(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	if (xm.between != NULL)
		xm.between();
	xm.requests++;
	if (xm.refuse_at == 0 || (xm.refuse_only >= 0 && (unsigned)xm.refuse_only != nr) || --xm.refuse_at != 0)
		return 0;
	if (xm.refuse_on)
		xm.refuse_at = 1;
	xm.refused.nr = nr;
	xm.refused.arg[0] = a;
	xm.refused.arg[1] = b;
	xm.refused.arg[2] = c;
	xm.refused.arg[3] = d;
	xm.refused.code = xm.refuse_with;
	xm.refused.ordered = true;
	return xm.refuse_with;
}

static long
xen_version(unsigned long cmd, unsigned long arg, unsigned long c, unsigned long d)
{
	struct xen_feature_info *info = (struct xen_feature_info *)arg;

	(void)c;
	(void)d;
	if (cmd == XEN_VER_VERSION)
		return 4 << 16 | 17;
	if (cmd == XEN_VER_PAGESIZE)
		return 4096;
	if (cmd != XEN_VER_GET_FEATURES && cmd != XEN_VER_PLATFORM_PARAMETERS)
		return -XEN_ENOSYS;
	if (xm_bad(info))
		return -XEN_EFAULT;
	if (cmd == XEN_VER_PLATFORM_PARAMETERS) {
		((struct xen_platform_parameters *)arg)->virt_start = XEN_HOLE_START;
		return 0;
	}
	if (info->submap_idx != 0)
		return -XEN_EINVAL;
	info->submap = 0x228f0;
	return 0;
}

static long
console_io(unsigned long cmd, unsigned long count, unsigned long buffer, unsigned long d)
{
	const char *text = (const char *)buffer;
	size_t used = strlen(xm.said);
	unsigned n;

	(void)d;
	if (cmd == XEN_CONSOLEIO_WRITE) {
		if (xm_bad(text))
			return -XEN_EFAULT;
		for (n = 0; n < count && used < sizeof(xm.said) - 1; n++)
			xm.said[used++] = text[n];
		return 0;
	}
	if (cmd != XEN_CONSOLEIO_READ)
		return -XEN_ENOSYS;
	if (count > 0x7fffffff)
		return -XEN_E2BIG;
	for (n = 0; n < count && xm.input[n] != '\0'; n++)
		((char *)buffer)[n] = xm.input[n];
	memmove(xm.input, xm.input + n, sizeof(xm.input) - n);
	return n;
}

static long
vm_assist(unsigned long cmd, unsigned long type, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	if (type != XEN_VMASST_TYPE_WRITABLE_PAGETABLES && type != XEN_VMASST_TYPE_ARCHITECTURAL_IOPL &&
	    type != XEN_VMASST_TYPE_RUNSTATE_UPDATE_FLAG && type != XEN_VMASST_TYPE_M2P_STRICT &&
	    type != XEN_VMASST_TYPE_PAE_EXTENDED_CR3 && type > XEN_VMASST_TYPE_4GB_SEGMENTS_NOTIFY)
		return -XEN_EINVAL;
	if (cmd == XEN_VMASST_CMD_ENABLE)
		xm.assists |= 1u << (type & 31);
	else if (cmd == XEN_VMASST_CMD_DISABLE)
		xm.assists &= ~(1u << (type & 31));
	else
		return -XEN_ENOSYS;
	return 0;
}

static long
platform_op(unsigned long arg, unsigned long b, unsigned long c, unsigned long d)
{
	const struct xen_platform_op *op = (const struct xen_platform_op *)arg;

	(void)b;
	(void)c;
	(void)d;
	if (xm_bad(op))
		return -XEN_EFAULT;
	if (op->interface_version != XEN_PF_INTERFACE_VERSION)
		return -XEN_EACCES;
	if (op->cmd != XEN_PF_SETTIME64)
		return op->cmd == XEN_PF_SETTIME32 ? 0 : -XEN_ENOSYS;
	if (op->u.settime64.mbz != 0)
		return -XEN_EINVAL;
	xm_shared->wc_version++;
	xm_shared->wc_sec = (uint32_t)op->u.settime64.secs;
	xm_shared->wc_nsec = op->u.settime64.nsecs;
	xm_shared->wc_version++;
	return 0;
}

static xm_call *const calls[64] = {
	[XEN_SET_TRAP_TABLE] = xm_set_trap_table, [XEN_MMU_UPDATE] = xm_mmu_update, [XEN_SET_GDT] = xm_set_gdt,
	[XEN_STACK_SWITCH] = xm_stack_switch, [XEN_SET_CALLBACKS] = xm_set_callbacks,
	[XEN_FPU_TASKSWITCH] = xm_fpu_taskswitch, [XEN_PLATFORM_OP] = platform_op,
	[XEN_SET_DEBUGREG] = xm_set_debugreg, [XEN_GET_DEBUGREG] = xm_get_debugreg,
	[XEN_UPDATE_DESCRIPTOR] = xm_update_descriptor, [XEN_MEMORY_OP] = xm_memory_op,
	[XEN_UPDATE_VA_MAPPING] = xm_update_va, [XEN_SET_TIMER_OP] = xm_set_timer, [XEN_XEN_VERSION] = xen_version,
	[XEN_CONSOLE_IO] = console_io, [XEN_GRANT_TABLE_OP] = xm_grant_op, [XEN_VM_ASSIST] = vm_assist,
	[XEN_UPDATE_VA_MAPPING_OTHERDOMAIN] = xm_update_va_other, [XEN_VCPU_OP] = xm_vcpu_op,
	[XEN_SET_SEGMENT_BASE] = xm_set_segment_base, [XEN_MMUEXT_OP] = xm_mmuext_op, [XEN_NMI_OP] = xm_nmi_op,
	[XEN_SCHED_OP] = xm_sched_op, [XEN_CALLBACK_OP] = xm_callback_op, [XEN_EVENT_CHANNEL_OP] = xm_event_op,
	[XEN_PHYSDEV_OP] = xm_physdev_op,
};

static long
one_call(unsigned long nr, const unsigned long *arg)
{
	long result;

	if (nr >= 64 || calls[nr] == NULL)
		return -XEN_ENOSYS;
	xm.by_number[nr]++;
	/* Lists ask for each of their entries. */
	if (nr != XEN_MMU_UPDATE && nr != XEN_MMUEXT_OP) {
		result = xm_request((unsigned)nr, arg[0], arg[1], arg[2], arg[3]);
		if (result != 0)
			return result;
	}
	return calls[nr](arg[0], arg[1], arg[2], arg[3]);
}

/* Entries that fail do not keep the others from being made. */
static long
multicall(unsigned long list, unsigned long nr)
{
	struct xen_multicall_entry *entry = (struct xen_multicall_entry *)list;

	if (xm_bad(entry))
		return -XEN_EFAULT;
	if (xm.refuse_multicall) {
		xm.refuse_multicall = false;
		return -XEN_EFAULT;
	}
	xm.by_number[XEN_MULTICALL]++;
	for (unsigned long i = 0; i < nr; i++) {
		unsigned long op = entry[i].op, arg[6];

		memcpy(arg, entry[i].args, sizeof(arg));
		/* Only the result may be relied on. */
		memset(&entry[i], 0xaa, sizeof(entry[i]));
		entry[i].result = (unsigned long)(op == XEN_MULTICALL ? -XEN_EINVAL : one_call(op, arg));
	}
	return 0;
}

__attribute__((used)) long
xm_hypercall(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	unsigned long arg[4] = { a, b, c, d };
	long result;

	xm.calls++;
	result = nr == XEN_MULTICALL ? multicall(a, b) : one_call(nr, arg);
	if (result < 0 && !xm.refused.ordered) {
		xm.refused.nr = nr;
		memcpy(xm.refused.arg, arg, sizeof(arg));
		xm.refused.code = result;
	}
	/* On the way back to the guest. */
	xm_deliver();
	return result;
}

/* -- the guest as the domain builder leaves it ---------------------------------------------- */

static unsigned long
page_frame(unsigned long page)
{
	return FIRST_MFN + (page * 2617) % (XM_FRAMES - FIRST_MFN - XM_GRANTS);
}

static void
own_pages(void)
{
	memset(xm.m2p, 0x55, sizeof(xm.m2p));
	for (unsigned long n = 0; n < FIRST_MFN; n++)
		xm.frame[n].owner = n < 512 ? XM_XEN : XM_NOBODY;
	for (unsigned long n = 0; n < XM_PAGES; n++) {
		unsigned long mfn = page_frame(n);

		if (xm.frame[mfn].owner != XM_NOBODY)
			abort();
		xm.frame[mfn] = (struct xm_frame){ .owner = XM_GUEST, .refs = 1 };
		xm.p2m[n] = mfn;
		xm.m2p[mfn] = n;
	}
	xm.pages = XM_PAGES;
}

/* The last pages are the tables: root, and one chain down to leaf tables for all of the view. */
static void
build_tables(void)
{
	unsigned long first = XM_PAGES - NR_TABLES;
	uint64_t *root = xm_at(xm.p2m[first]), *l3 = xm_at(xm.p2m[first + 1]), *l2 = xm_at(xm.p2m[first + 2]);

	root[(XM_DIRECT >> 39) & 511] = (uint64_t)xm.p2m[first + 1] << 12 | 0x67;
	l3[(XM_DIRECT >> 30) & 511] = (uint64_t)xm.p2m[first + 2] << 12 | 0x67;
	for (unsigned i = 0; i < XM_VIEW / 512; i++) {
		uint64_t *l1 = xm_at(xm.p2m[first + 3 + i]);

		l2[((XM_DIRECT >> 21) & 511) + i] = (uint64_t)xm.p2m[first + 3 + i] << 12 | 0x67;
		for (unsigned j = 0; j < 512 && i * 512 + j < XM_PAGES; j++) {
			unsigned long page = i * 512 + j;

			l1[j] = (uint64_t)xm.p2m[page] << 12 | 0x61 | 1ull << 63 | (page < first ? XM_W : 0);
		}
	}
	/* The builder pins the root, and the CPU runs on it. */
	xm.root = xm.root_at_boot = xm.p2m[first];
	if (xm_type_get(xm_get(xm.root), XM_L4) != 0 || xm_type_get(xm_get(xm.root), XM_L4) != 0)
		abort();
	xm.frame[xm.root].pinned = true;
}

void
xm_start(void)
{
	xm_view_init();
	memset(&xm, 0, sizeof(xm));
	memset(&xm_start_info, 0, sizeof(xm_start_info));
	xm.refuse_only = -1;
	xm.refuse_with = -XEN_EINVAL;
	xm.shut_down = -1;
	xm.now = 1000000000;
	xm.valid_ports = 64;
	for (unsigned i = 0; i < 16; i++)
		xm.pin[i] = 0x30 + i;
	own_pages();
	build_tables();
	xm_view_all();

	/* A page of Xen's; the guest sees it at its own address here. */
	xm_shared = xm_at(1);
	memset(xm_shared, 0, 4096);
	xm.info = &xm_shared->vcpu[0];
	xm.info->mask = 1;
	xm_shared->wc_version = 2;
	xm_shared->wc_sec = 1700000000;
	xm_advance(0);

	memcpy(xm_start_info.magic, "xen-3.0-x86_64p", 16);
	xm_start_info.nr_pages = XM_PAGES;
	xm_start_info.shared_info = 1 << 12;
	xm_start_info.flags = XEN_SIF_PRIVILEGED | XEN_SIF_INITDOMAIN;
	xm_start_info.mfn_list = (unsigned long)xm.p2m;
	xm_start_info.pt_base = XM_DIRECT + (XM_PAGES - NR_TABLES) * 4096ul;
	xm_start_info.nr_pt_frames = NR_TABLES;
}

/* -- what tests ask --------------------------------------------------------------------------- */

static uint64_t
mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3ull;
}

uint64_t
xm_hash(void)
{
	uint64_t hash = mix(xm.root, xm.user_root);

	for (unsigned long n = 0; n < XM_FRAMES; n++) {
		const struct xm_frame *f = &xm.frame[n];
		bool table = f->types > 0 && f->type <= XM_DESC && f->type != XM_NONE;

		hash = mix(hash, f->owner | (f->types > 0 ? f->type << 4u : 0) | (uint64_t)f->pinned << 8 |
		    (uint64_t)f->types << 16 | (uint64_t)f->refs << 40);
		for (unsigned i = 0; table && i < 512; i++)
			hash = mix(hash, ((const uint64_t *)xm_at(n))[i]);
	}
	for (unsigned n = 0; n < xm.valid_ports; n++)
		hash = mix(hash, xm.port[n].state | xm.port[n].which << 8);
	return hash;
}

static char audit_text[120];

static const char *
audit_failed(unsigned long mfn, const char *what, unsigned is, unsigned should)
{
	snprintf(audit_text, sizeof(audit_text), "frame 0x%lx: %s %u, should be %u", mfn, what, is, should);
	return audit_text;
}

static unsigned counted_types[XM_FRAMES], counted_refs[XM_FRAMES];

static void
count_table(unsigned long mfn)
{
	const uint64_t *entry = xm_at(mfn);
	enum xm_type level = xm.frame[mfn].type;

	for (unsigned i = 0; i < 512; i++) {
		unsigned long to = xm_mfn(entry[i]);

		if ((entry[i] & XM_P) == 0 || to >= XM_FRAMES || (level == XM_L4 && i >= 256 && i < 272))
			continue;
		if (level > XM_L1 && to == mfn)
			continue;
		counted_refs[to]++;
		counted_types[to] += level > XM_L1 || (entry[i] & XM_W) != 0;
	}
}

static void
count_one(unsigned long mfn)
{
	counted_types[mfn]++;
	counted_refs[mfn]++;
}

const char *
xm_audit(void)
{
	memset(counted_types, 0, sizeof(counted_types));
	memset(counted_refs, 0, sizeof(counted_refs));
	for (unsigned long n = 0; n < XM_FRAMES; n++) {
		const struct xm_frame *f = &xm.frame[n];

		if (f->types > 0 && f->valid && f->type <= XM_L4)
			count_table(n);
		if (f->pinned)
			count_one(n);
	}
	count_one(xm.root);
	if (xm.user_root != 0)
		count_one(xm.user_root);
	for (unsigned i = 0; i < 16; i++) {
		if (xm.ldt_seen[i] != 0)
			count_one(xm.ldt_seen[i]);
		if (i < (xm.gdt_entries + 511) / 512)
			count_one(xm.gdt[i]);
	}
	if (xm.info_moved)
		count_one((unsigned long)((const char *)xm.info - (const char *)xm_at(0)) / 4096);
	if (xm.control != NULL)
		count_one((unsigned long)((const char *)xm.control - (const char *)xm_at(0)) / 4096);
	for (unsigned i = 0; i < xm.array_pages; i++)
		count_one((unsigned long)((const char *)xm.array[i] - (const char *)xm_at(0)) / 4096);
	for (unsigned i = 0; i < xm.grant_frames; i++)
		counted_types[xm.grant_frame[i]]++;
	for (unsigned long n = 0; n < XM_FRAMES; n++) {
		const struct xm_frame *f = &xm.frame[n];

		if (f->owner != XM_GUEST)
			continue;
		if (f->types != counted_types[n])
			return audit_failed(n, "uses of its type", f->types, counted_types[n]);
		if (f->refs != counted_refs[n] + (xm.m2p[n] != ~0ul))
			return audit_failed(n, "references", f->refs, counted_refs[n] + 1);
	}
	return NULL;
}
