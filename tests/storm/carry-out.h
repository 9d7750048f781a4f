/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CARRY_OUT_H
#define CARRY_OUT_H

#include "worker.h"

/* Does what a worker was told, with its slots and the socket for messages. */
void carry_out(struct held *slots, int mail, const struct command *command,
	       struct answer *answer);

#endif /* CARRY_OUT_H */
