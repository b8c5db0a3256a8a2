/*
 * What the library chose on this machine is what it must choose. The harness says
 * by expect=WORD,… what the machine lacks or has beyond an ordinary one of its kind;
 * the kind is an ordinary PC, or what the backend is called.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../capture.h"
#include "../suites.h"

static const struct machine {
	const char *word;
	/* NULL: as without the word. */
	const char *clock, *found_by, *timer, *controller;
	const char *acpi, *serial, *x2apic;	/* "yes" or "no" */
} machines[] = {
	{ "pc", "tsc", "hpet", "lapic", "lapic+ioapic", "yes", "yes", "no" },
	{ .word = "q35" },
	{ .word = "novga" },
	{ .word = "noserial", .serial = "no" },
	{ .word = "nohpet", .found_by = "pit" },
	/* The tables told of the HPET and the IOAPIC; the local APIC tells of itself. */
	{ .word = "noacpi", .found_by = "pit", .controller = "8259", .acpi = "no" },
	{ .word = "noapic", .timer = "pit", .controller = "8259" },
	{ .word = "notsc", .clock = "hpet" },
	{ .word = "pitclock", .clock = "pit", .found_by = "pit" },
	{ .word = "deadline", .timer = "tsc-deadline" },
	{ .word = "x2apic", .x2apic = "yes" },
	/* A first domain of Xen, or what is different in others. */
	{ "xen", "pvclock", "hypervisor", "hypercall", "event channels (FIFO)", "no", "no", NULL },
	{ .word = "nofifo", .controller = "event channels (2-level)" },
	{ "xenpvh", "pvclock", "hypervisor", "hypercall", "lapic+ioapic, event channels (FIFO)", "yes", "no", NULL },
	{ .word = "nofifo", .controller = "event channels (2-level)" },
	{ .word = "domu" },
	{ .word = "domu of xenpvh", .controller = "event channels (FIFO)" },
	{ .word = "8g" },
	{ .word = "vmi", .clock = "vmi", .found_by = "vmi", .timer = "vmi" },
	{ .word = "nops" },
	{ .word = "none", .clock = "tsc", .found_by = "hpet", .timer = "lapic" },
	{ .word = "nofifo of xenpvh", .controller = "lapic+ioapic, event channels (2-level)" },
};

#define NR_MACHINES	(sizeof(machines) / sizeof(machines[0]))

static struct machine expected;

static void
take(const char **to, const char *from)
{
	if (from != NULL)
		*to = from;
}

static bool
add_word(const char *word)
{
	for (unsigned i = 1; i < NR_MACHINES; i++) {
		const struct machine *m = &machines[i];

		if (!suite_text_is(m->word, word))
			continue;
		take(&expected.clock, m->clock);
		take(&expected.found_by, m->found_by);
		take(&expected.timer, m->timer);
		take(&expected.controller, m->controller);
		take(&expected.acpi, m->acpi);
		take(&expected.serial, m->serial);
		take(&expected.x2apic, m->x2apic);
		return true;
	}
	return false;
}

/* False: a word that is not in the table, and the case has failed. */
static bool
expect(void)
{
	bool pvh = suite_text_is(pv_backend_name(), "xenpvh"), first = true;
	char words[80], *word = words;

	expected = machines[0];
	(void)add_word(pv_backend_name());
	if (!suite_option("expect", words, sizeof(words)))
		return true;
	/* A PVH guest beside a first domain has no controllers but event channels. */
	if (pvh && suite_text_has(words, "domu"))
		first = !add_word("domu of xenpvh");
	for (char *p = words;; p++) {
		bool last = *p == '\0';

		if (!last && *p != ',')
			continue;
		*p = '\0';
		if (suite_text_is(word, "nofifo") && pvh && first)
			(void)add_word("nofifo of xenpvh");
		else if (!add_word(word)) {
			suite_fail(__FILE__, __LINE__, "expect=%s is not in the table", word);
			return false;
		}
		if (last)
			return true;
		word = p + 1;
	}
}

static bool
has_word(const char *wanted)
{
	char words[80];

	return suite_option("expect", words, sizeof(words)) && suite_text_has(words, wanted);
}

#define CHECK_TEXT(seen, wanted) do {						\
	const char *check_seen = (seen), *check_wanted = (wanted);		\
	if (!suite_text_is(check_seen, check_wanted)) {				\
		suite_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #seen, check_seen, check_wanted);	\
		return;								\
	}									\
} while (0)

static void
clock_of_this_machine(void)
{
	struct pv_time_source s;

	if (!expect())
		return;
	pv_time_source(&s);
	CHECK_TEXT(s.clock, expected.clock);
	CHECK_TEXT(s.found_by, expected.found_by);
}

static void
timer_of_this_machine(void)
{
	struct pv_time_source s;

	if (!expect())
		return;
	pv_time_source(&s);
	CHECK_TEXT(s.timer, expected.timer);
}

static void
controller_of_this_machine(void)
{
	if (!expect())
		return;
	CHECK_TEXT(pv_line_controller(), expected.controller);
}

static void
acpi_of_this_machine(void)
{
	if (!expect())
		return;
	CHECK_TEXT(pv_has(PV_CAP_ACPI) ? "yes" : "no", expected.acpi);
}

/* The screen is VGA's text, or the framebuffer where the loader left one; without a VGA there is none. */
static void
console_of_this_machine(void)
{
	const char *name = pv_console_name();
	bool rgb = pv_boot_get()->fb.kind == PV_FB_RGB;

	if (!expect())
		return;
	CHECK_TEXT(suite_text_has(name, "serial 0x3f8") ? "yes" : "no", expected.serial);
	/* Devices of the machine are the layer's that has a console of its own. */
	CHECK(suite_text_has(name, "xen") == suite_text_has(pv_backend_name(), "xen"));
	if (suite_text_has(name, "xen"))
		return;
	CHECK(suite_text_has(name, "vga text") == (!rgb && !has_word("novga")));
	CHECK(suite_text_has(name, "framebuffer") == rgb);
}

#define MSR_APIC_BASE	0x1bu
#define BASE_X2APIC	0x400u
#define FEATURE_APIC	(1u << 9)

static void
apic_mode_of_this_machine(void)
{
	uint32_t cpuid[4];
	uint64_t base = 0;

	if (!expect())
		return;
	if (!suite_pc())
		SKIP("the local APIC is the layer's below");
	pv_cpuid(1, 0, cpuid);
	if ((cpuid[3] & FEATURE_APIC) != 0)
		CHECK_OK(pv_msr_read(MSR_APIC_BASE, &base));
	CHECK_TEXT((base & BASE_X2APIC) != 0 ? "yes" : "no", expected.x2apic);
}

static const struct suite_case cases[] = {
	{ "clock_of_this_machine", clock_of_this_machine, "pv_time_source time.source time.init", CASE_ONCE },
	{ "timer_of_this_machine", timer_of_this_machine, "pv_time_source time.source time.init", CASE_ONCE },
	{ "controller_of_this_machine", controller_of_this_machine,
	    "pv_line_controller line.name line.init", CASE_ONCE },
	{ "acpi_of_this_machine", acpi_of_this_machine, "pv_has", CASE_ONCE },
	{ "console_of_this_machine", console_of_this_machine, "pv_console_name console.name", CASE_ONCE },
	{ "apic_mode_of_this_machine", apic_mode_of_this_machine, "pv_line_controller", CASE_ONCE },
};
SUITE(suite_choice, "choice", cases);
