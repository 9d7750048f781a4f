/* SPDX-License-Identifier: GPL-2.0 */
/* How a round begins and ends. */
#ifndef PROCESSES_H
#define PROCESSES_H

void spawn_worker(int worker);
/* Kills it: nothing of it stays. */
void end_worker(int worker);
/* Has what is on its way arrive. */
void empty_mail(void);

#endif /* PROCESSES_H */
