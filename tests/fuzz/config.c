/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a conf.d file of either kind: an error that holds nothing, or values on a line. */
#include "helper/config.h"
#include "common/cleanup.h"
#include "common/report.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_value(const struct config *config, enum config_key key, unsigned lines)
{
	const struct config_value *value = &config->values[key];

	if (!value->text ? value->line != 0 || value->source
			 : value->line == 0 || value->line > lines)
		abort();
	if (value->source && strlen(value->text) > strlen(value->source))
		abort();
}

static void
check_config(const struct config *config, unsigned lines, struct report *report)
{
	for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
		check_value(config, key, lines);
		if (config_value(config, NULL, key, NULL) == NULL)
			abort();
		config_error(
			config, key, lines, report, "%s", config_value(config, NULL, key, NULL));
	}
	config_is_yes(config, NULL, CONFIG_VISIBLE);
}

static void
read_as(const uint8_t *data, size_t size, enum config_kind kind, struct report *report)
{
	static const struct config nothing;
	struct config config;
	cleanup_file FILE *stream = fmemopen((void *)(uintptr_t)data, size, "r");
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (config_read(&config, stream, "file", kind, false, report) == 0)
		check_config(&config, lines, report);
	else if (memcmp(&config, &nothing, sizeof(config)) != 0)
		abort();
	config_release(&config);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct report report = {.fd = -1};

	if (report.fd < 0) {
		report_init(&report, "fuzz");
		report.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	}
	if (size == 0)
		return 0;
	read_as(data, size, CONFIG_SERVICE, &report);
	read_as(data, size, CONFIG_INSTANCE, &report);
	return 0;
}
