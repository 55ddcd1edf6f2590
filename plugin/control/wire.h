/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_WIRE_H
#define FI_WIRE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What a client sends, cut into the things it asks for: in text mode lines
 * that make up chunks, in framed mode frames.  docs/protocol.md is the format.
 * No thread, no socket and no QEMU in here.
 */
typedef struct FiWire FiWire;

typedef enum FiWireKind {
    FI_WIRE_CHUNK,   /* text mode: Lua that compiles */
    FI_WIRE_SYNTAX,  /* text mode: Lua that does not; text is the message */
    FI_WIRE_XML,     /* text mode: a document, or what claims to be one */
    FI_WIRE_HELP,    /* text mode: ?text */
    FI_WIRE_COMMAND, /* text mode: #text; empty: a line without meaning */
    FI_WIRE_REQUEST, /* framed mode: id, payload */
    FI_WIRE_BAD,     /* text is why; in framed mode the end: nothing more can
                      * be understood */
} FiWireKind;

typedef struct FiWireItem {
    FiWireKind kind;
    char *id;
    char *text; /* NUL-terminated; a chunk may have more of them */
    size_t len;
} FiWireItem;

#define FI_WIRE_MAX_FRAME (16u << 20)
/* Of a line, and of a chunk of several lines, which is compiled once more with
 * each of its lines. */
#define FI_WIRE_MAX_LINE (1u << 20)
#define FI_WIRE_MAX_CHUNK (256u << 10)
#define FI_WIRE_MAX_LINES 2000

FiWire *fi_wire_new(void);
void fi_wire_free(FiWire *w);
/* From now on what comes are frames. */
void fi_wire_set_framed(FiWire *w);

void fi_wire_feed(FiWire *w, const char *data, size_t len);
/* Nothing more will come: what is incomplete is refused, not done by half. */
void fi_wire_end(FiWire *w);
/* The next thing, to be freed, or NULL if it is not yet complete. */
FiWireItem *fi_wire_next(FiWire *w);
void fi_wire_item_free(FiWireItem *item);

/* A line #interrupt has come, which does not wait for its turn; text mode. */
bool fi_wire_take_interrupt(FiWire *w);
/* Forget the incomplete chunk. */
void fi_wire_cancel(FiWire *w);
/* Lines of the incomplete chunk; 0: there is none. */
unsigned fi_wire_chunk_lines(const FiWire *w);
/* Bytes that wait for fi_wire_next(). */
size_t fi_wire_buffered(const FiWire *w);

#endif
