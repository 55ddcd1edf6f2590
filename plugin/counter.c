/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "counter.h"

#include "slot.h"

static FiCounters *in_use;

FiCounter *fi_counter_ref(FiCounter *c)
{
    if (c) {
        g_atomic_int_inc(&c->refs);
    }
    return c;
}

void fi_counter_unref(FiCounter *c)
{
    if (c && g_atomic_int_dec_and_test(&c->refs)) {
        fi_slot_free(c->slot);
        g_free(c->name);
        g_free(c);
    }
}

static void unref(gpointer c)
{
    fi_counter_unref(c);
}

FiCounters *fi_counters_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, unref);
}

void fi_counters_free(FiCounters *names)
{
    if (names) {
        g_hash_table_unref(names);
    }
}

void fi_counters_replace(FiCounters *names)
{
    fi_counters_free(in_use);
    in_use = names;
}

FiCounter *fi_counter_get(FiCounters *names, const char *name)
{
    FiCounter *c;

    if (!names && !in_use) {
        in_use = fi_counters_new();
    }
    names = names ? names : in_use;
    c = g_hash_table_lookup(names, name);
    if (!c) {
        c = g_new0(FiCounter, 1);
        c->refs = 1;
        c->name = g_strdup(name);
        c->slot = fi_slot_new();
        g_hash_table_insert(names, c->name, c);
    }
    return c;
}

bool fi_condition_holds(const FiCondition *c, unsigned vcpu)
{
    uint64_t value;

    if (!c->counter) {
        return true;
    }
    value = fi_slot_get(c->counter->slot, vcpu);
    switch (c->op) {
    case QEMU_PLUGIN_COND_NEVER:
        return false;
    case QEMU_PLUGIN_COND_ALWAYS:
        return true;
    case QEMU_PLUGIN_COND_EQ:
        return value == c->imm;
    case QEMU_PLUGIN_COND_NE:
        return value != c->imm;
    case QEMU_PLUGIN_COND_LT:
        return value < c->imm;
    case QEMU_PLUGIN_COND_LE:
        return value <= c->imm;
    case QEMU_PLUGIN_COND_GT:
        return value > c->imm;
    case QEMU_PLUGIN_COND_GE:
        return value >= c->imm;
    }
    return false;
}
