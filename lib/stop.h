/* Stop: what runs inside is ended, the namespace taken away. */
#ifndef STOP_H
#define STOP_H

struct service;

/*
 * One that is not prepared is success; nothing is read but what start recorded. 0, or -1 with the
 * error said; then another stop goes on from there.
 */
int stop_root(struct service *service, const char *name);

#endif
