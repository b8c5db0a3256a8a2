/*
 * Physical and machine frames of the Xen backend, on the model hypervisor: both ways,
 * frames that went back to Xen, and what is behind a kernel address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>

#include "xen_host.h"
#include "../../backends/xen/p2m.h"
#include "run.h"

#define PAGE	(XH_DATA + 5)

START_TEST(both_ways)
{
	for (unsigned n = 0; n < XM_PAGES; n++) {
		ck_assert_uint_eq(pv_xen_frame_of(pv_pa(n * 4096ull + 7)), xm.p2m[n]);
		ck_assert_uint_eq(pv_xen_physical(xm.p2m[n]).v, n * 4096ull);
	}
	ck_assert_uint_eq(pv_xen_frame_of(pv_pa(XM_PAGES * 4096ull)), PV_XEN_NO_FRAME);
	/* What is not this guest's has its machine address. */
	ck_assert_uint_eq(pv_xen_physical(100).v, PV_XEN_MACHINE | 100 * 4096);
	ck_assert_uint_eq(pv_xen_frame_of(pv_pa(PV_XEN_MACHINE | 100 * 4096)), 100);
}
END_TEST

/* A balloon: the page has no frame, and later another. */
START_TEST(frames_go_and_come)
{
	unsigned long frame = xm.p2m[PAGE], other = xm.p2m[PAGE + 1];
	const uint64_t entry = PAGE * 4096ull | PV_PTE_P;

	ck_assert_int_eq(pv_xen_p2m_set(PAGE, PV_XEN_NO_FRAME), PV_OK);
	ck_assert_uint_eq(pv_xen_frame_of(pv_pa(PAGE * 4096ull)), PV_XEN_NO_FRAME);
	ck_assert_uint_eq(pv_xen_physical(frame).v, PV_XEN_MACHINE | (uint64_t)frame << 12);
	/* No frame of anybody's, so Xen refuses it. */
	ck_assert_uint_eq(pv_xen_pte_out(entry), PV_PTE_FRAME | PV_PTE_P);
	ck_assert_uint_eq(pv_xen_machine_of((void *)(XM_DIRECT + PAGE * 4096ul)), PV_XEN_NOWHERE);

	ck_assert_int_eq(pv_xen_p2m_set(PAGE + 1, PV_XEN_NO_FRAME), PV_OK);
	ck_assert_int_eq(pv_xen_p2m_set(PAGE, other), PV_OK);
	xm.m2p[other] = PAGE;
	ck_assert_uint_eq(pv_xen_physical(other).v, PAGE * 4096ull);
	ck_assert_uint_eq(pv_xen_pte_in(pv_xen_pte_out(entry)), entry);
	ck_assert_uint_eq(xm_mfn(pv_xen_pte_out(entry)), other);

	ck_assert_int_eq(pv_xen_p2m_set(XM_PAGES, 1), PV_E_RANGE);
	ck_assert_int_eq(pv_xen_p2m_set(~0ul, 1), PV_E_RANGE);
}
END_TEST

/* Addresses above the image's are not the image's. */
START_TEST(behind_an_address)
{
	pv_vaddr va;

	ck_assert_int_eq(pv_hooks_get()->va_alloc(NULL, 8 * 4096, &va), PV_OK);
	ck_assert_int_eq(pv_ops.mmu.map(pv_space_kernel(), va, xh_page(3), 4096, PV_PROT_READ), PV_OK);
	/* So that there is a page of this number. */
	pv_xen_virt_base = va.v - 16 * 4096;
	ck_assert_uint_eq(pv_xen_mfn_of((void *)va.v), xm.p2m[XH_DATA + 3]);
	ck_assert_uint_eq(pv_xen_mfn_of((void *)(va.v + 4096)), PV_XEN_NO_FRAME);
	ck_assert_uint_eq(pv_xen_mfn_of((void *)(va.v - 17 * 4096)), xm.p2m[XM_PAGES - 17]);
	pv_boot_data.kernel_base = pv_pa(16 * 4096);
	pv_boot_data.kernel_size = 4096;
	ck_assert_uint_eq(pv_xen_mfn_of((void *)va.v), xm.p2m[16]);
	ck_assert_uint_eq(pv_xen_mfn_of((void *)(va.v + 4096)), PV_XEN_NO_FRAME);
	pv_boot_data.kernel_size = 0;
	pv_xen_virt_base = XM_DIRECT;
}
END_TEST

/* First of all there is nothing but what the domain builder has mapped. */
START_TEST(at_start_of_day)
{
	const uintptr_t tables = xm_start_info.pt_base, end = tables + (xm_start_info.nr_pt_frames + 1) * 4096;

	pv_direct_map.base = 0;
	ck_assert_uint_eq(pv_xen_mfn_of((void *)(XM_DIRECT + 3 * 4096)), xm.p2m[3]);
	ck_assert_uint_eq(pv_xen_mfn_of((void *)tables), xm.p2m[(tables - XM_DIRECT) / 4096]);
	ck_assert_uint_eq(pv_xen_mfn_of((void *)(XM_DIRECT - 4096)), PV_XEN_NO_FRAME);
	ck_assert_uint_eq(pv_xen_mfn_of((void *)end), PV_XEN_NO_FRAME);
	ck_assert_uint_eq(pv_xen_mfn_of((void *)~(uintptr_t)0), PV_XEN_NO_FRAME);
}
END_TEST

static Suite *
p2m_suite(void)
{
	Suite *suite = suite_create("xen_p2m");
	TCase *tcase = tcase_create("p2m");

	tcase_add_checked_fixture(tcase, xh_start_mmu, NULL);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, both_ways);
	tcase_add_test(tcase, frames_go_and_come);
	tcase_add_test(tcase, behind_an_address);
	tcase_add_test(tcase, at_start_of_day);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return run_all(srunner_create(p2m_suite()));
}
