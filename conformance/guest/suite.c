/*
 * Runs the suites: which cases, in which mode, what the result lines say. The last
 * line is the verdict, signed with the word that the harness gave on the command
 * line; without it a run counts as broken.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "suite.h"
#include "capture.h"
#include "catch.h"
#include "ends.h"

static unsigned number, passed, failed, skipped;
static const char *mode;
static bool case_failed, case_skipped;
static char only_op[64];		/* covers=OP: just the cases that cover it */
static char reason[200];

bool
suite_pc(void)
{
	return !pv_has(PV_CAP_PARAVIRT) || suite_text_is(pv_backend_name(), "vmi");
}

const char *
suite_mode(void)
{
	return mode;
}

void
suite_fail(const char *file, unsigned line, const char *format, ...)
{
	const char *base = file;
	va_list ap;
	int n;

	if (case_failed)
		return;
	case_failed = true;
	for (const char *p = file; *p != '\0'; p++)
		if (*p == '/')
			base = p + 1;
	n = pv_snprintf(reason, sizeof(reason), "%s:%u: ", base, line);
	va_start(ap, format);
	(void)pv_vsnprintf(reason + n, sizeof(reason) - (size_t)n, format, ap);
	va_end(ap);
}

void
suite_skip(const char *format, ...)
{
	va_list ap;

	case_skipped = true;
	va_start(ap, format);
	(void)pv_vsnprintf(reason, sizeof(reason), format, ap);
	va_end(ap);
}

bool
suite_option(const char *name, char *value, size_t size)
{
	return pv_boot_option(pv_boot_get(), name, value, size) == PV_OK;
}

pv_paddr
suite_page(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr frame;

	if (h->page_alloc(h->context, &frame) != PV_OK)
		pv_panic("the suites are out of pages");
	return frame;
}

void
suite_page_free(pv_paddr frame)
{
	const struct pv_hooks *h = pv_hooks_get();

	h->page_free(h->context, frame);
}

/* A '*' at the end of the pattern stands for the rest. */
static bool
matches(const char *pattern, const char *family, const char *name)
{
	char full[96];
	const char *p = full;

	(void)pv_snprintf(full, sizeof(full), "%s.%s", family, name);
	for (; *pattern != '\0'; pattern++, p++) {
		if (*pattern == '*' && pattern[1] == '\0')
			return true;
		if (*pattern != *p)
			return false;
	}
	return *p == '\0';
}

static void
run_case(const char *family, const struct suite_case *c)
{
	pv_irq_state gate;

	case_failed = case_skipped = false;
	reason[0] = '\0';
	if (c->complaints != NULL && ((c->flags & CASE_DIRECT) == 0 || pv_has(PV_CAP_DIRECT_TABLES)))
		pv_printf("# xen-complaint %s\n", c->complaints);
	c->run();
	gate = pv_irq_read();
	if (!pv_irq_state_enabled(gate)) {
		suite_fail(__FILE__, __LINE__, "the case left the gate closed");
		pv_irq_enable();
	}
	number++;
	if (case_failed) {
		failed++;
		pv_printf("not ok %u - %s.%s [%s] # %s\n", number, family, c->name, mode, reason);
	} else if (case_skipped) {
		skipped++;
		pv_printf("ok %u - %s.%s [%s] # SKIP %s\n", number, family, c->name, mode, reason);
	} else {
		passed++;
		pv_printf("ok %u - %s.%s [%s]\n", number, family, c->name, mode);
	}
}

/* True if `op` is one of the words of `covers`. */
static bool
covers_op(const char *covers, const char *op)
{
	while (*covers != '\0') {
		unsigned n = 0;

		while (op[n] != '\0' && covers[n] == op[n])
			n++;
		if (op[n] == '\0' && (covers[n] == ' ' || covers[n] == '\0'))
			return true;
		while (*covers != '\0' && *covers++ != ' ')
			continue;
	}
	return false;
}

