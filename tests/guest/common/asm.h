/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Macros for hand-written functions: FUNC symbols with a size, and global labels on single instructions. */
#ifndef GUEST_ASM_H
#define GUEST_ASM_H

.macro function name
    .global \name
    .type \name, %function
\name:
.endm

.macro end_function name
    .size \name, . - \name
.endm

/* An instruction that tests hook by name: global, NOTYPE, so that its function stays the enclosing symbol. */
.macro label name
    .global \name
\name:
.endm

#endif
