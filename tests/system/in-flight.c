/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holds a file as nobody's table shows it: its descriptor is under way in a socket, where nobody
 * takes it out, and closed elsewhere.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
send_away(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_level = SOL_SOCKET,
			     .cmsg_type = SCM_RIGHTS,
			     .cmsg_len = CMSG_LEN(sizeof(int))}};
	struct iovec byte = {.iov_base = (char[]){0}, .iov_len = 1};
	struct msghdr message = {.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	int ends[2];
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0 || send_away(ends[0], fd) < 0)
		return 1;
	close(fd);
	/* says that it is done; no process outlives a test that forgot it */
	(void)!write(STDOUT_FILENO, "sent\n", 5);
	close(STDOUT_FILENO);
	return (int)sleep(60);
}
