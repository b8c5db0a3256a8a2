/*
 * Names and sentences of status codes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

static const struct {
	const char *name, *text;
} statuses[PV_STATUS_COUNT] = {
	[PV_OK] = { "PV_OK", "no error" },
	[PV_E_INVAL] = { "PV_E_INVAL", "an argument breaks the contract of the function" },
	[PV_E_RANGE] = { "PV_E_RANGE", "address or size outside of what exists here" },
	[PV_E_ABSENT] = { "PV_E_ABSENT", "this machine or backend does not have it" },
	[PV_E_REFUSED] = { "PV_E_REFUSED", "the layer below said no" },
	[PV_E_NOMEM] = { "PV_E_NOMEM", "the kernel's page hook had nothing to give" },
	[PV_E_FULL] = { "PV_E_FULL", "a fixed table is full" },
	[PV_E_BUSY] = { "PV_E_BUSY", "somebody else holds it" },
	[PV_E_EXIST] = { "PV_E_EXIST", "already there" },
	[PV_E_NOENT] = { "PV_E_NOENT", "not there" },
	[PV_E_FAULT] = { "PV_E_FAULT", "an address of the user's cannot be used" },
	[PV_E_FORMAT] = { "PV_E_FORMAT", "data from outside is malformed" },
	[PV_E_VERSION] = { "PV_E_VERSION", "data from outside has a version that is not understood" },
	[PV_E_STAGE] = { "PV_E_STAGE", "called before the stage that this needs" },
	[PV_E_TIMEOUT] = { "PV_E_TIMEOUT", "the hardware or the peer did not answer in time" },
	[PV_E_TOOLONG] = { "PV_E_TOOLONG", "text longer than its buffer" },
};

const char *
pv_status_name(pv_status s)
{
	return (unsigned)s < PV_STATUS_COUNT ? statuses[s].name : "PV_E_?";
}

const char *
pv_status_text(pv_status s)
{
	return (unsigned)s < PV_STATUS_COUNT ? statuses[s].text : "not a status";
}
