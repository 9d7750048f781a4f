/* SPDX-License-Identifier: GPL-2.0 */
/* Being other users, alone, in numbers, and in user namespaces. */
#ifndef USERS_H
#define USERS_H

#include <sys/types.h>

/* Users without privileges, of the initial user namespace. */
#define ALICE 1000
#define BOB 1001
#define CAROL 1002

/* What distributions give to a user as subordinate IDs: so many from here on. */
#define SUBORDINATE 100000
#define SUBORDINATES 65536

/* Makes this process @uid's, without privileges; become(0) is the way back. */
void become(uid_t uid);
/* As become(), for an effective user ID that is another's. */
void become_with_effective(uid_t uid, uid_t effective);

/*
 * As fork_child(), with the child in a new user namespace, as its root. It has
 * the @count user IDs from @first on of the namespace that this process is in,
 * where its owner is @owner.
 */
pid_t fork_into_namespace(uid_t owner, uid_t first, unsigned int count);

/*
 * Children that keep what they have until they are ended: prepare_holders()
 * comes before they are made, and each calls hold() when it has done its part.
 * While they are waited for, no child may end.
 */
void prepare_holders(void);
void wait_for_holders(unsigned int n);
__attribute__((noreturn))
void hold(void);
void end_holder(pid_t pid);

#endif /* USERS_H */
