/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From reset (Supervisor mode, one core) to main() with the MMU on: 1 MiB sections, devices below 1 GiB, the next
 * 1 GiB is RAM. Every exception is a crash.
 */
#include "asm.h"

    .syntax unified
    .arm

#define SECTION_DEVICE 0x00000c16   /* Device, shareable; read and write at PL1 only; execute never */
#define SECTION_NORMAL 0x00011c0e   /* Normal write-back write-allocate, shareable; read, write and execute */
#define SECTIONS_PER_GIB 1024
#define TTBR_FLAGS 0x4a             /* walks write-back, shareable */
#define DOMAIN_0_CLIENT 1
#define SCTLR_M_C_I 0x1005

    .section .text.boot, "ax"
function _start
    ldr     sp, =stack_end
    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0  /* VBAR */

    ldr     r0, =level1
    ldr     r1, =SECTION_DEVICE
    ldr     r2, =SECTION_NORMAL + (SECTIONS_PER_GIB << 20)
    mov     r3, #SECTIONS_PER_GIB
    add     r4, r0, #SECTIONS_PER_GIB * 4
1:  str     r1, [r0], #4
    str     r2, [r4], #4
    add     r1, r1, #1 << 20
    add     r2, r2, #1 << 20
    subs    r3, r3, #1
    bne     1b

    ldr     r0, =level1
    orr     r0, r0, #TTBR_FLAGS
    mcr     p15, 0, r0, c2, c0, 0   /* TTBR0 */
    mov     r0, #0
    mcr     p15, 0, r0, c2, c0, 2   /* TTBCR */
    mov     r0, #DOMAIN_0_CLIENT
    mcr     p15, 0, r0, c3, c0, 0   /* DACR */
    dsb
    mcr     p15, 0, r0, c8, c7, 0   /* TLBIALL */
    dsb
    isb
    mrc     p15, 0, r0, c1, c0, 0   /* SCTLR */
    ldr     r1, =SCTLR_M_C_I
    orr     r0, r0, r1
    mcr     p15, 0, r0, c1, c0, 0
    isb
    bl      main
    bl      power_off
end_function _start
    .ltorg

    .text
    .balign 32
function vectors
    .rept 8
    b       crash_entry
    .endr
end_function vectors

function crash_entry
    sub     r0, lr, #4              /* near enough for a report */
    ldr     sp, =stack_end
    b       crash
end_function crash_entry
    .ltorg

    .bss
    .balign 0x4000
level1:
    .skip   0x4000
stack:
    .skip   0x2000
stack_end:
