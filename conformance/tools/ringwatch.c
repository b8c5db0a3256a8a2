/*
 * A plugin for QEMU's emulator (TCG): what a kernel in ring 1 executes that should have
 * been a call of its hypervisor, and that no processor traps: POPF, PUSHF, IRET, reads of CS and
 * SS, LAR, LSL, VERR, VERW, CPUID, RDTSC, RDTSCP.
 *
 * A plugin of QEMU 7.2 sees no registers, so the ring comes from elsewhere: nothing is
 * told before the ROM executes MARK, on its way to ring 1 (vmirom, ring.S); then
 * instructions in the ranges kernel= and not in user= are the kernel's, and the ROM, the one
 * that has ring 0, is in none of them. After a reset nothing is told until the next MARK. A kernel
 * that keeps its text from programs by page protection needs no user=. One line for each address, at the end.
 *
 * Use: -plugin ringwatch.so,log=FILE,kernel=FROM-TO[,kernel=...][,user=FROM-TO]; hexadecimal, TO is not part of it.
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The emulator's interface, version 1, as far as it is used. */
#define EXPORT	__attribute__((visibility("default")))
typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t n);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*seen)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*run)(unsigned, void *), int registers,
    void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*end)(plugin_id, void *), void *data);

int qemu_plugin_version = 1;

static const uint8_t mark[] = { 0xa9, 'R', 'i', 'n', '1' };	/* testl $..., %eax */

#define RESET	0xfffffff0u	/* where an x86 begins */

#define SITES	4096u	/* power of two */
#define RANGES	16u

struct site {
	uint64_t address;
	const char *what;
	uint64_t count;
};

struct range {
	uint64_t from, to;
	bool user;
};

static struct site sites[SITES];
static struct range ranges[RANGES];
static unsigned range_count;
static bool in_ring1, was_in_ring1, full;
static FILE *out;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool
kernels(uint64_t address)
{
	bool in = false;

	for (unsigned i = 0; i < range_count; i++)
		if (address >= ranges[i].from && address < ranges[i].to) {
			if (ranges[i].user)
				return false;
			in = true;
		}
	return in;
}

/* What the instruction is called if it is one of those, or 0. */
static const char *
kind_of(const uint8_t *at, size_t size)
{
	static const uint8_t prefixes[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3 };

	while (size > 0 && memchr(prefixes, *at, sizeof(prefixes)))
		at++, size--;
	if (size == 0)
		return 0;
	if (at[0] == 0x9c || at[0] == 0x9d)
		return at[0] == 0x9c ? "PUSHF" : "POPF";
	if (at[0] == 0xcf)
		return "IRET";
	if (at[0] == 0x0e || (at[0] == 0x8c && size > 1 && (at[1] >> 3 & 7) == 1))
		return "CS";
	if (at[0] == 0x16 || (at[0] == 0x8c && size > 1 && (at[1] >> 3 & 7) == 2))
		return "SS";
	if (at[0] != 0x0f || size < 2)
		return 0;
	if (at[1] == 0xa2 || at[1] == 0x31)
		return at[1] == 0xa2 ? "CPUID" : "RDTSC";
	if (size < 3)
		return 0;
	if (at[1] == 0x01 && at[2] == 0xf9)
		return "RDTSCP";
	if (at[1] == 0x02 || at[1] == 0x03)
		return at[1] == 0x02 ? "LAR" : "LSL";
	if (at[1] == 0x00 && (at[2] >> 3 & 6) == 4)
		return (at[2] >> 3 & 1) ? "VERW" : "VERR";
	return 0;
}

/* The one of this address; translated again it is the same. */
static struct site *
site_of(uint64_t address, const char *what)
{
	struct site *found = 0;

	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < SITES && !found; i++) {
		struct site *s = &sites[(address + i) % SITES];

		if (!s->what)
			*s = (struct site){ address, what, 0 };
		if (s->address == address && s->what == what)
			found = s;
	}
	full |= !found;
	pthread_mutex_unlock(&lock);
	return found;
}

static void
executed(unsigned cpu, void *data)
{
	struct site *s = data;

	(void)cpu;
	if (__atomic_load_n(&in_ring1, __ATOMIC_RELAXED))
		__atomic_add_fetch(&s->count, 1, __ATOMIC_RELAXED);
}

static void
marked(unsigned cpu, void *data)
{
	(void)cpu, (void)data;
	__atomic_store_n(&in_ring1, true, __ATOMIC_RELAXED);
	was_in_ring1 = true;
}

static void
restarted(unsigned cpu, void *data)
{
	(void)cpu, (void)data;
	__atomic_store_n(&in_ring1, false, __ATOMIC_RELAXED);
}

static void
translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *bytes = qemu_plugin_insn_data(insn);
		size_t size = qemu_plugin_insn_size(insn);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		const char *what = kind_of(bytes, size);
		struct site *s;

		if (size == sizeof(mark) && memcmp(bytes, mark, sizeof(mark)) == 0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, 0, 0);
		if (address == RESET)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, restarted, 0, 0);
		if (!what || !kernels(address))
			continue;
		s = site_of(address, what);
		if (s)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, 0, s);
	}
}

static void
end(plugin_id id, void *data)
{
	(void)id, (void)data;
	for (unsigned i = 0; i < SITES; i++)
		if (sites[i].count != 0)
			fprintf(out, "%s 0x%llx %llu\n", sites[i].what, (unsigned long long)sites[i].address,
			    (unsigned long long)sites[i].count);
	fprintf(out, "end%s%s\n", was_in_ring1 ? "" : ": never in ring 1",
	    full ? ": more addresses than are kept" : "");
	fclose(out);
}

static bool
range(const char *text, bool user)
{
	char *rest;
	struct range r = { .user = user };

	r.from = strtoull(text, &rest, 16);
	if (*rest != '-' || range_count == RANGES)
		return false;
	r.to = strtoull(rest + 1, &rest, 16);
	ranges[range_count++] = r;
	return *rest == '\0' && r.from < r.to;
}

int
qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		bool good = false;

		if (strncmp(argv[i], "log=", 4) == 0)
			good = (out = fopen(argv[i] + 4, "w")) != 0;
		else if (strncmp(argv[i], "kernel=", 7) == 0)
			good = range(argv[i] + 7, false);
		else if (strncmp(argv[i], "user=", 5) == 0)
			good = range(argv[i] + 5, true);
		if (!good) {
			fprintf(stderr, "ringwatch: %s is not understood\n", argv[i]);
			return -1;
		}
	}
	if (!out || range_count == 0) {
		fprintf(stderr, "ringwatch: log=FILE and kernel=FROM-TO are needed\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, end, 0);
	return 0;
}
