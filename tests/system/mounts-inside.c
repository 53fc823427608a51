/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mounts-inside PIN [FILE]: prints the mountinfo of a pinned mount namespace, or a file of it. It
 * runs no program in there and asks no /proc of it, so that the answer is right whatever was done
 * to the tree.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	char text[65536];
	ssize_t length;
	int self, pin, file;

	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: mounts-inside PIN [FILE]\n");
		return 2;
	}
	/* opened here, it tells of this process wherever that is when it is read */
	self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	pin = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (self < 0 || pin < 0 || setns(pin, CLONE_NEWNS) < 0) {
		perror(argv[1]);
		return 1;
	}
	file = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC)
			 : openat(self, "mountinfo", O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		perror(argc == 3 ? argv[2] : "mountinfo");
		return 1;
	}
	while ((length = read(file, text, sizeof(text))) > 0)
		if (fwrite(text, 1, (size_t)length, stdout) != (size_t)length)
			return 1;
	return length < 0 ? 1 : fclose(stdout) != 0;
}
