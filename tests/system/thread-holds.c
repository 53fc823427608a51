/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread-holds directory|file PATH: one thread of the process has PATH as its working directory, or
 * open, and the others have not: it shares neither its working directory nor its descriptors with
 * them.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

static int
hold(char **argv)
{
	if (strcmp(argv[1], "directory") == 0)
		return unshare(CLONE_FS) < 0 || chdir(argv[2]) < 0 ? -1 : 0;
	return unshare(CLONE_FILES) < 0 || open(argv[2], O_RDONLY) < 0 ? -1 : 0;
}

static void *
live(void *data)
{
	if (hold(data) < 0)
		_exit(1);
	(void)!write(STDOUT_FILENO, "held\n", 5);
	/* no process outlives a test that forgot it */
	sleep(300);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 3 || pthread_create(&thread, NULL, live, argv) != 0)
		return 1;
	return pthread_join(thread, NULL);
}
