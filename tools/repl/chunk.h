/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPL_CHUNK_H
#define REPL_CHUNK_H

#include <stdbool.h>

/*
 * Does what was typed so far need more lines?  It is only compiled here, never
 * run; what is wrong for good is complete, as the server says what is wrong.
 */
typedef struct Chunk Chunk;

Chunk *chunk_new(void);
void chunk_free(Chunk *c);

/* @text: all lines so far, with their newlines. */
bool chunk_is_complete(Chunk *c, const char *text);

/* The fault document of the RFC, in XML, instead of Lua? */
bool chunk_is_xml(const char *text);

#endif
