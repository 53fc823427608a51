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
check_value(const struct config_file *file, enum config_key key, unsigned lines)
{
	const struct config_value *value = &file->values[key];

	if (!value->text ? value->line != 0 || value->source
			 : value->line == 0 || value->line > lines)
		abort();
	if (value->source && strlen(value->text) > strlen(value->source))
		abort();
}

static void
check_file(const struct config_file *file, unsigned lines, struct report *report)
{
	struct config config;

	config_merge(&config, file, file);
	for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
		check_value(file, key, lines);
		if (config_value(&config, key) == NULL)
			abort();
		config_error(&(struct config_place){&config.settings[key], lines, report}, "%s",
			config_value(&config, key));
	}
	config_is_yes(&config, CONFIG_VISIBLE);
}

static void
read_as(const uint8_t *data, size_t size, enum config_kind kind, struct report *report)
{
	static const struct config_file nothing;
	struct config_file file;
	cleanup_file FILE *stream = fmemopen((void *)(uintptr_t)data, size, "r");
	unsigned lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (config_read(&file, stream, "file", kind, false, report) == 0)
		check_file(&file, lines, report);
	else if (memcmp(&file, &nothing, sizeof(file)) != 0)
		abort();
	config_release(&file);
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