static void
run_all(const char *pattern, bool first, bool last)
{
	for (unsigned s = 0; suites[s] != NULL; s++) {
		for (unsigned i = 0; i < suites[s]->nr_cases; i++) {
			const struct suite_case *c = &suites[s]->cases[i];

			if (!matches(pattern, suites[s]->family, c->name))
				continue;
			if (suites[s]->applies != NULL && !suites[s]->applies(c->flags))
				continue;
			if (only_op[0] != '\0' && !covers_op(c->covers, only_op))
				continue;
			if (((c->flags & CASE_ONCE) != 0 && !first) || ((c->flags & CASE_LAST) != 0) != last)
				continue;
			run_case(suites[s]->family, c);
		}
	}
}

/* The kernel of wrong ops lists what it can do wrong (conformance/mutants). */
void suite_list_mutants(void);
PV_WEAK void
suite_list_mutants(void)
{
	pv_printf("# this kernel has no wrong ops\n");
}

/* The bytes at the first site of each op, for a disassembler to look at. */
static void
say_sites(void)
{
	struct pv_site_info info;

	for (unsigned op = 0; op < PV_NR_OPS; op++) {
		for (unsigned i = 0; pv_site_get(i, &info) == PV_OK; i++) {
			if (pv_op_slot(info.op) != (int)op)
				continue;
			pv_printf("# site %s 0x%lx ", info.op, (unsigned long)info.address);
			for (unsigned b = 0; b < info.length; b++)
				pv_printf("%02x", info.now[b]);
			pv_printf("\n");
			break;
		}
	}
}

static void
say_ops(void)
{
	for (unsigned i = 0; i < PV_NR_OPS; i++)
		pv_printf("# op %s\n", pv_op_name(i));
	for (unsigned s = 0; suites[s] != NULL; s++)
		for (unsigned i = 0; i < suites[s]->nr_cases; i++)
			pv_printf("# covers %s.%s: %s\n", suites[s]->family, suites[s]->cases[i].name,
			    suites[s]->cases[i].covers);
}

static bool
sites_patched(void)
{
	struct pv_site_info info;

	return pv_site_get(0, &info) == PV_OK && info.patched != 0;
}

static void
rewrite(bool on)
{
	if (pv_patch(on, NULL) != PV_OK)
		pv_panic("the sites could not be rewritten");
}

void
pv_main(const struct pv_boot *boot)
{
	char pattern[64], nonce[40], counting[8], end[32];
	bool counts = suite_option("pv", counting, sizeof(counting)) && counting[0] == 'c';

	if (!suite_option("run", pattern, sizeof(pattern)))
		(void)pv_snprintf(pattern, sizeof(pattern), "*");
	if (!suite_option("verdict", nonce, sizeof(nonce)))
		(void)pv_snprintf(nonce, sizeof(nonce), "none");
	(void)suite_option("covers", only_op, sizeof(only_op));
	pv_printf("# %s backend %s, started by %s\n", PV_ISA_NAME, pv_backend_name(), pv_boot_how_name(boot->how));
	suite_early();
	if (!suite_option("end", end, sizeof(end)))
		end[0] = '\0';
	suite_end(end, false);
	if (pv_start(PV_STAGE_LINES) != PV_OK)
		pv_panic("the library did not start");
	pv_irq_enable();
	suite_catch_init();
	if (end[0] != '\0') {
		suite_end(end, true);
		pv_cpu_halt();
	}
	if (suite_option("mutant", counting, sizeof(counting)) && counting[0] == 'l')
		suite_list_mutants();
	if (only_op[0] == '\0')
		say_ops();
	say_sites();
	/* As booted; table calls; rewritten while running. */
	mode = sites_patched() ? "patched" : "unpatched";
	run_all(pattern, true, false);
	if (!counts) {
		if (sites_patched()) {
			rewrite(false);
			mode = "unpatched";
			run_all(pattern, false, false);
		}
		rewrite(true);
		mode = "live";
		run_all(pattern, false, false);
	}
	run_all(pattern, true, true);
	pv_printf("PV-VERDICT %s %u %u %u\n", nonce, passed, failed, skipped);
	(void)pv_power_off();
	pv_cpu_halt();
}
