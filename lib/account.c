#include "account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

void
account_release(struct account *account)
{
	free(account->name);
	free(account->home);
	free(account->shell);
	*account = (struct account){0};
}

static int
fill(struct account *account, const struct passwd *entry)
{
	*account = (struct account){0};
	if (!entry) {
		/* getpwnam(3): a name that nobody has is no error, or one of several */
		if (errno == 0 || errno == ESRCH || errno == EBADF || errno == EPERM)
			errno = ENOENT;
		return -1;
	}
	*account = (struct account){
		.name = strdup(entry->pw_name),
		.uid = entry->pw_uid,
		.gid = entry->pw_gid,
		.home = strdup(entry->pw_dir ? entry->pw_dir : ""),
		.shell = strdup(entry->pw_shell ? entry->pw_shell : ""),
	};
	if (account->name && account->home && account->shell)
		return 0;
	account_release(account);
	errno = ENOMEM;
	return -1;
}

int
account_by_name(struct account *account, const char *name)
{
	errno = 0;
	return fill(account, getpwnam(name));
}

int
account_by_uid(struct account *account, uid_t uid)
{
	errno = 0;
	return fill(account, getpwuid(uid));
}

int
account_group(const char *name, gid_t *gid)
{
	const struct group *entry;

	errno = 0;
	entry = getgrnam(name);
	if (!entry) {
		if (errno == 0 || errno == ESRCH || errno == EBADF || errno == EPERM)
			errno = ENOENT;
		return -1;
	}
	*gid = entry->gr_gid;
	return 0;
}

int
account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	int room = 64;

	*groups = NULL;
	for (;;) {
		int wanted = room;
		gid_t *grown = reallocarray(*groups, (size_t)room, sizeof(**groups));

		if (!grown)
			break;
		*groups = grown;
		if (getgrouplist(name, gid, grown, &wanted) >= 0) {
			*count = (size_t)wanted;
			return 0;
		}
		/* musl leaves the number alone where glibc says how many there are */
		room = wanted > room ? wanted : room * 2;
		if (room > 65536)
			break;
	}
	free(*groups);
	*groups = NULL;
	errno = ENOMEM;
	return -1;
}

int
account_read(struct account *account, FILE *passwd, uid_t uid)
{
	const struct passwd *entry;

	while ((entry = fgetpwent(passwd)))
		/* a line "+…" or "-…" is for nsswitch(5)'s compat, and nobody's account */
		if (entry->pw_uid == uid && entry->pw_name[0] != '+' && entry->pw_name[0] != '-')
			return fill(account, entry);
	*account = (struct account){0};
	errno = ENOENT;
	return -1;
}
