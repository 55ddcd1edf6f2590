/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From reset to main() at EL1 with the MMU on, from whatever exception level QEMU starts at; and the vectors of EL1 to EL3.
 *
 * The ELF loader has already cleared .bss.
 */
#include "asm.h"

#define MAX_CORES 8
#define STACK_SIZE 0x2000

#define SCR_EL3_VALUE 0x531         /* RW, HCE, NS and the RES1 bits */
#define HCR_EL2_RW (1 << 31)
#define CPTR_EL2_NO_TRAPS 0x33ff
#define CPACR_EL1_FPEN (3 << 20)
#define SPSR_EL1H_MASKED 0x3c5
#define SPSR_EL2H_MASKED 0x3c9

    .section .text.boot, "ax"

function _start
    mov     x19, #0
    b       boot
end_function _start

/* PSCI CPU_ON enters here with the core's number in x0. */
function secondary_start
    mov     x19, x0
    b       boot
end_function secondary_start

.macro set_stack                    /* x19: the core's number */
    ldr     x0, =stacks + STACK_SIZE
    mov     x1, #STACK_SIZE
    madd    x0, x19, x1, x0
    mov     sp, x0
.endm

function boot
    set_stack
    mrs     x20, CurrentEL
    lsr     x20, x20, #2
    cbnz    x19, 1f
    ldr     x0, =boot_el
    str     w20, [x0]
1:  cmp     x20, #2
    b.lo    at_el1
    b.eq    at_el2

    ldr     x0, =vectors_el3
    msr     vbar_el3, x0
    mov     x0, #SCR_EL3_VALUE
    msr     scr_el3, x0
    msr     cptr_el3, xzr
    isb
    bl      hook_el3
    mov     x0, #SPSR_EL2H_MASKED
    adr     x1, at_el2
    mrs     x2, id_aa64pfr0_el1
    tst     x2, #0xf00              /* is there an EL2? */
    b.ne    2f
    mov     x0, #SPSR_EL1H_MASKED
    adr     x1, at_el1
2:  msr     spsr_el3, x0
    msr     elr_el3, x1
    eret

at_el2:
    set_stack
    ldr     x0, =vectors_el2
    msr     vbar_el2, x0
    ldr     x0, =HCR_EL2_RW
    msr     hcr_el2, x0
    mov     x0, #CPTR_EL2_NO_TRAPS
    msr     cptr_el2, x0
    mov     x0, #3                  /* EL1 may use the counter and the timers */
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    isb
    bl      hook_el2
    mov     x0, #SPSR_EL1H_MASKED
    msr     spsr_el2, x0
    adr     x0, at_el1
    msr     elr_el2, x0
    eret

at_el1:
    set_stack
    ldr     x0, =vectors
    msr     vbar_el1, x0
    mov     x0, #CPACR_EL1_FPEN
    msr     cpacr_el1, x0
    isb
    mov     x0, x19
    bl      mmu_on
    cbz     x19, 3f
    mov     x0, x19
    bl      secondary_main
    b       .
3:  bl      main
    bl      power_off
end_function boot

    .text

/* Replaced by programs that have something to do at EL3 and EL2, or on a second core. */
    .weak   hook_el3, hook_el2, secondary_main
hook_el3:
hook_el2:
secondary_main:
    ret

/*
 * Vectors: save everything a handler may change (struct frame in aarch64.h), call the handler, go on. Each level has its
 * own, which differ in the registers they save; the handlers are the same.
 */
#define FRAME_SIZE 288

.macro vector el, handler, name
    .balign 0x80
.ifnb \name
    label \name
.endif
    sub     sp, sp, #FRAME_SIZE
    stp     x0, x1, [sp]
    adr     x1, \handler
    b       exception_entry_el\el
.endm

.macro vector_table el, sync, irq, sync_lower
    vector  \el, handle_other       /* current EL with SP_EL0: not used */
    vector  \el, handle_other
    vector  \el, handle_other
    vector  \el, handle_other
    vector  \el, handle_sync, \sync /* current EL */
    vector  \el, handle_irq, \irq
    vector  \el, handle_fiq
    vector  \el, handle_serror
    vector  \el, handle_sync, \sync_lower /* lower ELs */
    vector  \el, handle_irq
    vector  \el, handle_fiq
    vector  \el, handle_serror
    vector  \el, handle_other       /* AArch32: not used */
    vector  \el, handle_other
    vector  \el, handle_other
    vector  \el, handle_other
.endm

.macro exception_entry el
function exception_entry_el\el
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    mrs     x2, elr_el\el
    stp     x30, x2, [sp, #240]
    mrs     x2, spsr_el\el
    mrs     x3, esr_el\el
    stp     x2, x3, [sp, #256]
    mrs     x2, far_el\el
    str     x2, [sp, #272]
    mov     x0, sp
    blr     x1

    ldp     x30, x2, [sp, #240]
    msr     elr_el\el, x2
    ldr     x2, [sp, #256]
    msr     spsr_el\el, x2
    ldp     x28, x29, [sp, #224]
    ldp     x26, x27, [sp, #208]
    ldp     x24, x25, [sp, #192]
    ldp     x22, x23, [sp, #176]
    ldp     x20, x21, [sp, #160]
    ldp     x18, x19, [sp, #144]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp], #FRAME_SIZE
    eret
end_function exception_entry_el\el
.endm

    .balign 0x800
function vectors
    vector_table 1, vector_sync, vector_irq, vector_sync_lower
end_function vectors

    .balign 0x800
function vectors_el2
    vector_table 2
end_function vectors_el2

    .balign 0x800
function vectors_el3
    vector_table 3
end_function vectors_el3

    exception_entry 1
    exception_entry 2
    exception_entry 3

    .bss
    .balign 16
    .type   stacks, %object
stacks:
    .skip   STACK_SIZE * MAX_CORES
    .size   stacks, . - stacks
