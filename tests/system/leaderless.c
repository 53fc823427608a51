/* SPDX-License-Identifier: BSD-2-Clause */
/* A process whose first thread has exited: proc(5) then shows its namespace, its root and its
 * directory by the other thread alone. */
#include <pthread.h>
#include <unistd.h>

static void *
live_on(void *data)
{
	/* no process outlives a test that forgot it */
	sleep(60);
	return data;
}

int
main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, live_on, NULL) != 0)
		return 1;
	pthread_exit(NULL);
}
