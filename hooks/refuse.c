/*
 * The record of refusals. An image whose backends are never refused anything, and
 * whose kernel does not ask, is linked without it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

/* The first refusal since the last look is the one that explains; later ones follow from it. */
static struct pv_refusal refusals[PV_MAX_CPUS];
static bool refused[PV_MAX_CPUS];
static uint64_t nr_refusals;
uint64_t pv_hypercalls;
unsigned long pv_hypercalls_by[PV_HYPERCALL_NUMBERS];

bool
pv_refusal_wanted(void)
{
	return !refused[pv_cpu_nr() % PV_MAX_CPUS];
}

void
pv_refuse(const struct pv_refusal *refusal)
{
	uint32_t cpu = pv_cpu_nr() % PV_MAX_CPUS;

	nr_refusals++;
	if (refused[cpu])
		return;
	refusals[cpu] = *refusal;
	refused[cpu] = true;
}

bool
pv_refusal_get(struct pv_refusal *out)
{
	uint32_t cpu = pv_cpu_nr() % PV_MAX_CPUS;

	if (!refused[cpu])
		return false;
	*out = refusals[cpu];
	refused[cpu] = false;
	return true;
}

uint64_t
pv_refusal_count(void)
{
	return nr_refusals;
}

uint64_t
pv_hypercall_count(void)
{
	return pv_hypercalls;
}

bool
pv_hypercall_get(uint32_t nr, const char **name, uint64_t *count)
{
	const struct pv_backend *backend = pv_backend_now();

	if (nr >= PV_HYPERCALL_NUMBERS || backend == NULL || backend->call_name == NULL)
		return false;
	*name = backend->call_name(nr);
	*count = pv_hypercalls_by[nr];
	return true;
}

/* What the layer below refused, if it did, for a panic. */
void
pv_refusal_print(void)
{
	struct pv_refusal r;

	if (pv_backend_now() == NULL || !pv_refusal_get(&r))
		return;
	pv_printf("pv: refused before: %s: %s(", r.op, r.call);
	for (int i = 0; i < r.nr_args && i < 6; i++)
		pv_printf("%s0x%llx", i > 0 ? ", " : "", (unsigned long long)r.arg[i]);
	pv_printf(") = %ld %s", r.code, r.code_name);
	if (r.index >= 0)
		pv_printf(", entry %d of the batch", r.index);
	pv_printf("%s%s\n", r.hint != NULL ? ": " : "", r.hint != NULL ? r.hint : "");
}
