/*
 * The kernel's hooks as the library uses them; log and panic.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

static struct pv_hooks hooks;

static const struct {
	size_t at;
	const char *name;
} required[] = {
#define REQUIRED(member)	{ __builtin_offsetof(struct pv_hooks, member), #member }
	REQUIRED(page_alloc), REQUIRED(page_free), REQUIRED(map_frame), REQUIRED(unmap_frame),
	REQUIRED(virt_to_phys), REQUIRED(va_alloc), REQUIRED(va_free),
};

pv_status
pv_hooks_set(const struct pv_hooks *set)
{
	bool complete = true;

	if (set == NULL)
		return PV_E_INVAL;
	if (set->size != sizeof(*set)) {
		pv_printf("pv: struct pv_hooks: size is %u, this library has %u: set .size = sizeof(struct pv_hooks)\n",
		    (unsigned)set->size, (unsigned)sizeof(*set));
		return PV_E_VERSION;
	}
	for (unsigned i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		pv_slot member;

		memcpy(&member, (const char *)set + required[i].at, sizeof(member));
		if (member == NULL) {
			pv_printf("pv: hook '%s' is missing: see <pv/hooks.h> for what it must do\n", required[i].name);
			complete = false;
		}
	}
	if ((set->pages_alloc == NULL) != (set->pages_free == NULL)) {
		pv_printf("pv: hook '%s' is missing: pages_alloc and pages_free go together\n",
		    set->pages_alloc == NULL ? "pages_alloc" : "pages_free");
		complete = false;
	}
	if ((set->va_map == NULL) != (set->va_unmap == NULL)) {
		pv_printf("pv: hook '%s' is missing: va_map and va_unmap go together\n",
		    set->va_map == NULL ? "va_map" : "va_unmap");
		complete = false;
	}
	if (!complete)
		return PV_E_INVAL;
	if (set != &hooks)
		hooks = *set;
	return PV_OK;
}

const struct pv_hooks *
pv_hooks_get(void)
{
	/* Before anything was set the size is right and the members are missing: the check names them. */
	if (hooks.size == 0)
		hooks.size = sizeof(hooks);
	return &hooks;
}

void
pv_log(const char *format, ...)
{
	char line[200];
	va_list ap;

	va_start(ap, format);
	(void)pv_vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (hooks.log != NULL)
		hooks.log(hooks.context, line);
	else
		pv_printf("pv: %s\n", line);
}

/* Print what the layer below refused, if it did: the reason for a panic is often there. */
static void
print_refusal(void)
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

void
pv_panic(const char *format, ...)
{
	static bool again;
	char text[256];
	va_list ap;

	va_start(ap, format);
	(void)pv_vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (!again && hooks.panic != NULL) {
		again = true;
		/* Why the layer below said no is often the reason, and the hook does not come back to ask. */
		print_refusal();
		hooks.panic(hooks.context, text);
	}
	pv_printf("pv: panic: %s\n", text);
	if (!again) {
		again = true;
		print_refusal();
	}
	if (pv_backend_now() != NULL)
		(void)pv_power_crash();
	pv_cpu_halt();
}
