/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/account.h"
#include "common/cleanup.h"
#include "helper/root_config.h"
#include "helper/service.h"
#include "said.h"
#include "superuser/host_account.h"

#include <string.h>

static const char *text; /* of the root's file */
static const char *service_text; /* of the service's; NULL for none */
static int failure; /* errno of the host's name service; 0: it answers */

int __wrap_service_read(struct service *service, const char *name, struct config_file *file);
int __wrap_mountinfo_read(struct mountinfo *mountinfo, struct report *said_to);
const char *__wrap_mountinfo_proc_options(struct mountinfo *mountinfo);
int __wrap_host_account_by_name(struct account *account, const char *name);
int __wrap_host_account_group(const char *name, gid_t *gid);

static void
read_text(struct config_file *file, const char *bytes, const char *path, enum config_kind kind)
{
	cleanup_file FILE *stream = stream_of(bytes, strlen(bytes));

	assert_int_equal(config_read(file, stream, path, kind, true, &report), 0);
}

int
__wrap_service_read(struct service *service, const char *name, struct config_file *file)
{
	if (service_text)
		read_text(&service->catalogue.service, service_text, "service", CONFIG_SERVICE);
	read_text(file, text, name, CONFIG_INSTANCE);
	return 0;
}

int
__wrap_mountinfo_read(struct mountinfo *mountinfo, struct report *said_to)
{
	(void)mountinfo;
	(void)said_to;
	return 0;
}

const char *
__wrap_mountinfo_proc_options(struct mountinfo *mountinfo)
{
	(void)mountinfo;
	return "rw,hidepid=2";
}

int
__wrap_host_account_by_name(struct account *account, const char *name)
{
	*account = (struct account){.uid = 1000};
	errno = failure ? failure : ENOENT;
	return failure || strcmp(name, "bob") != 0 ? -1 : 0;
}

int
__wrap_host_account_group(const char *name, gid_t *gid)
{
	*gid = 60;
	errno = ENOENT;
	return strcmp(name, "games") == 0 ? 0 : -1;
}

static int
begin(void **state)
{
	service_text = NULL;
	failure = 0;
	return report_to_memory(state);
}

static int
read_games(struct root_config *configured, struct service *service)
{
	*service = (struct service){.report = &report};
	return root_config_read(configured, service, "games");
}

static void
release(struct root_config *configured, struct service *service)
{
	root_config_release(configured);
	catalogue_release(&service->catalogue);
}

static void
assert_refused(const char *message)
{
	struct root_config configured;
	struct service service;
	char expected[256];

	assert_int_equal(read_games(&configured, &service), -1);
	snprintf(expected, sizeof(expected), "test: %s\n", message);
	assert_string_equal(take_said(), expected);
	release(&configured, &service);
}

static void
the_record_has_each_key_as_it_holds(void **state)
{
	struct root_config configured;
	struct service service;

	(void)state;
	text = "root=/opt/games\nvisible=yes\nextra_mounts='/o /o none bind'\n";
	service_text = "visible=no\npersonality=linux32\nextra_mounts='/s /s none bind'\n";
	assert_int_equal(read_games(&configured, &service), 0);
	assert_string_equal(take_said(), "");
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		assert_string_equal(record_value(&configured.record, config_key_name(key)),
			config_value(&configured.config, key));
	assert_string_equal(record_value(&configured.record, "visible"), "yes");
	assert_string_equal(record_value(&configured.record, "personality"), "linux32");
	assert_string_equal(record_value(&configured.record, "stop_timeout"), "10");
	assert_string_equal(record_value(&configured.record, "extra_mounts"), "/o /o none bind");
	assert_string_equal(
		record_value(&configured.record, "service_extra_mounts"), "/s /s none bind");
	assert_string_equal(record_value(&configured.record, "service"), "chroot-mounts");
	release(&configured, &service);
}

static void
those_who_may_enter_become_numbers(void **state)
{
	struct root_config configured;
	struct service service;

	(void)state;
	text = "root=/opt/games\nusers='\n bob\tbob'\ngroups=games\ndefault_user=bob\n";
	assert_int_equal(read_games(&configured, &service), 0);
	assert_string_equal(take_said(), "");
	assert_true(record_has_number(&configured.record, "uid", 1000));
	assert_string_equal(record_value(&configured.record, "gid"), "60");
	release(&configured, &service);
	/* whom the superuser becomes by default is not let in by that */
	text = "root=/opt/games\ndefault_user=bob\n";
	assert_int_equal(read_games(&configured, &service), 0);
	assert_null(record_next(&configured.record, "uid", NULL));
	release(&configured, &service);
}

static void
accounts_that_the_host_lacks_are_refused(void **state)
{
	(void)state;
	text = "root=/opt/games\nusers='bob mallory'\n";
	assert_refused("games:2: no user of the host is called mallory");
	text = "root=/opt/games\ndefault_user=mallory\n";
	assert_refused("games:2: no user of the host is called mallory");
	text = "root=/opt/games\n";
	service_text = "\n\ngroups=wheel\n";
	assert_refused("service:3: no group of the host is called wheel");
}

static void
a_name_service_that_fails_is_an_error(void **state)
{
	char expected[256];

	(void)state;
	text = "root=/opt/games\nusers=bob\n";
	failure = EIO;
	snprintf(expected, sizeof(expected), "games:2: the host cannot say which user bob is: %s",
		strerror(EIO));
	assert_refused(expected);
}

static void
a_root_that_does_not_say_where_its_tree_is_is_refused(void **state)
{
	(void)state;
	text = "users=bob\n";
	assert_refused("games does not say where the tree is; add "
		       "root=/path/of/the/tree to it");
	text = "root=\n";
	assert_refused("games does not say where the tree is; add "
		       "root=/path/of/the/tree to it");
}

static void
the_plan_hides_in_proc_what_the_host_hides(void **state)
{
	struct root_config configured;
	struct service service;

	(void)state;
	text = "root=/opt/games\nmounts='proc /proc proc nosuid'\n";
	assert_int_equal(read_games(&configured, &service), 0);
	assert_int_equal(configured.plan.count, 1);
	assert_string_equal(configured.plan.mounts[0].options_text, "nosuid,hidepid=2");
	release(&configured, &service);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, report_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_record_has_each_key_as_it_holds),
		TEST(those_who_may_enter_become_numbers),
		TEST(accounts_that_the_host_lacks_are_refused),
		TEST(a_name_service_that_fails_is_an_error),
		TEST(a_root_that_does_not_say_where_its_tree_is_is_refused),
		TEST(the_plan_hides_in_proc_what_the_host_hides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
