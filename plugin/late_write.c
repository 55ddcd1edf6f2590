/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "late_write.h"

#include "fi.h"
#include "hardware.h"
#include "instrument.h"
#include "script.h"

typedef struct LateWrite {
    uint64_t addr;
    uint32_t value;
    unsigned size;
    char *where;
    FiTrigger *trigger;
} LateWrite;

static void late_write_free(LateWrite *w)
{
    g_free(w->where);
    g_clear_pointer(&w->trigger, fi_trigger_unref);
    g_free(w);
}

bool fi_late_write_needed(const FiContext *c)
{
    return fi.icount && (c->place == FI_PLACE_INSN || c->place == FI_PLACE_MEM);
}

static void perform(FiVcpu *v, const LateWrite *w)
{
    uint32_t value = GUINT32_TO_LE(w->value);

    enum qemu_plugin_hwaddr_operation_result r;

    g_byte_array_set_size(v->buf, 0);
    g_byte_array_append(v->buf, (const guint8 *)&value, w->size);
    fi_own_access = true;
    r = qemu_plugin_write_memory_hwaddr(w->addr, v->buf);
    fi_own_access = false;
    if (r != QEMU_PLUGIN_HWADDR_OPERATION_OK) {
        g_autofree char *text = g_strdup_printf(
            "%scannot write the register at physical address 0x%" PRIx64,
            w->where, w->addr);

        fi_script_lock();
        if (!fi_script_closed_locked()) {
            fi_script_report_locked(w->trigger, text);
        }
        fi_script_unlock();
    }
}

void fi_late_writes_perform(FiVcpu *v)
{
    LateWrite *w;

    while ((w = g_queue_pop_head(&v->late_writes))) {
        perform(v, w);
        late_write_free(w);
    }
}

static void work(unsigned int vcpu_index, void *userdata)
{
    (void)userdata;
    fi_late_writes_perform(&fi_vcpus[vcpu_index]);
}

void fi_late_write(FiContext *c, uint64_t addr, uint32_t value, unsigned size,
                   const char *where)
{
    LateWrite *w = g_new0(LateWrite, 1);

    w->addr = addr;
    w->value = value;
    w->size = size;
    w->where = g_strdup(where);
    w->trigger = c->trigger ? fi_trigger_ref(c->trigger) : NULL;
    g_queue_push_tail(&c->vcpu->late_writes, w);
    if (fi_has(FI_CAP_VCPU_WORK)) {
        qemu_plugin_fi_run_on_vcpu(c->vcpu->index, work, NULL);
    } else {
        fi_registry_want_gate();
        fi_instrument_ring_gate(c->vcpu);
    }
    if (c->place == FI_PLACE_INSN && c->outcome) {
        c->outcome->leave = true; /* the next block begins right here */
    }
}
