/*
 * Options on the command line, names, sums, byte orders, and the image's own name
 * in front of the arguments.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_memory.h"

static char value[64];

static pv_status
look(const char *args, const char *name)
{
	boot.args = args;
	memset(value, 'x', sizeof(value));
	return pv_boot_option(&boot, name, value, sizeof(value));
}

#define VALUE(args, name, text)	do {			\
	ck_assert_int_eq(look(args, name), PV_OK);	\
	ck_assert_str_eq(value, text);			\
} while (0)

START_TEST(option_name_and_value)
{
	VALUE("pv=nopatch", "pv", "nopatch");
	VALUE("quiet root=/dev/sda1 pv=xen,count", "root", "/dev/sda1");
	VALUE("a=b=c", "a", "b=c");
	VALUE("  \t a=1\tb=2  ", "b", "2");
	VALUE("a=", "a", "");
}
END_TEST

START_TEST(option_bare_name)
{
	VALUE("quiet", "quiet", "");
	VALUE("a quiet b", "quiet", "");
}
END_TEST

START_TEST(option_absent)
{
	ck_assert_int_eq(look("", "a"), PV_E_NOENT);
	ck_assert_str_eq(value, "");
	ck_assert_int_eq(look("   ", "a"), PV_E_NOENT);
	ck_assert_int_eq(look("ab=1 ba=2 xa", "a"), PV_E_NOENT);
	ck_assert_int_eq(look("b=a", "a"), PV_E_NOENT);
	ck_assert_int_eq(look(NULL, "a"), PV_E_NOENT);
}
END_TEST

START_TEST(option_last_one_wins)
{
	VALUE("a=1 a=2 b a=3", "a", "3");
	VALUE("a=1 a", "a", "");
	VALUE("a a=1", "a", "1");
}
END_TEST

START_TEST(option_value_in_quotes)
{
	VALUE("a=\"x y\" b=2", "a", "x y");
	VALUE("a=\"x y\" b=2", "b", "2");
	VALUE("a=\"\"", "a", "");
	VALUE("b=\"1 a=2\" a=3 c=\"a=4 \"", "a", "3");
}
END_TEST

START_TEST(option_whole_word_in_quotes)
{
	VALUE("\"a=x y\" b", "a", "x y");
	VALUE("\"quiet\" b", "quiet", "");
}
END_TEST

START_TEST(option_quote_without_end_reaches_the_end)
{
	VALUE("a=\"x y b=2", "a", "x y b=2");
	VALUE("a=\"", "a", "");
	VALUE("\"a=1", "a", "1");
	ck_assert_int_eq(look("a=\"x y b=2", "b"), PV_E_NOENT);
}
END_TEST

START_TEST(option_too_long_for_the_buffer)
{
	char small[4];

	boot.args = "a=123 b=1234";
	ck_assert_int_eq(pv_boot_option(&boot, "a", small, sizeof(small)), PV_OK);
	ck_assert_str_eq(small, "123");
	ck_assert_int_eq(pv_boot_option(&boot, "b", small, sizeof(small)), PV_E_TOOLONG);
	ck_assert_str_eq(small, "");
}
END_TEST

START_TEST(option_wrong_use)
{
	boot.args = "a=1";
	ck_assert_int_eq(pv_boot_option(&boot, "", value, sizeof(value)), PV_E_INVAL);
	ck_assert_int_eq(pv_boot_option(&boot, NULL, value, sizeof(value)), PV_E_INVAL);
	ck_assert_int_eq(pv_boot_option(&boot, "a", value, 0), PV_E_INVAL);
	ck_assert_int_eq(pv_boot_option(&boot, "a", NULL, 8), PV_E_INVAL);
}
END_TEST

START_TEST(names_of_everything)
{
	for (int i = 0; i < PV_BOOT_HOW_COUNT; i++)
		ck_assert_ptr_nonnull(pv_boot_how_name((enum pv_boot_how)i));
	for (int i = PV_MEM_RAM; i < PV_MEM_KIND_COUNT; i++)
		ck_assert_str_ne(pv_mem_name((enum pv_mem)i), "?");
	ck_assert_str_eq(pv_boot_how_name(PV_BOOT_MULTIBOOT2), "multiboot2");
	ck_assert_str_eq(pv_boot_how_name((enum pv_boot_how)99), "?");
	ck_assert_str_eq(pv_mem_name((enum pv_mem)0), "?");
	ck_assert_str_eq(pv_mem_name((enum pv_mem)-1), "?");
	ck_assert_str_eq(pv_mem_name(PV_MEM_KIND_COUNT), "?");
}
END_TEST

START_TEST(image_name_by_loader)
{
	/* GRUB 2 gives the arguments alone. */
	ck_assert_str_eq(pv_boot_without_name("GRUB 2.06-13+deb12u1", "/a/path x"), "/a/path x");
	ck_assert_str_eq(pv_boot_without_name("GRUB 2.06-13+deb12u1", ""), "");
	/* These put the name in front, also one without a slash. */
	ck_assert_str_eq(pv_boot_without_name("qemu", "kernel.elf a=1 b"), "a=1 b");
	ck_assert_str_eq(pv_boot_without_name("qemu", "/tmp/kernel.elf "), "");
	ck_assert_str_eq(pv_boot_without_name("qemu", "kernel.elf"), "");
	ck_assert_str_eq(pv_boot_without_name("qemu", ""), "");
	ck_assert_str_eq(pv_boot_without_name("GNU GRUB 0.97", "/kernel  a"), "a");
	ck_assert_str_eq(pv_boot_without_name("SYSLINUX 6.04", "kernel.gz a"), "a");
}
END_TEST

