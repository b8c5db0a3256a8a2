/*
 * Names of calls and of errors, as the log has them; and real addresses that are none.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define NAME(n)	[n] = #n
static const char *const fast_names[0x100] = {
	NAME(MACH_EXIT), NAME(MACH_DESC), NAME(MACH_SIR), NAME(MACH_SET_WATCHDOG), NAME(CPU_START),
	NAME(CPU_STOP), NAME(CPU_YIELD), NAME(CPU_POKE), NAME(CPU_QCONF), NAME(CPU_QINFO), NAME(CPU_MYID),
	NAME(CPU_STATE), NAME(CPU_SET_RTBA), NAME(CPU_GET_RTBA), NAME(MMU_TSB_CTX0), NAME(MMU_TSB_CTXNON0),
	NAME(MMU_DEMAP_PAGE), NAME(MMU_DEMAP_CTX), NAME(MMU_DEMAP_ALL), NAME(MMU_MAP_PERM_ADDR),
	NAME(MMU_FAULT_AREA_CONF), NAME(MMU_ENABLE), NAME(MMU_UNMAP_PERM_ADDR), NAME(MMU_TSB_CTX0_INFO),
	NAME(MMU_TSB_CTXNON0_INFO), NAME(MMU_FAULT_AREA_INFO), NAME(MEM_SCRUB), NAME(MEM_SYNC),
	NAME(CPU_MONDO_SEND), NAME(TOD_GET), NAME(TOD_SET), NAME(CONS_GETCHAR), NAME(CONS_PUTCHAR),
	NAME(CONS_READ), NAME(CONS_WRITE), NAME(SOFT_STATE_SET), NAME(SOFT_STATE_GET),
	NAME(INTR_DEVINO2SYSINO), NAME(INTR_GETENABLED), NAME(INTR_SETENABLED), NAME(INTR_GETSTATE),
	NAME(INTR_SETSTATE), NAME(INTR_GETTARGET), NAME(INTR_SETTARGET), NAME(VINTR_GETCOOKIE),
	NAME(VINTR_SETCOOKIE), NAME(VINTR_GETVALID), NAME(VINTR_SETVALID), NAME(VINTR_GETSTATE),
	NAME(VINTR_SETSTATE), NAME(VINTR_GETTARGET), NAME(VINTR_SETTARGET), NAME(LDC_TX_QCONF),
	NAME(LDC_TX_QINFO), NAME(LDC_TX_GET_STATE), NAME(LDC_TX_SET_QTAIL), NAME(LDC_RX_QCONF),
	NAME(LDC_RX_QINFO), NAME(LDC_RX_GET_STATE), NAME(LDC_RX_SET_QHEAD), NAME(LDC_SET_MAP_TABLE),
	NAME(LDC_GET_MAP_TABLE), NAME(LDC_COPY), NAME(LDC_MAPIN), NAME(LDC_UNMAP), NAME(LDC_REVOKE)
};
static const char *const error_names[] = {
	NAME(EOK), NAME(ENOCPU), NAME(ENORADDR), NAME(ENOINTR), NAME(EBADPGSZ), NAME(EBADTSB), NAME(EINVAL),
	NAME(EBADTRAP), NAME(EBADALIGN), NAME(EWOULDBLOCK), NAME(ENOACCESS), NAME(EIO), NAME(ECPUERROR),
	NAME(ENOTSUPPORTED), NAME(ENOMAP), NAME(ETOOMANY), NAME(ECHANNEL), NAME(EBUSY)
};

static bool seen_fast[ARRAY(fast_names)], seen_core[4], seen_map[2];

/* A call that was answered with EOK; the suite wants one of each. */
void
answered(u64 trap, u64 function)
{
	if (trap == 0x80 && function < ARRAY(fast_names))
		seen_fast[function] = true;
	if (trap == 0xff && function < ARRAY(seen_core))
		seen_core[function] = true;
	if (trap == 0x83 || trap == 0x84)
		seen_map[trap - 0x83] = true;
}

void
say_answered(void)
{
	static const char *const core_names[] = {
		"API_SET_VERSION", "API_PUTCHAR", "API_EXIT", "API_GET_VERSION"
	};

	for (u64 i = 0; i < ARRAY(seen_fast); i++)
		if (seen_fast[i])
			print("# called %s\n", fast_names[i] ? fast_names[i] : "?");
	for (u64 i = 0; i < ARRAY(seen_core); i++)
		if (seen_core[i])
			print("# called %s\n", core_names[i]);
	for (u64 i = 0; i < ARRAY(seen_map); i++)
		if (seen_map[i])
			print("# called %s\n", i ? "MMU_UNMAP_ADDR" : "MMU_MAP_ADDR");
}

static const char *
error_name(u64 error)
{
	return error < ARRAY(error_names) ? error_names[error] : "none";
}

bool
named_call(u64 function)
{
	return function < ARRAY(fast_names) && fast_names[function];
}

/* A fast trap, 0x83 or 0x84 that will be refused, and told by its name. */
bool
refused(u64 error, u64 line, u64 trap, u64 function, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	const char *name = trap == 0x83 ? "MMU_MAP_ADDR" : trap == 0x84 ?
	    "MMU_UNMAP_ADDR" : fast_names[function];
	u64 status;

	if (error != EWOULDBLOCK)
		print("# sun4v-complaint %s: %s\\b\n", name, error_name(error));
	status = hv(trap, function, a, b, c, d, e);
	if (status == error)
		return true;
	wrong("line %u: %s(0x%x, 0x%x, 0x%x, 0x%x, 0x%x) is %u %s, not %s", line, name, a, b, c, d, e, status,
	    error_name(status), error_name(error));
	return false;
}

/* What lies in no block of memory: 0 behind the last. Aligned to 8 KiB. */
u64
bad_ra(u64 n)
{
	static const u64 outside[] = {
		0x2000000,		/* the hypervisor's own, README */
		0x3ffe000, 0x1f10000000, 0x1fe02000000, 0x1fff0000000, 0xfff0000000, 1ul << 40, 1ul << 55,
		1ul << 62, ~0ul << 13
	};
	u64 base, size, end = 0;

	if (n < ARRAY(outside))
		return outside[n];
	if (n > ARRAY(outside))
		return 0;
	for (int node = -1; (node = md_next(node, "mblock")) >= 0;)
		if (md_value(node, "base", &base) && md_value(node, "size", &size) && base + size > end)
			end = base + size;
	return end;
}

/* The end of the block with this address, 0 if there is none. */
u64
memory_end(u64 ra)
{
	u64 base, size;

	for (int node = -1; (node = md_next(node, "mblock")) >= 0;)
		if (md_value(node, "base", &base) && md_value(node, "size", &size) && ra >= base &&
		    ra - base < size)
			return base + size;
	return 0;
}

u64
block_end(u64 ra)
{
	u64 end = memory_end(ra);

	if (end == 0)
		wrong("0x%x is in no mblock", ra);
	return end;
}

/* An address aligned to so many bytes that are not all of its block any more; 0 if there is none. */
u64
past_end(u64 bytes)
{
	u64 base, size, at;

	for (int node = -1; (node = md_next(node, "mblock")) >= 0;) {
		if (!md_value(node, "base", &base) || !md_value(node, "size", &size))
			continue;
		at = (base + size - 1) & -bytes;
		if (at >= base && at + bytes > base + size)
			return at;
	}
	return 0;
}
