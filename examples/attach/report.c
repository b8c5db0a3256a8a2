/*
 * Result lines as the harness reads them (TAP), the verdict, and the end of the
 * machine: by libpv where it can, else by a reset of this kernel's own. A run never
 * hangs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

static unsigned number, passed, failed;

static const char *
mode(void)
{
	struct pv_site_info site;

	return pv_site_get(0, &site) == PV_OK && site.patched != 0 ? "patched" : "unpatched";
}

void
ok(const char *name, bool good, const char *format, ...)
{
	char why[160];
	va_list ap;

	number++;
	if (good) {
		passed++;
		pv_printf("ok %u - %s [%s]\n", number, name, mode());
		return;
	}
	failed++;
	va_start(ap, format);
	(void)pv_vsnprintf(why, sizeof(why), format, ap);
	va_end(ap);
	pv_printf("not ok %u - %s [%s] # %s\n", number, name, mode(), why);
}

void
ok_status(const char *name, pv_status s, pv_status wanted)
{
	ok(name, s == wanted, "%s: %s; wanted %s", pv_status_name(s), pv_status_text(s), pv_status_name(wanted));
}

/* The keyboard controller's reset line, or Xen's: this works without any library. */
static void
reset(void)
{
	if (boot.how == PV_BOOT_XEN_PV)
		xen_restart();
	__asm__ volatile("outb %b0, %w1" : : "a" (0xfe), "d" (0x64));
	for (;;)
		__asm__ volatile("cli; hlt");
}

void
finish(void)
{
	char nonce[40];

	if (!option("verdict", nonce, sizeof(nonce)))
		(void)pv_snprintf(nonce, sizeof(nonce), "none");
	pv_printf("PV-VERDICT %s %u %u 0\n", nonce, passed, failed);
	if (pv_stage_now() >= PV_STAGE_EARLY)
		(void)pv_power_off();
	reset();
	__builtin_unreachable();
}
