/*
 * The guest of xen_host.h. Compile with -mstackrealign: sites do not align the stack.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <asm/prctl.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "xen_host.h"
#include "../../backends/xen/refuse.h"
#include "../../backends/xen/xen.h"

#define CPU_PAGE	1u
#define POOL		(XH_DATA + XH_DATA_PAGES)	/* page_alloc's */
#define LENT		3900u		/* pages of this program */

struct xh xh;
struct pv_ops pv_ops;
const struct xen_start_info *pv_xen_start_info = &xm_start_info;
struct xen_shared_info *pv_xen_shared;
pv_irq_state pv_irq_state_mask = 0xff, pv_irq_state_open;
const char pv_xen_hypercall_page[4096];	/* nobody goes there */
static struct pv_hooks hooks;
static bool used[XM_PAGES];
static uintptr_t lent[16];
static unsigned nr_lent;
static uintptr_t next_va;

/* -- the kernel's hooks ------------------------------------------------------------- */

static pv_status
page_alloc(void *context, pv_paddr *frame)
{
	(void)context;
	if (xh.fail_page != 0 && --xh.fail_page == 0)
		return PV_E_NOMEM;
	for (unsigned n = POOL; n < LENT; n++) {
		if (used[n])
			continue;
		used[n] = true;
		xh.pages_used++;
		*frame = pv_pa((uint64_t)n * 4096);
		memset((void *)(XM_DIRECT + n * 4096ul), 0, 4096);
		return PV_OK;
	}
	return PV_E_NOMEM;
}

/* What comes back may be written: if it is a table still, this faults. */
static void
page_free(void *context, pv_paddr frame)
{
	unsigned n = (unsigned)(frame.v / 4096);

	(void)context;
	ck_assert_msg(n < XM_PAGES && used[n], "page %u given back, but not taken", n);
	memset((void *)(XM_DIRECT + n * 4096ul), 0xcc, 4096);
	used[n] = false;
	xh.pages_used--;
}

static void *
phys_to_virt(void *context, pv_paddr pa)
{
	(void)context;
	return pa.v < XM_PAGES * 4096ull ? (void *)(XM_DIRECT + (uintptr_t)pa.v) : NULL;
}

static pv_status
virt_to_phys(void *context, const volatile void *va, pv_paddr *pa)
{
	(void)context;
	*pa = pv_pa((uintptr_t)va - XM_DIRECT);
	return pa->v < XM_PAGES * 4096ull ? PV_OK : PV_E_FAULT;
}

static pv_status
va_alloc(void *context, uintptr_t size, pv_vaddr *va)
{
	(void)context;
	if (next_va + size > XM_DIRECT + XM_VIEW * 4096ul)
		return PV_E_NOMEM;
	*va = pv_va(next_va);
	next_va += size;
	return PV_OK;
}

static void
va_free(void *context, pv_vaddr va, uintptr_t size)
{
	(void)context;
	if (va.v + size == next_va)
		next_va = va.v;
}

const struct pv_hooks *
pv_hooks_get(void)
{
	return &hooks;
}

/* -- the rest of the library ----------------------------------------------------------- */

bool
pv_has(enum pv_cap cap)
{
	return cap == PV_CAP_PARAVIRT || cap == PV_CAP_DIRECT_TABLES || cap == PV_CAP_SPLIT_ROOTS || cap == PV_CAP_NX;
}

const struct pv_backend *
pv_backend_now(void)
{
	return NULL;
}

void
pv_log(const char *format, ...)
{
	size_t at = strlen(xh.said);
	va_list ap;

	va_start(ap, format);
	vsnprintf(xh.said + at, sizeof(xh.said) - at, format, ap);
	va_end(ap);
}

void
pv_panic(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(xh.panic, sizeof(xh.panic), format, ap);
	va_end(ap);
	if (xh.expect_panic)
		longjmp(xh.panicked, 1);
	fprintf(stderr, "panic: %s\n", xh.panic);
	ck_abort_msg("panic: %s", xh.panic);
	abort();
}

/*
 * A page of this program becomes one of the guest's: its frame is shown where it was. Such pages are
 * taken from below the tables. For programs that do without p2m.c.
 */
