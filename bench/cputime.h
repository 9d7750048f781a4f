/* SPDX-License-Identifier: GPL-2.0 */
/* Processor time of the whole system, kernel threads included. */
#ifndef CPUTIME_H
#define CPUTIME_H

/* Microseconds that all tasks together had, as soon as they are idle. */
double cputime_settled(void);

#endif /* CPUTIME_H */
