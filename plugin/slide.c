/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "slide.h"

#include <limits.h>
#include <string.h>

#include "arch/aarch64_sysreg.h"
#include "fi.h"
#include "hardware.h"
#include "instrument_impl.h"
#include "trigger.h"

/* Of no scenario and no session, so that none of them ends it. */
#define OWN UINT_MAX

static FiTrigger *watch; /* Lua lock; writes of VBAR_EL1 */

static bool read_guest(uint64_t addr, void *buf, size_t size, void *opaque)
{
    FiVcpu *v = opaque;
    bool ok = qemu_plugin_read_memory_vaddr(addr, v->buf, size);

    if (ok) {
        memcpy(buf, v->buf->data, size);
    }
    return ok;
}

/* From within a handler, whose lock must not be held while QEMU's is waited
 * for. */
static bool read_guest_released(uint64_t addr, void *buf, size_t size,
                                void *opaque)
{
    FiContext *released = fi_script_release();
    bool ok;

    fi_own_access = true;
    ok = read_guest(addr, buf, size, opaque);
    fi_own_access = false;
    fi_script_reacquire(released);
    return ok;
}

static FiTrigger *arm_native(FiTriggerSpec *spec)
{
    FiTrigger *t;

    spec->internal = true;
    t = fi_trigger_new(spec);
    t->owner = OWN;
    fi_registry_add(t);
    return t;
}

static void end_watch(void)
{
    if (watch && !fi_maps_wait(fi.maps)) {
        fi_registry_end(watch, FI_ENDED);
        g_clear_pointer(&watch, fi_trigger_unref);
    }
}

/* The kernel has got to start_kernel: it stays where it is. */
static void started(FiContext *c, FiTrigger *t)
{
    fi_script_lock();
    t->spec.map->final = true;
    if (fi_trigger_state(t) == FI_ACTIVE) {
        fi_registry_end(t, FI_ENDED);
    }
    end_watch();
    fi_script_unlock();
    (void)c;
}

static void watch_start(FiMap *map)
{
    FiTriggerSpec spec;
    FiMapped m;
    g_autofree char *name = g_strdup_printf("%s:start_kernel", map->name);

    if (!fi_maps_find(fi.maps, name, &m, NULL)) {
        map->final = true;
        return;
    }
    fi_trigger_spec_init(&spec, FI_PC);
    spec.name = name;
    spec.native = started;
    spec.map = map;
    spec.exact_pc = true;
    spec.lo = m.addr;
    spec.hi = m.addr + 1;
    fi_trigger_unref(arm_native(&spec));
}

/* Its triggers go where the map says now; there is one for start_kernel once
 * the slide is known, which goes with them.  @running: past that. */
static void set_slide(FiMap *map, uint64_t slide, bool running)
{
    bool first = !map->known;

    fi_map_set_slide(map, slide);
    fi_registry_slide(map);
    map->final = running;
    if (first && !running) {
        watch_start(map);
    }
    end_watch();
}

static GPtrArray *waiting_maps(void)
{
    GPtrArray *found = g_ptr_array_new();
    guint i;

    for (i = 0; i < fi_maps_count(fi.maps); i++) {
        if (!fi_maps_nth(fi.maps, i)->final) {
            g_ptr_array_add(found, fi_maps_nth(fi.maps, i));
        }
    }
    return found;
}

/* Before an instruction, which is left, so that what waited is live when it
 * executes. */
static void compare(FiContext *c, uint64_t vbar)
{
    g_autoptr(GPtrArray) maps = NULL;
    uint64_t slide;
    guint i;

    fi_script_lock();
    maps = waiting_maps();
    fi_script_unlock();
    for (i = 0; i < maps->len; i++) {
        FiMap *map = g_ptr_array_index(maps, i);

        if (fi_map_stays(map, vbar)) {
            fi_script_lock();
            map->final = true;
            end_watch();
            fi_script_unlock();
        } else if (fi_map_recognise(map, vbar, read_guest, c->vcpu, &slide)) {
            fi_script_lock();
            set_slide(map, slide, false);
            fi_script_unlock();
        }
    }
    fi_script_lock();
    if (!fi_script_closed_locked() && fi_registry_dirty()) {
        fi_instrument_publish_locked();
        c->vcpu->wants_reset = true;
        c->outcome->leave = true;
    }
    fi_script_unlock();
}

static void vectors_written(FiContext *c, FiTrigger *t)
{
    uint64_t vbar;

    (void)t;
    if (fi_sysreg_data(c, &vbar)) {
        compare(c, vbar);
    }
}

/* Its kernel boots again, and may choose another address. */
void fi_slide_forget(void)
{
    guint i;

    fi_script_lock();
    if (fi_script_closed_locked()) {
        fi_script_unlock(); /* another thread is ending QEMU */
        return;
    }
    for (i = 0; i < fi_maps_count(fi.maps); i++) {
        FiMap *map = fi_maps_nth(fi.maps, i);

        if (map->automatic) {
            map->known = map->final = false;
            fi_registry_slide(map);
        }
    }
    fi_slide_watch();
    fi_script_publish_on_no_vcpu_locked();
    fi_script_unlock();
}

static uint64_t vbar_of(FiVcpu *v)
{
    return fi_vcpu_get_u64(v, fi_vcpu_reg(v, "vbar_el1") ? "vbar_el1" : "vbar");
}

bool fi_slide_is_found(void)
{
    return strcmp(fi.target, "aarch64") == 0;
}

void fi_slide_watch(void)
{
    FiTriggerSpec spec;

    if (watch || !fi_maps_wait(fi.maps)) {
        return;
    }
    fi_trigger_spec_init(&spec, FI_SYSREG_WRITE);
    spec.name = "VBAR_EL1";
    spec.native = vectors_written;
    spec.sysreg[0].key = FI_SYSREG_KEY(3, 0, 12, 0, 0);
    spec.sysreg[0].mask = UINT16_MAX;
    watch = arm_native(&spec);
}

void fi_slide_look(FiContext *c)
{
    g_autoptr(GPtrArray) maps = waiting_maps();
    uint64_t slide, vbar = vbar_of(c->vcpu);
    guint i;

    for (i = 0; i < maps->len; i++) {
        FiMap *map = g_ptr_array_index(maps, i);

        if (fi_map_recognise(map, vbar, read_guest_released, c->vcpu, &slide)) {
            set_slide(map, slide, true);
        }
    }
}
