/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_KALLSYMS_H
#define FI_KALLSYMS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The symbols that a Linux kernel carries in itself (CONFIG_KALLSYMS), read
 * from arm64's boot image, which distributions install as /boot/vmlinuz-….
 * They need no debug package, and they cannot be another kernel's.
 */

/* @type is nm's letter; @name is valid during the call. */
typedef void FiKallsymsFunc(uint64_t addr, char type, const char *name,
                            void *opaque);

/* Is this the start of an arm64 boot image?  64 bytes are enough to tell. */
bool fi_kallsyms_is_image(const uint8_t *data, size_t size);

/* Call @fn for each symbol; on failure @error says what is missing, without
 * the file's name, and nothing was called. */
bool fi_kallsyms_read(const uint8_t *data, size_t size, FiKallsymsFunc *fn,
                      void *opaque, GError **error);

#endif
