/* SPDX-License-Identifier: GPL-2.0 */
/* One of vivid's cameras, which puts its frames into dma-bufs. */
#ifndef CAMERA_H
#define CAMERA_H

#include <stddef.h>
#include <stdint.h>

/* The camera of that place on the bus, or the test is skipped. */
int open_camera(const char *bus);

size_t frame_size(int camera);

/* Makes room for @count frames. */
void request_frames(int camera, uint32_t count);
/* Gives it a buffer for a frame: 0, or -1 and errno. */
int queue_frame(int camera, uint32_t index, int buf);

#endif /* CAMERA_H */