START_TEST(image_name_of_an_unknown_loader_is_a_path)
{
	ck_assert_str_eq(pv_boot_without_name("", "/boot/kernel a=1"), "a=1");
	ck_assert_str_eq(pv_boot_without_name("x", "boot():/kernel"), "");
	ck_assert_str_eq(pv_boot_without_name("x", " tftp://host/kernel a"), "a");
	ck_assert_str_eq(pv_boot_without_name("x", "root=/dev/sda1 a"), "root=/dev/sda1 a");
	ck_assert_str_eq(pv_boot_without_name("x", "quiet /a"), "quiet /a");
	ck_assert_str_eq(pv_boot_without_name("GRUBBY", "a b"), "a b");
}
END_TEST

START_TEST(byte_orders)
{
	static const uint8_t bytes[8] = { 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88 };
	bool turned = __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__;
	pv_le16 l16;
	pv_le32 l32;
	pv_le64 l64;

	memcpy(&l16, bytes, 2);
	memcpy(&l32, bytes, 4);
	memcpy(&l64, bytes, 8);
	ck_assert_uint_eq(pv_le16_get(l16), turned ? 0x1122 : 0x2211);
	ck_assert_uint_eq(pv_le32_get(l32), turned ? 0x11223344 : 0x44332211);
	ck_assert_uint_eq(pv_le64_get(l64), turned ? 0x1122334455667788 : 0x8877665544332211);
	ck_assert_uint_eq(pv_swap16_(0x1122), 0x2211);
	ck_assert_uint_eq(pv_swap32_(0x11223344), 0x44332211);
	ck_assert_uint_eq(pv_swap64_(0x1122334455667788), 0x8877665544332211);
}
END_TEST

Suite *
options_suite(void)
{
	Suite *s = suite_create("boot options");
	TCase *t = tcase_create("options");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, memory_setup, memory_teardown);
	tcase_add_test(t, option_name_and_value);
	tcase_add_test(t, option_bare_name);
	tcase_add_test(t, option_absent);
	tcase_add_test(t, option_last_one_wins);
	tcase_add_test(t, option_value_in_quotes);
	tcase_add_test(t, option_whole_word_in_quotes);
	tcase_add_test(t, option_quote_without_end_reaches_the_end);
	tcase_add_test(t, option_too_long_for_the_buffer);
	tcase_add_test(t, option_wrong_use);
	tcase_add_test(t, names_of_everything);
	tcase_add_test(t, image_name_by_loader);
	tcase_add_test(t, image_name_of_an_unknown_loader_is_a_path);
	tcase_add_test(t, byte_orders);
	return s;
}
