/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "slot.h"

#include <pthread.h>

/* Slots in one scoreboard; each vCPU's part is then 4 KiB, so that two vCPUs
 * never write to the same cache line. */
#define BOARD_SLOTS 512

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GPtrArray *boards;
static GArray *free_slots; /* of qemu_plugin_u64 */

static void add_board_locked(void)
{
    struct qemu_plugin_scoreboard *board = qemu_plugin_scoreboard_new(
        BOARD_SLOTS * sizeof(uint64_t));
    size_t i;

    g_ptr_array_add(boards, board);
    for (i = BOARD_SLOTS; i-- > 0;) {
        qemu_plugin_u64 slot = { board, i * sizeof(uint64_t) };

        g_array_append_val(free_slots, slot);
    }
}

qemu_plugin_u64 fi_slot_new(void)
{
    qemu_plugin_u64 slot;
    int v;

    pthread_mutex_lock(&lock);
    if (!boards) {
        boards = g_ptr_array_new();
        free_slots = g_array_new(FALSE, FALSE, sizeof(qemu_plugin_u64));
    }
    if (free_slots->len == 0) {
        add_board_locked();
    }
    slot = g_array_index(free_slots, qemu_plugin_u64, free_slots->len - 1);
    g_array_set_size(free_slots, free_slots->len - 1);
    for (v = 0; v < qemu_plugin_num_vcpus(); v++) {
        qemu_plugin_u64_set(slot, v, 0);
    }
    pthread_mutex_unlock(&lock);
    return slot;
}

void fi_slot_free(qemu_plugin_u64 slot)
{
    pthread_mutex_lock(&lock);
    if (free_slots) {
        g_array_append_val(free_slots, slot);
    }
    pthread_mutex_unlock(&lock);
}

unsigned fi_slots_in_use(void)
{
    unsigned n = 0;

    pthread_mutex_lock(&lock);
    if (boards) {
        n = boards->len * BOARD_SLOTS - free_slots->len;
    }
    pthread_mutex_unlock(&lock);
    return n;
}

static bool started(unsigned vcpu)
{
    return (int)vcpu < qemu_plugin_num_vcpus();
}

uint64_t fi_slot_get(qemu_plugin_u64 slot, unsigned vcpu)
{
    return started(vcpu) ? qemu_plugin_u64_get(slot, vcpu) : 0;
}

void fi_slot_set(qemu_plugin_u64 slot, unsigned vcpu, uint64_t value)
{
    if (started(vcpu)) {
        qemu_plugin_u64_set(slot, vcpu, value);
    }
}

uint64_t fi_slot_sum(qemu_plugin_u64 slot)
{
    return qemu_plugin_u64_sum(slot);
}
