/*
 * Calls into the sun4v hypervisor, and the agreement on API versions that must
 * come before most of them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"

static bool interrupts;

static const char *const error_names[] = {
	"EOK", "ENOCPU", "ENORADDR", "ENOINTR", "EBADPGSZ", "EBADTSB", "EINVAL", "EBADTRAP", "EBADALIGN",
	"EWOULDBLOCK", "ENOACCESS", "EIO", "ECPUERROR", "ENOTSUPPORTED", "ENOMAP", "ETOOMANY", "ECHANNEL",
	"EBUSY",
};

const char *
pv_sun4v_error_name(int64_t status)
{
	uint64_t n = (uint64_t)status;

	return n < sizeof(error_names) / sizeof(error_names[0]) ? error_names[n] : "?";
}

/* %o0 to %o5 are the call's; every other register survives. */
#define HCALL(trap)								\
	register uint64_t o0 __asm__("o0") = arg0;				\
	register uint64_t o1 __asm__("o1") = arg1;				\
	register uint64_t o2 __asm__("o2") = arg2;				\
	register uint64_t o3 __asm__("o3") = arg3;				\
	register uint64_t o4 __asm__("o4") = arg4;				\
	register uint64_t o5 __asm__("o5") = function;				\
										\
	__asm__ volatile("ta %6"						\
	    : "+r" (o0), "+r" (o1), "+r" (o2), "+r" (o3), "+r" (o4), "+r" (o5)	\
	    : "i" (trap) : "cc", "memory");					\
	pv_hypercalls++;							\
	if (result != NULL)							\
		*result = o1;							\
	return (int64_t)o0

int64_t
pv_sun4v_fast5(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t arg3, uint64_t arg4,
    uint64_t *result)
{
	HCALL(PV_SUN4V_FAST_TRAP);
}

int64_t
pv_sun4v_fast(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t *result)
{
	return pv_sun4v_fast5(function, arg0, arg1, 0, 0, 0, result);
}

int64_t
pv_sun4v_core(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t *result)
{
	uint64_t arg3 = 0, arg4 = 0;

	HCALL(PV_SUN4V_CORE_TRAP);
}

pv_status
pv_sun4v_refused(const char *op, const char *call_name, uint64_t arg, int64_t status)
{
	struct pv_refusal refusal = { .op = op, .call = call_name, .nr_args = 1, .index = -1 };

	refusal.arg[0] = arg;
	refusal.code = (long)status;
	refusal.code_name = pv_sun4v_error_name(status);
	if (status == PV_SUN4V_EBADTRAP)
		refusal.hint = "this hypervisor does not have the call, or its API group was not negotiated";
	pv_refuse(&refusal);
	return status == PV_SUN4V_EBADTRAP ? PV_E_ABSENT : PV_E_REFUSED;
}

/* -- refused before anything could be said ----------------------------------------- */

static struct {
	const char *call, *follows;
	int64_t status;
} notes[2];
static unsigned nr_notes;

void
pv_sun4v_note_refused(const char *call_name, int64_t status, const char *what_follows)
{
	if (nr_notes == sizeof(notes) / sizeof(notes[0]))
		return;
	notes[nr_notes].call = call_name;
	notes[nr_notes].follows = what_follows;
	notes[nr_notes++].status = status;
}

void
pv_sun4v_say_refused(void)
{
	for (unsigned i = 0; i < nr_notes; i++)
		pv_log("sun4v: %s: the hypervisor says %s: %s", notes[i].call, pv_sun4v_error_name(notes[i].status),
		    notes[i].follows);
	nr_notes = 0;
}

/* -- API versions ------------------------------------------------------------------- */

bool
pv_sun4v_has_interrupts(void)
{
	return interrupts;
}

/* Those by cookie are version 2. */
void
pv_sun4v_negotiate(void)
{
	int64_t status = pv_sun4v_core(PV_SUN4V_API_SET_VERSION, PV_SUN4V_GROUP_INTERRUPT, 2, 0, NULL);

	interrupts = status == PV_SUN4V_EOK;
	if (!interrupts)
		pv_sun4v_note_refused("API_SET_VERSION of group interrupt, 2.0", status,
		    "there are no interrupts of devices");
}
