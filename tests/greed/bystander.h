/* SPDX-License-Identifier: GPL-2.0 */
/* Somebody who minds their own business while others are greedy. */
#ifndef BYSTANDER_H
#define BYSTANDER_H

#include <sys/types.h>

/**
 * struct bystander - a process, and how often it went round
 * @pid: the process; it goes with the test
 * @rounds: how often it has looked at all of its memory
 * @kills: how many processes the kernel had ended for want of memory before
 */
struct bystander {
	pid_t pid;
	volatile unsigned long *rounds;
	long long kills;
};

struct bystander begin_bystander(void);

/* It goes on, what it has is whole, and nobody was ended for want of memory. */
void check_unharmed(const struct bystander *bystander);

#endif /* BYSTANDER_H */
