/*
 * Xen's interface, grants to rings: grant table, the pages of console and xenstore, what
 * PVH and HVM add. Included by abi.h alone, which says what the rules are.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ABI_IO_H
#define PV_XEN_ABI_IO_H

/* Grant table, version 1. Xen: grant_table.h */
#define XEN_GNTTAB_NR_RESERVED_ENTRIES	8
#define XEN_GNTTAB_RESERVED_CONSOLE	0
#define XEN_GNTTAB_RESERVED_XENSTORE	1
#define XEN_GTF_INVALID		0
#define XEN_GTF_PERMIT_ACCESS	1
#define XEN_GTF_ACCEPT_TRANSFER	2
#define XEN_GTF_TYPE_MASK	3
#define XEN_GTF_READONLY	0x4
#define XEN_GTF_READING		0x8
#define XEN_GTF_WRITING		0x10
#define XEN_GNTTABOP_MAP_GRANT_REF	0
#define XEN_GNTTABOP_UNMAP_GRANT_REF	1
#define XEN_GNTTABOP_SETUP_TABLE	2
#define XEN_GNTTABOP_COPY	5
#define XEN_GNTTABOP_QUERY_SIZE	6
#define XEN_GNTTABOP_UNMAP_AND_REPLACE	7
#define XEN_GNTTABOP_SET_VERSION	8
#define XEN_GNTTABOP_GET_STATUS_FRAMES	9
#define XEN_GNTTABOP_GET_VERSION	10
#define XEN_GNTMAP_DEVICE_MAP	0x1
#define XEN_GNTMAP_HOST_MAP	0x2
#define XEN_GNTMAP_READONLY	0x4
#define XEN_GNTMAP_APPLICATION_MAP	0x8
#define XEN_GNTMAP_CONTAINS_PTE	0x10
#define XEN_GNTST_OKAY		0
#define XEN_GNTST_GENERAL_ERROR	(-1)
#define XEN_GNTST_BAD_DOMAIN	(-2)
#define XEN_GNTST_BAD_GNTREF	(-3)
#define XEN_GNTST_BAD_HANDLE	(-4)
#define XEN_GNTST_BAD_VIRT_ADDR	(-5)
#define XEN_GNTST_BAD_DEV_ADDR	(-6)
#define XEN_GNTST_NO_DEVICE_SPACE	(-7)
#define XEN_GNTST_PERMISSION_DENIED	(-8)
#define XEN_GNTST_BAD_PAGE	(-9)
#define XEN_GNTST_BAD_COPY_ARG	(-10)
#define XEN_GNTST_ADDRESS_TOO_BIG	(-11)
#define XEN_GNTST_EAGAIN	(-12)
#define XEN_GNTST_NO_SPACE	(-13)
#define XEN_GNTCOPY_SOURCE_GREF	0x1
#define XEN_GNTCOPY_DEST_GREF	0x2

struct xen_grant_entry {
	uint16_t flags;
	uint16_t domid;
	uint32_t frame;
};

struct xen_map_grant_ref {
	uint64_t host_addr;
	uint32_t flags;
	uint32_t ref;
	uint16_t dom;
	int16_t status;
	uint32_t handle;
	uint64_t dev_bus_addr;
};

struct xen_unmap_grant_ref {
	uint64_t host_addr;
	uint64_t dev_bus_addr;
	uint32_t handle;
	int16_t status;
};

struct xen_setup_table {
	uint16_t dom;
	uint32_t nr_frames;
	int16_t status;
	unsigned long frame_list;	/* unsigned long[] */
};

struct xen_query_size {
	uint16_t dom;
	uint32_t nr_frames;
	uint32_t max_nr_frames;
	int16_t status;
};

struct xen_grant_copy_ptr {
	union {
		uint32_t ref;
		unsigned long gmfn;
	} u;
	uint16_t domid;
	uint16_t offset;
};

struct xen_grant_copy {
	struct xen_grant_copy_ptr source, dest;
	uint16_t len;
	uint16_t flags;
	int16_t status;
};

struct xen_set_version {
	uint32_t version;
};

struct xen_get_version {
	uint16_t dom;
	uint16_t pad;
	uint32_t version;
};

/* The console's page: indices run freely. Xen: io/console.h */
struct xen_console_ring {
	char in[1024];
	char out[2048];
	uint32_t in_cons, in_prod;
	uint32_t out_cons, out_prod;
};

/* Xenstore's page and messages. Xen: io/xs_wire.h */
#define XEN_XENSTORE_RING_SIZE	1024
#define XEN_XENSTORE_PAYLOAD_MAX	4096
#define XEN_XS_DIRECTORY	1
#define XEN_XS_READ		2
#define XEN_XS_WATCH		4
#define XEN_XS_UNWATCH		5
#define XEN_XS_TRANSACTION_START	6
#define XEN_XS_TRANSACTION_END	7
#define XEN_XS_WRITE		11
#define XEN_XS_MKDIR		12
#define XEN_XS_RM		13
#define XEN_XS_WATCH_EVENT	15
#define XEN_XS_ERROR		16

struct xen_store_ring {
	char req[XEN_XENSTORE_RING_SIZE];
	char rsp[XEN_XENSTORE_RING_SIZE];
	uint32_t req_cons, req_prod;
	uint32_t rsp_cons, rsp_prod;
	uint32_t server_features, connection, error;
};

struct xen_store_message {
	uint32_t type, req_id, tx_id, len;
};

/* HVM and PVH. Xen: hvm/hvm_op.h, hvm/params.h */
#define XEN_HVMOP_SET_PARAM	0
#define XEN_HVMOP_GET_PARAM	1
#define XEN_HVMOP_FLUSH_TLBS	5
#define XEN_HVMOP_PAGETABLE_DYING	9
#define XEN_HVMOP_GET_TIME	10
#define XEN_HVMOP_SET_EVTCHN_UPCALL_VECTOR	23
#define XEN_HVM_PARAM_CALLBACK_IRQ	0
#define XEN_HVM_PARAM_CALLBACK_TYPE_GSI	0	/* in bits 56-63 of the value */
#define XEN_HVM_PARAM_CALLBACK_TYPE_PCI_INTX	1
#define XEN_HVM_PARAM_CALLBACK_TYPE_VECTOR	2
#define XEN_HVM_PARAM_STORE_PFN	1
#define XEN_HVM_PARAM_STORE_EVTCHN	2
#define XEN_HVM_PARAM_CONSOLE_PFN	17
#define XEN_HVM_PARAM_CONSOLE_EVTCHN	18

struct xen_hvm_param {
	uint16_t domid;
	uint16_t pad;
	uint32_t index;
	uint64_t value;
};

struct xen_hvm_upcall_vector {
	uint32_t vcpu;
	uint8_t vector;
};

#endif
