/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * high-namespace COMMAND [ARG...]: executes the command in a copy of the mount namespace of which
 * the id is higher than that of the next namespaces made, and on a processor where that is so.
 *
 * Since Linux 6.18 the ids come in batches of 4096 for each processor, as cookies do
 * (gen_cookie_next(), COOKIE_LOCAL_BATCH), so a namespace made on another processor has a higher id
 * than those made here as long as the batch here lasts. Exits 77 where there is one processor, or
 * the ids rise in one order.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/types.h>

#define GET_MOUNT_ID _IOR(0xb7, 0x5, uint64_t) /* NS_GET_MNTNS_ID, ioctl_nsfs(2) */
#define CANNOT 77

static int
run_on(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one);
}

/* Leaves the process in a new namespace; its id, or 0. */
static uint64_t
make_namespace(void)
{
	uint64_t id = 0;
	int fd;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 0;
	fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, GET_MOUNT_ID, &id) < 0)
		id = 0;
	close(fd);
	return id;
}

/* True if a namespace that is made now gets a lower id. */
static int
is_higher_than_next(uint64_t id)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		uint64_t next = make_namespace();

		_exit(next != 0 && next < id ? 0 : 1);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int
main(int argc, char **argv)
{
	cpu_set_t allowed;
	int cpus[2], count = 0;

	if (argc < 2 || sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return 2;
	for (int cpu = 0; cpu < CPU_SETSIZE && count < 2; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			cpus[count++] = cpu;
	if (count < 2)
		return CANNOT;
	/* a batch may end in between, so each way is tried more than once */
	for (int tries = 0; tries < 8; tries++) {
		uint64_t id;

		if (run_on(cpus[tries % 2]) < 0)
			return 2;
		id = make_namespace();
		if (id == 0)
			return CANNOT;
		if (run_on(cpus[(tries + 1) % 2]) < 0)
			return 2;
		if (is_higher_than_next(id)) {
			execvp(argv[1], argv + 1);
			perror(argv[1]);
			return 2;
		}
	}
	return CANNOT;
}
