/*
 * The kernel's hooks as the library uses them; log and panic.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

static struct pv_hooks hooks;

/* What must be there: always, or because its partner is. */
static const struct {
	uint8_t at, partner;
	const char *name, *why;
} needed[] = {
#define AT(member)		__builtin_offsetof(struct pv_hooks, member)
/* The size is where the partner of all would be: it is never 0. */
#define ALWAYS(member)		{ AT(member), AT(size), #member, "see <pv/hooks.h> for what it must do" }
#define TOGETHER(one, other)						\
	{ AT(one), AT(other), #one, #one " and " #other " go together" },	\
	{ AT(other), AT(one), #other, #one " and " #other " go together" }
	ALWAYS(page_alloc), ALWAYS(page_free), ALWAYS(map_frame), ALWAYS(unmap_frame), ALWAYS(virt_to_phys),
	ALWAYS(va_alloc), ALWAYS(va_free), TOGETHER(pages_alloc, pages_free), TOGETHER(va_map, va_unmap),
};

static bool
is_set(const struct pv_hooks *set, size_t at)
{
	pv_slot member;

	memcpy(&member, (const char *)set + at, sizeof(member));
	return member != NULL;
}

pv_status
pv_hooks_set(const struct pv_hooks *set)
{
	pv_status s = PV_OK;

	if (set == NULL)
		return PV_E_INVAL;
	if (set->size != sizeof(*set)) {
		pv_printf("pv: struct pv_hooks: size is %u, this library has %u: set .size = sizeof(struct pv_hooks)\n",
		    (unsigned)set->size, (unsigned)sizeof(*set));
		return PV_E_VERSION;
	}
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!is_set(set, needed[i].at) && is_set(set, needed[i].partner)) {
			pv_printf("pv: hook '%s' is missing: %s\n", needed[i].name, needed[i].why);
			s = PV_E_INVAL;
		}
	}
	if (s == PV_OK)
		pv_hooks_restore(set);
	return s;
}

void
pv_hooks_restore(const struct pv_hooks *set)
{
	memmove(&hooks, set, sizeof(hooks));
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

void
pv_panic(const char *format, ...)
{
	static bool again;
	bool first = !again, hook = first && hooks.panic != NULL;
	char text[256];
	va_list ap;

	again = true;
	va_start(ap, format);
	(void)pv_vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (!hook)
		pv_printf("pv: panic: %s\n", text);
	/* Why the layer below said no is often the reason; an image where it never does has no record of it. */
	if (first && pv_refusal_print != NULL)
		pv_refusal_print();
	if (hook) {
		hooks.panic(hooks.context, text);
		pv_printf("pv: panic: %s\n", text);
	}
	if (pv_backend_now() != NULL)
		(void)pv_power_crash();
	pv_cpu_halt();
}
