/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says where it runs: 0 if the file /marker holds the word of its argument and nothing else, 42 for
 * any other place. A program of one system call or two, for those who enter a million times.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	char text[64];
	int fd = open("/marker", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (argc == 2 && length == (ssize_t)strlen(argv[1]) &&
		memcmp(text, argv[1], (size_t)length) == 0)
		return 0;
	return 42;
}
