/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/log.h"

#include "common/cleanup.h"
#include "common/report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>

#include <linux/keyctl.h>

/* refusals of a user that are logged in so many seconds */
#define LOG_LINES 10
#define LOG_SECONDS 60

/*
 * Counts a refusal of the process' user, in a key of the user's own keyring. The count restarts
 * after a minute, with the number of lines that were left out in *left_out. True if a line is due,
 * also if the kernel keeps no keys.
 */
static bool
is_due(unsigned *left_out)
{
	struct {
		time_t since;
		unsigned count;
	} tally = {0};
	time_t now = time(NULL);
	long key = syscall(
		SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", "chroot-enter", 0);

	*left_out = 0;
	if (key >= 0)
		syscall(SYS_keyctl, KEYCTL_READ, key, &tally, sizeof(tally));
	if (now - tally.since >= LOG_SECONDS || now < tally.since) {
		*left_out = tally.count > LOG_LINES ? tally.count - LOG_LINES : 0;
		tally.since = now;
		tally.count = 0;
	}
	tally.count++;
	syscall(SYS_add_key, "user", "chroot-enter", &tally, sizeof(tally), KEY_SPEC_USER_KEYRING);
	return tally.count <= LOG_LINES;
}

/*
 * Does without syslog(3), which waits for a daemon that is behind. write(2) on a datagram socket
 * raises no SIGPIPE. The header is that of RFC 3164, section 4.1; metalog looks for the program
 * behind the time.
 */
void
log_write(const char *program, const char *format, ...)
{
	static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int saved = errno;
	cleanup_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	char when[32] = "Jan  1 00:00:00", header[128], text[512];
	struct timespec now;
	const struct tm *local;
	struct report report;
	va_list arguments;

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
		local = clock_gettime(CLOCK_REALTIME, &now) == 0 ? localtime(&now.tv_sec) : NULL;
		if (local)
			strftime(when, sizeof(when), "%b %e %H:%M:%S", local);
		snprintf(header, sizeof(header), "<%d>%s %s[%d]", LOG_AUTHPRIV | LOG_NOTICE, when,
			program, (int)getpid());
		va_start(arguments, format);
		vsnprintf(text, sizeof(text), format, arguments);
		va_end(arguments);
		report_init(&report, header);
		report.fd = fd;
		report_warning(&report, "%s", text);
	}
	errno = saved;
}

void
log_refusal(const char *program, uid_t uid, const char *format, ...)
{
	char what[256], before[64] = "";
	unsigned left_out;
	va_list arguments;

	if (!is_due(&left_out))
		return;
	if (left_out > 0)
		snprintf(before, sizeof(before), " (%u times more before)", left_out);
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	/* the words of the user come last, so that they cannot imitate the rest */
	log_write(program, "uid %u was refused%s%s", (unsigned)uid, before, what);
}
