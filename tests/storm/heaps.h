/* SPDX-License-Identifier: GPL-2.0 */
/* How a round begins and ends for the heaps. */
#ifndef HEAPS_H
#define HEAPS_H

/* Finds them, and has every user have as much as there is. */
void find_heaps(void);
/* Removes what was added, and empties pools. Nothing may be lent. */
void leave_heaps(void);

#endif /* HEAPS_H */
