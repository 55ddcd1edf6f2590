/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes eight SVCs, one undefined instruction and, last, one data abort. */
#include "aarch64.h"

#define SVCS 8

volatile uint32_t svc_count, abort_count, undef_count;
volatile uint64_t last_esr, last_far;

HOOK void handle_sync(struct frame *frame)
{
    last_esr = frame->esr;
    last_far = frame->far;
    switch (ESR_CLASS(frame->esr)) {
    case CLASS_SVC:
        svc_count++;
        break;
    case CLASS_DATA_ABORT:
        abort_count++;
        frame->elr += 4;
        break;
    case CLASS_UNKNOWN:
        undef_count++;
        frame->elr += 4;
        break;
    default:
        print("unexpected esr 0x%lx elr 0x%lx\n", frame->esr, frame->elr);
        power_off();
    }
}

void take_svc(void);
void take_undef(void);
uint64_t take_abort(const volatile void *address);

void main(void)
{
    for (unsigned i = 0; i < SVCS; i++) {
        take_svc();
    }
    take_undef();
    take_abort((void *)UNMAPPED_ADDRESS);
    print("svc %u abort %u undef %u last esr 0x%lx far 0x%lx\n", (unsigned)svc_count, (unsigned)abort_count,
          (unsigned)undef_count, last_esr, last_far);
}
