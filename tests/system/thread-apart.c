/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread-apart DIRECTORY ID: a process of the caller's, one thread of which has a working directory
 * and credentials of its own: DIRECTORY, and the user and the group ID.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
part(char **argv)
{
	unsigned id = (unsigned)strtoul(argv[2], NULL, 10);

	/* libc changes the credentials of all threads, the system call those of one (setresuid(2))
	 */
	return unshare(CLONE_FS) < 0 || chdir(argv[1]) < 0 || syscall(SYS_setgroups, 0, NULL) < 0 ||
	       syscall(SYS_setresgid, id, id, id) < 0 || syscall(SYS_setresuid, id, id, id) < 0;
}

static void *
live_apart(void *data)
{
	if (part(data) != 0)
		_exit(1);
	(void)!write(STDOUT_FILENO, "apart\n", 6);
	/* no process outlives a test that forgot it */
	sleep(300);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t thread;

	if (argc < 3 || pthread_create(&thread, NULL, live_apart, argv) != 0)
		return 1;
	return pthread_join(thread, NULL);
}
