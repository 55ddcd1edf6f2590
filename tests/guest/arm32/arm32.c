/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same ten-step computation in A32 and in T32 (functions.S), so that a fault shows in one of two numbers. */
#include "guest.h"

#define STEPS 10

volatile uint32_t arm_result, thumb_result;

uint32_t arm_func(uint32_t seed, uint32_t steps);
uint32_t thumb_func(uint32_t seed, uint32_t steps);

void main(void)
{
    arm_result = arm_func(0x12345678, STEPS);
    thumb_result = thumb_func(0x12345678, STEPS);
    print("arm 0x%08x thumb 0x%08x\n", (unsigned)arm_result, (unsigned)thumb_result);
}
