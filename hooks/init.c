/*
 * The stages: from the first C function after entry code, or from pv_attach(), to
 * a library that is fully up.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "table.h"

struct pv_boot pv_boot_data;
static const struct pv_backend *backend;
static enum pv_stage stage_now;
static unsigned families = PV_FAMILY_ALL;
pv_irq_state pv_irq_state_mask, pv_irq_state_open;

static const char *const stage_names[] = {
	[PV_STAGE_NONE] = "none", [PV_STAGE_EARLY] = "early", [PV_STAGE_TRAPS] = "traps",
	[PV_STAGE_MMU] = "mmu", [PV_STAGE_TIME] = "time", [PV_STAGE_LINES] = "lines", [PV_STAGE_SMP] = "smp",
};

const char *
pv_stage_name(enum pv_stage stage)
{
	return (unsigned)stage <= PV_STAGE_SMP ? stage_names[stage] : "?";
}

enum pv_stage
pv_stage_now(void)
{
	return stage_now;
}

unsigned
pv_families(void)
{
	return families;
}

const struct pv_backend *
pv_backend_now(void)
{
	return backend;
}

const char *
pv_backend_name(void)
{
	return backend != NULL ? backend->name : "none";
}

bool
pv_has(enum pv_cap cap)
{
	return backend != NULL && backend->has(cap);
}

const struct pv_boot *
pv_boot_get(void)
{
	return backend != NULL ? &pv_boot_data : NULL;
}

/* Stage EARLY of the one that was chosen. */
static pv_status
begin_early(const struct pv_backend *chosen, const struct pv_start *start)
{
	pv_status s = pv_table_fill(chosen);

	if (s != PV_OK)
		return s;
	backend = chosen;
	pv_irq_state_mask = chosen->irq_state_mask;
	pv_irq_state_open = chosen->irq_state_open;
	s = chosen->setup(start);
	if (s != PV_OK) {
		pv_printf("pv: backend '%s' cannot start: %s\n", chosen->name, pv_status_text(s));
		return s;
	}
	if (pv_wanted("count"))
		pv_table_count();
	stage_now = PV_STAGE_EARLY;
	return PV_OK;
}

static pv_status
enter_traps(void)
{
	pv_status s;

	if ((families & PV_FAMILY_TRAPS) == 0)
		return PV_OK;
	s = pv_ops.trap.init();
	return s == PV_OK && pv_need_user != NULL ? pv_ops.user.init() : s;
}

static pv_status
enter_mmu(void)
{
	pv_status s = pv_hooks_set(pv_hooks_get());

	if (s != PV_OK)
		return s;
	/* A kernel that maps for itself (hook va_map) keeps its tables: there are no spaces then. */
	if (pv_hooks_get()->va_map != NULL || (families & PV_FAMILY_MMU) == 0)
		pv_spaces_none();
	if ((families & PV_FAMILY_MMU) != 0)
		s = pv_ops.mmu.init(pv_hooks_get()->va_map == NULL ? pv_space_kernel() : NULL);
	if (s != PV_OK)
		return s;
	/* Counting needs the table calls; without patching everything works as well. */
	if (pv_wanted("nopatch") || pv_wanted("count"))
		return PV_OK;
	return pv_patch(true, NULL);
}

static pv_status
enter_time(void)
{
	pv_status s;

	if ((families & PV_FAMILY_TIME) == 0)
		return PV_OK;
	s = pv_ops.time.init();
	if (s != PV_OK)
		return s;
	pv_timers_init();
	if ((families & PV_FAMILY_LINES) == 0)
		pv_timers_none();
	return PV_OK;
}

static pv_status
enter_lines(void)
{
	pv_status s;

	if ((families & PV_FAMILY_LINES) == 0)
		return PV_OK;
	if (pv_lines_reset != NULL)
		pv_lines_reset();
	s = pv_ops.line.init();
	if (s == PV_OK && (families & PV_FAMILY_TIME) != 0)
		s = pv_ops.time.lines();
	return s;
}

static pv_status (*const enter[])(void) = {
	[PV_STAGE_TRAPS] = enter_traps, [PV_STAGE_MMU] = enter_mmu, [PV_STAGE_TIME] = enter_time,
	[PV_STAGE_LINES] = enter_lines,
};

pv_status
pv_start(enum pv_stage stage)
{
	if (stage_now < PV_STAGE_EARLY)
		return PV_E_STAGE;
	while (stage_now < stage) {
		enum pv_stage next = (enum pv_stage)(stage_now + 1);
		pv_status s = PV_E_ABSENT;

		if (next < sizeof(enter) / sizeof(enter[0])) {
			pv_irq_state gate = pv_irq_save();

			s = enter[next]();
			pv_irq_restore(gate);
		}
		if (s != PV_OK) {
			pv_printf("pv: stage %s failed on backend '%s': %s (%s)\n", pv_stage_name(next),
			    backend->name, pv_status_text(s), pv_status_name(s));
			return s;
		}
		stage_now = next;
	}
	return PV_OK;
}

