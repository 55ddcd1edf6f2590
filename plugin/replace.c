/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replace.h"

#include "fi.h"
#include "instrument_impl.h"
#include "slot.h"

#define INSN_SIZE 4

static gint n_replacing; /* vCPUs that are not in state FI_REPLACE_NONE */

static void rt_name(const FiReplacement *r, char ret[8])
{
    g_snprintf(ret, 8, "x%u", r->rt);
}

static void set_state(FiReplacement *r, FiReplaceState state)
{
    FiReplaceState before = (FiReplaceState)g_atomic_int_get(&r->state);

    g_atomic_int_set(&r->state, state);
    g_atomic_int_add(&n_replacing,
                     (state != FI_REPLACE_NONE) - (before != FI_REPLACE_NONE));
}

bool fi_replacing(void)
{
    return g_atomic_int_get(&n_replacing);
}

static bool waits_at(FiReplacement *r, uint64_t pc)
{
    return g_atomic_int_get(&r->state) == FI_REPLACE_WAITS && r->pc == pc;
}

bool fi_replace_waits_at(uint64_t pc)
{
    unsigned i;

    for (i = 0; fi_replacing() && i < fi.max_vcpus; i++) {
        if (waits_at(&fi_vcpus[i].replace, pc)) {
            return true;
        }
    }
    return false;
}

void fi_replace_want(FiVcpu *v, const FiSite *s, unsigned rt, uint64_t value,
                     bool last)
{
    v->replace.pc = s->pc;
    v->replace.rt = rt;
    v->replace.value = value;
    v->replace.last = last;
    set_state(&v->replace, FI_REPLACE_WAITS);
}

void fi_replace_forget(FiVcpu *v, uint64_t pc)
{
    if (waits_at(&v->replace, pc)) {
        set_state(&v->replace, FI_REPLACE_NONE);
    }
}

void fi_replace_begin(FiVcpu *v, uint64_t pc)
{
    FiReplacement *r = &v->replace;
    char reg[8];

    if (!waits_at(r, pc)) {
        return;
    }
    rt_name(r, reg);
    r->old = fi_vcpu_get_u64(v, reg);
    fi_vcpu_set_u64(v, reg, r->value);
    set_state(r, FI_REPLACE_ACTIVE);
    fi_slot_set(fi_gate, v->index, 1);
}

static void end(FiVcpu *v, bool restore)
{
    FiReplacement *r = &v->replace;
    char reg[8];

    if (g_atomic_int_get(&r->state) != FI_REPLACE_ACTIVE) {
        return;
    }
    rt_name(r, reg);
    if (restore && fi_vcpu_get_u64(v, reg) == r->value) {
        fi_vcpu_set_u64(v, reg, r->old);
    }
    set_state(r, FI_REPLACE_NONE);
    if (r->last) {
        fi_drop_ended_triggers(v); /* they made all code look for this */
    }
}

void fi_replace_end_at(FiVcpu *v, uint64_t pc)
{
    end(v, pc == v->replace.pc + INSN_SIZE);
}

void fi_replace_end(FiVcpu *v)
{
    end(v, true);
}
