/*
 * For tests of the interrupt controllers of bare metal x86: a test includes a source
 * file of the backend after this, with the instructions that touch hardware renamed
 * to its own model. The gate is a plain word; there is one CPU record at a time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef NATIVE_LINES_H
#define NATIVE_LINES_H

#include <asm/prctl.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../backends/common/acpi/acpi.h"
#include "../../backends/native/x86/native.h"
#include "run.h"

static struct pv_cpu cpu_record;
static struct pv_acpi firmware;
static bool has_firmware;
static char logged[1024];
static unsigned logged_lines;

pv_irq_state pv_irq_state_mask = 1, pv_irq_state_open = 1;
unsigned long test_gate;

/* Sites that keep every register but the result. */
__asm__("	.text\n"
    "site_save:	mov test_gate(%rip), %rax\n	movq $0, test_gate(%rip)\n	ret\n"
    "site_restore:	mov %rdi, test_gate(%rip)\n	ret\n");
void site_save(void), site_restore(void);

const struct pv_acpi *
pv_native_acpi(void)
{
	return has_firmware ? &firmware : NULL;
}

void
pv_log(const char *format, ...)
{
	size_t used = strlen(logged);
	va_list args;

	va_start(args, format);
	vsnprintf(logged + used, sizeof(logged) - used, format, args);
	va_end(args);
	logged_lines++;
}

static void
be_cpu(uint32_t id)
{
	memset(&cpu_record, 0, sizeof(cpu_record));
	cpu_record.self = &cpu_record;
	cpu_record.id = id;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu_record), 0);
}

static void
power_on(void)
{
	pv_ops.isa.irq_save = site_save;
	pv_ops.isa.irq_restore = site_restore;
	memset(&firmware, 0, sizeof(firmware));
	firmware.nmi_lint = 0xff;
	has_firmware = false;
	test_gate = 1;
	logged[0] = '\0';
	logged_lines = 0;
	be_cpu(0);
}

static int
run_cases(const char *name, void (*start)(void), const TTest *const *const cases[], size_t nr)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, start, NULL);
	for (size_t i = 0; i < nr; i++)
		tcase_add_test(tcase, *cases[i]);
	suite_add_tcase(suite, tcase);
	return run_all(srunner_create(suite));
}

#endif