/* The kernel's own first function, if it forgot to have one. */
PV_WEAK void
pv_main(const struct pv_boot *boot)
{
	(void)boot;
	pv_panic("this kernel has no pv_main(const struct pv_boot *): define one");
}

void
pv_begin(pv_status read, const struct pv_start *start)
{
	const struct pv_backend *chosen = pv_select(start, read == PV_OK ? pv_boot_data.args : "");
	pv_status s = chosen != NULL ? begin_early(chosen, start) : PV_E_ABSENT;

	if (read != PV_OK)
		pv_panic("boot data of %s: %s", pv_boot_how_name(start->how), pv_boot_read_error());
	if (s != PV_OK)
		pv_panic("no backend could be started");
	s = pv_start(PV_STAGE_TRAPS);
	if (s == PV_OK && backend->own_memory != NULL)
		s = backend->own_memory(&pv_boot_data);
	if (s == PV_OK)
		s = pv_start(PV_STAGE_MMU);
	if (s != PV_OK)
		pv_panic("start of day: %s", pv_status_text(s));
	pv_main(&pv_boot_data);
	pv_panic("pv_main() returned: it must not, end it with pv_power_off() or pv_cpu_halt()");
}

/* -- a kernel with entry code of its own ------------------------------------------- */

static const struct {
	unsigned bit;
	const char *name;
} family_names[] = {
	{ PV_FAMILY_CPU, "CPU" }, { PV_FAMILY_TRAPS, "TRAPS" }, { PV_FAMILY_MMU, "MMU" },
	{ PV_FAMILY_TIME, "TIME" }, { PV_FAMILY_LINES, "LINES" },
};

static bool
families_enough(const struct pv_backend *b, unsigned offered)
{
	unsigned missing = b->families & ~offered;

	if (missing == 0)
		return true;
	pv_printf("pv: backend '%s' cannot do without:", b->name);
	for (unsigned i = 0; i < sizeof(family_names) / sizeof(family_names[0]); i++)
		if ((missing & family_names[i].bit) != 0)
			pv_printf(" %s", family_names[i].name);
	pv_printf(". Hand these families over in struct pv_attach.\n");
	return false;
}

/* A string of the kernel's copy of the boot data, in ours. */
static const char *
moved(const struct pv_boot *from, const char *text)
{
	uintptr_t offset = (uintptr_t)text - (uintptr_t)from->text;

	return text != NULL && offset < PV_BOOT_TEXT ? pv_boot_data.text + offset : "";
}

static void
copy_boot(const struct pv_boot *from)
{
	pv_boot_data = *from;
	pv_boot_data.loader = moved(from, from->loader);
	pv_boot_data.args = moved(from, from->args);
	for (unsigned i = 0; i < pv_boot_data.nr_modules; i++)
		pv_boot_data.module[i].args = moved(from, from->module[i].args);
}

static pv_status
check_attach(const struct pv_attach *attach)
{
	const struct pv_boot *boot;

	if (attach == NULL) {
		pv_printf("pv: pv_attach(): no struct pv_attach was given: fill one in, see <pv/pv.h>\n");
		return PV_E_INVAL;
	}
	boot = attach->boot;
	if (attach->size != sizeof(*attach) || (boot != NULL && boot->size != sizeof(*boot))) {
		pv_printf("pv: struct pv_attach or pv_boot of another version: set .size, compile again\n");
		return PV_E_VERSION;
	}
	return stage_now == PV_STAGE_NONE ? PV_OK : PV_E_EXIST;
}

/* All that setting up may have changed, to have it back if that fails. */
static void
swap_state(bool back)
{
	static struct {
		struct pv_ops ops;
		struct pv_hooks hooks;
	} before;

	if (!back) {
		before.ops = pv_ops;
		before.hooks = *pv_hooks_get();
		return;
	}
	pv_ops = before.ops;
	pv_hooks_restore(&before.hooks);
	memset(&pv_boot_data, 0, sizeof(pv_boot_data));
	families = PV_FAMILY_ALL;
	backend = NULL;
}

pv_status
pv_attach(const struct pv_attach *attach)
{
	struct pv_start start = { .attach = true };
	const struct pv_backend *chosen;
	const char *args;
	pv_status s = check_attach(attach);

	if (s != PV_OK)
		return s;
	start.how = attach->how;
	memcpy(start.word, attach->start_word, sizeof(start.word));
	args = attach->args;
	if (args == NULL)
		args = attach->boot != NULL && attach->boot->args != NULL ? attach->boot->args : "";
	chosen = pv_select(&start, args);
	if (chosen == NULL)
		return PV_E_ABSENT;
	if (!families_enough(chosen, attach->families))
		return PV_E_INVAL;
	swap_state(false);
	if (attach->hooks != NULL && (s = pv_hooks_set(attach->hooks)) != PV_OK)
		return s;
	families = attach->families;
	if (attach->boot != NULL)
		copy_boot(attach->boot);
	s = begin_early(chosen, &start);
	if (s != PV_OK)
		swap_state(true);
	return s;
}

void
pv_cpu_init(struct pv_cpu *cpu, uint32_t id)
{
	memset(cpu, 0, sizeof(*cpu));
	cpu->self = cpu;
	cpu->id = id;
}