__attribute__((weak)) unsigned long
pv_xen_mfn_of(const volatile void *va)
{
	uintptr_t page = (uintptr_t)va & ~4095ul;
	unsigned n;

	if ((uintptr_t)va - XM_DIRECT < XM_PAGES * 4096ul)
		return xm.p2m[((uintptr_t)va - XM_DIRECT) / 4096];
	for (n = 0; n < nr_lent && lent[n] != page; n++)
		continue;
	ck_assert_uint_lt(n, sizeof(lent) / sizeof(lent[0]));
	if (n == nr_lent) {
		lent[nr_lent++] = page;
		xm_lend(xm.p2m[LENT + n], page);
	}
	return xm.p2m[LENT + n];
}

/* -- start ----------------------------------------------------------------------------------- */

/* Nothing is bound: what the move of vcpu_info made pending is looked at, and that was it. */
static void
upcall_nothing(void)
{
	xm.info->pending = 0;
	xm.info->pending_sel = 0;
}

void
xh_start(void)
{
	struct pv_cpu *cpu = (struct pv_cpu *)(XM_DIRECT + CPU_PAGE * 4096ul);
	struct xen_register_vcpu_info info = {
		.offset = (uint32_t)__builtin_offsetof(struct pv_cpu, hv_area),
	};
	struct pv_refusal r;

	xm_start();
	xm.upcall = upcall_nothing;
	pv_xen_shared = xm_shared;
	memset(&xh, 0, sizeof(xh));
	memset(used, 0, sizeof(used));
	next_va = XM_DIRECT + XM_PAGES * 4096ul;
	memset(cpu, 0, sizeof(*cpu));
	cpu->self = cpu;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, cpu), 0);
	info.mfn = xm.p2m[CPU_PAGE];
	ck_assert_int_eq(pv_xen_call(XEN_VCPU_OP, XEN_VCPUOP_REGISTER_INFO, 0, (unsigned long)&info, 0), 0);
	pv_ops.isa.irq_save = pv_xen_irq_save;
	pv_ops.isa.irq_disable = pv_xen_irq_disable;
	pv_ops.isa.irq_enable = pv_xen_irq_enable;
	pv_ops.isa.irq_restore = pv_xen_irq_restore;
	pv_ops.isa.irq_read = pv_xen_irq_read;
	hooks = (struct pv_hooks){ .size = sizeof(hooks), .page_alloc = page_alloc, .page_free = page_free,
		.phys_to_virt = phys_to_virt, .virt_to_phys = virt_to_phys, .va_alloc = va_alloc,
		.va_free = va_free };
	while (pv_refusal_get(&r))
		continue;
	pv_irq_enable();
}

void
xh_check(const char *when)
{
	const char *wrong = xm_audit();

	ck_assert_msg(wrong == NULL, "%s: %s", when, wrong);
}

bool
xh_refused(pv_status (*run)(void), unsigned n, pv_status *s, bool *panicked)
{
	xm.refused.ordered = false;
	xm.refuse_with = -XEN_ENOMEM;
	xm.refuse_at = n;
	xh.expect_panic = true;
	*panicked = true;
	*s = PV_E_REFUSED;
	if (setjmp(xh.panicked) == 0) {
		*s = run();
		*panicked = false;
	}
	xh.expect_panic = false;
	xm.refuse_at = 0;
	return xm.refused.ordered;
}

void
xh_check_record(const char *what, unsigned n)
{
	unsigned cmd = xm.refused.nr == XEN_MMUEXT_OP ? (unsigned)xm.refused.arg[2] : (unsigned)xm.refused.arg[0];
	struct pv_refusal r;

	ck_assert_msg(pv_refusal_get(&r), "%s, request %u refused: no record", what, n);
	ck_assert_str_eq(r.call, pv_xen_call_name(xm.refused.nr, cmd));
	ck_assert_str_ne(r.call, "?");
	ck_assert_str_eq(r.code_name, "ENOMEM");
	ck_assert_int_eq(r.code, -XEN_ENOMEM);
	ck_assert_uint_eq(r.arg[0], xm.refused.arg[0]);
	ck_assert_uint_eq(r.arg[1], xm.refused.arg[1]);
	ck_assert_ptr_nonnull(r.op);
}
