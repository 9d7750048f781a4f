/* SPDX-License-Identifier: GPL-2.0 */
/* Names of users. */

#ifndef DMAHEAP_USER_H
#define DMAHEAP_USER_H

#include <sys/types.h>

/*
 * The name of a user, or the number as text if there is no name. It stays valid.
 * Each user is looked up once. Returns NULL if there is no memory for it.
 */
const char *user_name(uid_t uid);

#endif /* DMAHEAP_USER_H */
