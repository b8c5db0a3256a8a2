/*
 * The OpenFirmware client interface (IEEE 1275 6.3; SPARC binding: 64-bit cells).
 * What it returns is not trusted: lengths are clipped to the caller's buffer,
 * text gets an end.
 *
 * Before and after the trap table is taken over: start.S lends the firmware its
 * own table for the time of a call. One CPU, gate open or closed: it is closed from
 * the filling of what the firmware reads, which is static, to the end of the call.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define MAX_ARGS	6

uint64_t pv_native_of_handler, pv_native_of_tba;

bool
pv_native_of_present(void)
{
	return pv_native_of_handler != 0;
}

/* One call with one result, -1 when the service does not exist or fails. */
static int64_t
call(const char *service, unsigned nr_args, const uint64_t *args)
{
	/* In the image, not on a stack: the firmware must have it mapped. */
	static uint64_t cells[3 + MAX_ARGS + 1];
	pv_irq_state gate;
	int64_t result = -1;

	if (!pv_native_of_present())
		return -1;
	gate = pv_irq_save();
	cells[0] = (uintptr_t)service;
	cells[1] = nr_args;
	cells[2] = 1;
	for (unsigned i = 0; i < nr_args; i++)
		cells[3 + i] = args[i];
	cells[3 + nr_args] = (uint64_t)-1;
	if ((int32_t)pv_native_of_call(cells) == 0)
		result = (int64_t)cells[3 + nr_args];
	pv_irq_restore(gate);
	return result;
}

static uint32_t
call_node(const char *service, uint64_t arg)
{
	uint32_t node = (uint32_t)call(service, 1, &arg);

	return node == (uint32_t)-1 ? PV_OF_NONE : node;
}

uint32_t
pv_native_of_find(const char *path)
{
	return call_node("finddevice", (uintptr_t)path);
}

uint32_t
pv_native_of_parent(uint32_t node)
{
	return call_node("parent", node);
}

uint32_t
pv_native_of_child(uint32_t node)
{
	return call_node("child", node);
}

uint32_t
pv_native_of_peer(uint32_t node)
{
	return call_node("peer", node);
}

/* What the firmware has opened as its "stdin" or "stdout"; 0: nothing. */
static uint32_t
opened(const char *name)
{
	uint32_t instance = 0;

	(void)pv_native_of_get_u32(pv_native_of_find("/chosen"), name, &instance);
	return instance;
}

uint32_t
pv_native_of_stdout(void)
{
	uint32_t instance = opened("stdout");

	return instance == 0 ? PV_OF_NONE : call_node("instance-to-package", instance);
}

int
pv_native_of_length(uint32_t node, const char *name)
{
	uint64_t args[2] = { node, (uintptr_t)name };
	int32_t length = node != PV_OF_NONE ? (int32_t)call("getproplen", 2, args) : -1;

	return length < 0 ? -1 : length;
}

int
pv_native_of_get(uint32_t node, const char *name, void *to, size_t size)
{
	/* The firmware writes into the image; the caller's buffer may be anywhere. */
	static char buf[PV_OF_PROPERTY_MOST];
	uint64_t args[4] = { node, (uintptr_t)name, (uintptr_t)buf, sizeof(buf) };
	pv_irq_state gate;
	int32_t length;

	if (node == PV_OF_NONE)
		return -1;
	gate = pv_irq_save();
	length = (int32_t)call("getprop", 4, args);
	if (length > (int32_t)sizeof(buf))
		length = sizeof(buf);
	if (length > 0 && (size_t)length > size)
		length = (int32_t)size;
	if (length > 0)
		memcpy(to, buf, (size_t)length);
	pv_irq_restore(gate);
	return length < 0 ? -1 : length;
}

void
pv_native_of_write(const char *text, size_t size)
{
	static char buf[128];
	uint32_t instance = opened("stdout");

	while (instance != 0 && size > 0) {
		size_t n = size < sizeof(buf) ? size : sizeof(buf);
		uint64_t args[3] = { instance, (uintptr_t)buf, n };
		pv_irq_state gate = pv_irq_save();
		bool done;

		memcpy(buf, text, n);
		done = (int32_t)call("write", 3, args) >= 0;
		pv_irq_restore(gate);
		if (!done)
			return;
		text += n;
		size -= n;
	}
}

int
pv_native_of_read(void)
{
	static uint8_t buf[1];
	uint32_t instance = opened("stdin");
	uint64_t args[3] = { instance, (uintptr_t)buf, sizeof(buf) };
	pv_irq_state gate;
	int got = -1;

	if (instance == 0)
		return -1;
	gate = pv_irq_save();
	if ((int32_t)call("read", 3, args) == 1)
		got = buf[0];
	pv_irq_restore(gate);
	return got;
}

bool
pv_native_of_command(const char *command)
{
	static char buf[64];
	uint64_t arg = (uintptr_t)buf;
	size_t n = pv_text_length(command);
	pv_irq_state gate;
	bool done;

	if (n >= sizeof(buf))
		return false;
	gate = pv_irq_save();
	memcpy(buf, command, n + 1);
	done = call("interpret", 1, &arg) == 0;
	pv_irq_restore(gate);
	return done;
}

void
pv_native_of_exit(void)
{
	for (;;)
		(void)call("exit", 0, NULL);
}
