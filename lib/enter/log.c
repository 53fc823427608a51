/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/log.h"

#include "common/cleanup.h"
#include "common/report.h"

#include <stdarg.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>

/* A socket that waits for nobody, and on which write(2) raises no SIGPIPE, since it is of
 * datagrams. */
static int
connect_daemon(void)
{
	static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	cleanup_fd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return steal_fd(&fd);
}

/* RFC 3164, section 4.1; metalog looks for the program behind the time. */
static void
write_header(char *header, size_t size, const char *program)
{
	char when[32] = "Jan  1 00:00:00";
	struct timespec now;
	const struct tm *local =
		clock_gettime(CLOCK_REALTIME, &now) == 0 ? localtime(&now.tv_sec) : NULL;

	if (local)
		strftime(when, sizeof(when), "%b %e %H:%M:%S", local);
	snprintf(header, size, "<%d>%s %s[%d]", LOG_AUTHPRIV | LOG_NOTICE, when, program,
		(int)getpid());
}

/* Not syslog(3), which waits for a daemon that is behind, with the user at the prompt. */
void
log_say(const char *program, const char *format, ...)
{
	int saved = errno;
	cleanup_fd int fd = connect_daemon();
	char header[128], text[512];
	struct report report;
	va_list arguments;

	if (fd >= 0) {
		va_start(arguments, format);
		vsnprintf(text, sizeof(text), format, arguments);
		va_end(arguments);
		write_header(header, sizeof(header), program);
		report_init(&report, header);
		report.fd = fd;
		report_warning(&report, "%s", text);
	}
	errno = saved;
}
