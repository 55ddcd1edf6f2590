/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hardware.h"

#include <string.h>

#include "bindings/api.h"
#include "bindings/names.h"
#include "control/control.h"
#include "fi.h"
#include "instrument_impl.h"
#include "script.h"
#include "slide.h"

__thread bool fi_own_access;

struct FiHardware {
    struct qemu_plugin_fi_timer *timer;
    GPtrArray *hooks; /* of qemu_plugin_fi_mmio_hook; FI_MMIO_* */
    bool attached;    /* as far as the list's worker has got */
    gint queued;      /* atomic, FI_TIMER: on its way to the vCPU */
    int64_t deadline; /* that it expired for */
};

static GPtrArray *changed; /* of triggers, referenced; with the Lua lock */
static gint working;       /* atomic: a thread is in the loop of sync */
static gint ready;         /* atomic */
gint fi_hardware_n_changed;

/* Where the devices are */

typedef struct Range {
    uint64_t first, last;
} Range;

/* Neighbours of the same name, for an error that says what there is. */
typedef struct Neighbours {
    Range range;
    char *name;
    unsigned n;
} Neighbours;

typedef struct Search {
    const FiTriggerSpec *spec;
    GArray *found;      /* of Range, or NULL */
    GArray *neighbours; /* or NULL */
    bool any;           /* something was found */
    uint64_t longest;   /* of what was found, in bytes */
} Search;

#define MAX_SHOWN 24
#define NEAR 3 /* on either side of an address */

static bool is_path_of(const char *name, const char *path)
{
    size_t n = path ? strlen(path) : 0, m = strlen(name);

    /* "/machine/uart" or its last part, "uart" */
    return path &&
           (strcmp(path, name) == 0 || (n > m && path[n - m - 1] == '/' &&
                                        strcmp(path + n - m, name) == 0));
}

static void add_neighbour(GArray *list, Range range, const char *region,
                          const char *type)
{
    g_autofree char *name = g_strdup_printf("%s (%s)", region, type);
    Neighbours *last = list->len
                           ? &g_array_index(list, Neighbours, list->len - 1)
                           : NULL;

    if (last && strcmp(last->name, name) == 0) {
        last->range.last = range.last;
        last->n++;
    } else {
        Neighbours new = { range, g_steal_pointer(&name), 1 };

        g_array_append_val(list, new);
    }
}

static void visit_region(uint64_t first, uint64_t last, const char *region,
                         const char *path, const char *type, void *opaque)
{
    Search *s = opaque;
    const char *device = s->spec->device;
    Range r = { first, last };
    bool match;

    if (device) {
        match = strcmp(device, region) == 0 || g_strcmp0(device, type) == 0 ||
                is_path_of(device, path);
    } else {
        r.first = MAX(first, s->spec->lo);
        r.last = MIN(last, s->spec->hi - 1);
        match = r.first <= r.last;
    }
    if (match) {
        s->any = true;
        s->longest = MAX(s->longest, last - first + 1);
        if (s->found) {
            g_array_append_val(s->found, r);
        }
    }
    if (s->neighbours && path) {
        add_neighbour(s->neighbours, (Range){ first, last }, region, type);
    }
}

static void clear_neighbours(void *n)
{
    g_free(((Neighbours *)n)->name);
}

static void show(GString *text, const GArray *list, guint begin, guint end)
{
    guint i;

    for (i = begin; i < end; i++) {
        const Neighbours *n = &g_array_index(list, Neighbours, i);

        g_string_append_printf(text, "\n  0x%" PRIx64 "-0x%" PRIx64 " %s",
                               n->range.first, n->range.last, n->name);
        if (n->n > 1) {
            g_string_append_printf(text, ", %u times", n->n);
        }
    }
}

static char *text_of_all(const GArray *list)
{
    GString *text = g_string_new(NULL);

    show(text, list, 0, MIN(list->len, MAX_SHOWN));
    if (list->len > MAX_SHOWN) {
        g_string_append(text, "\n  …");
    }
    return g_string_free(text, FALSE);
}

static char *text_of_nearest(const GArray *list, uint64_t addr)
{
    GString *text = g_string_new(NULL);
    guint above = 0;

    while (above < list->len &&
           g_array_index(list, Neighbours, above).range.first <= addr) {
        above++;
    }
    show(text, list, above > NEAR ? above - NEAR : 0,
         MIN(list->len, above + NEAR));
    return g_string_free(text, FALSE);
}

/* Under the lock, as a map's symbols may go meanwhile. */
static bool is_symbol(const char *name)
{
    FiMapped sym;
    bool found;

    fi_script_lock();
    found = fi_maps_find(fi.maps, name, &sym, NULL);
    fi_script_unlock();
    return found;
}

static void set_no_device(const Search *s, GError **error)
{
    const FiTriggerSpec *spec = s->spec;
    g_autofree char *text = spec->device
                                ? text_of_all(s->neighbours)
                                : text_of_nearest(s->neighbours, spec->lo);

    if (spec->device) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "no device is called '%s'%s; a device goes by its type "
                    "(here in brackets), its QOM path or its memory region:%s",
                    spec->device,
                    is_symbol(spec->device)
                        ? " (for the guest's symbol of that name there are "
                          "on_read and on_write)"
                        : "",
                    text);
    } else {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "no device is at 0x%" PRIx64 " to 0x%" PRIx64
                    "; for RAM there are on_read and on_write with "
                    "{phys = true}. The nearest devices:%s",
                    spec->lo, spec->hi - 1, text);
    }
}

bool fi_hardware_check(const FiTriggerSpec *spec, GError **error)
{
    g_autoptr(GArray)
        neighbours = g_array_new(FALSE, FALSE, sizeof(Neighbours));
    Search s = { .spec = spec, .neighbours = neighbours };

    g_array_set_clear_func(neighbours, clear_neighbours);
    qemu_plugin_fi_mmio_foreach(visit_region, &s);
    if (!s.any) {
        set_no_device(&s, error);
    } else if (spec->device && spec->lo >= s.longest) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "'%s' has 0x%" PRIx64 " bytes, so none at offset 0x%" PRIx64
                    "; an offset counts from the start of the device, a "
                    "physical address is given without a device's name",
                    spec->device, s.longest, spec->lo);
    } else {
        return true;
    }
    return false;
}

/* Accesses */

static bool value_passes(const FiTriggerSpec *s,
                         struct qemu_plugin_fi_mmio *access)
{
    if (!s->has_value) {
        return true;
    }
    if (!access->has_value) {
        qemu_plugin_fi_mmio_read_device(access);
    }
    return ((access->value ^ s->value) & s->mask) == 0;
}

/* Of a device all, or what was asked for by offset. */
static bool in_place(const FiTriggerSpec *s,
                     const struct qemu_plugin_fi_mmio *access)
{
    return !s->device || !s->hi ||
           (access->offset < s->hi && access->offset + access->size > s->lo);
}

static bool mmio_passes(const FiTrigger *t, const FiVcpu *v,
                        struct qemu_plugin_fi_mmio *access)
{
    const FiTriggerSpec *s = &t->spec;

    return in_place(s, access) && (s->dma < 0 || s->dma == !v) &&
           (s->vcpu < 0 || (v && s->vcpu == (int)v->index)) &&
           (!s->size || s->size == access->size) &&
           (s->el < 0 || (v && v->arch->current_el &&
                          v->arch->current_el((FiVcpu *)v) == s->el)) &&
           value_passes(s, access);
}

static enum qemu_plugin_fi_mmio_action action_of(FiVerdict verdict)
{
    switch (verdict) {
    case FI_VERDICT_VALUE:
        return QEMU_PLUGIN_FI_MMIO_VALUE;
    case FI_VERDICT_DROP:
        return QEMU_PLUGIN_FI_MMIO_DROP;
    case FI_VERDICT_BUS_ERROR:
        return QEMU_PLUGIN_FI_MMIO_FAIL;
    default:
        return QEMU_PLUGIN_FI_MMIO_PASS;
    }
}

static enum qemu_plugin_fi_mmio_action mmio_cb(
    struct qemu_plugin_fi_mmio *access, void *userdata)
{
    FiTrigger *t = userdata;
    FiVcpu *v = access->vcpu_index < 0 ? NULL : &fi_vcpus[access->vcpu_index];
    FiContext c = { .place = FI_PLACE_MMIO, .vcpu = v, .mmio = access };

    if (fi_own_access || fi_trigger_state(t) != FI_ACTIVE ||
        !mmio_passes(t, v, access)) {
        return QEMU_PLUGIN_FI_MMIO_PASS;
    }
    fi_run_trigger(&c, t, false);
    if (v) {
        fi_settle(v, false);
    } else {
        fi_settle_on_no_vcpu();
    }
    return action_of(c.verdict);
}

/* Time */

static void timer_work(unsigned int vcpu_index, void *userdata)
{
    FiTrigger *t = userdata;
    FiVcpu *v = &fi_vcpus[vcpu_index];
    FiOutcome out = { 0 };
    FiContext c = { .place = FI_PLACE_VCPU,
                    .vcpu = v,
                    .outcome = &out,
                    .deadline_ns = t->hardware->deadline };

    g_atomic_int_set(&t->hardware->queued, 0);
    if (v->started) {
        fi_run_trigger(&c, t, false);
        fi_settle(v, false);
    }
    fi_trigger_unref(t);
    if (out.jump) {
        fi_leave_by_work(v, out.pc);
    }
}

/* With the big lock, on no vCPU's thread in particular. */
static void timer_cb(int64_t deadline_ns, void *userdata)
{
    FiTrigger *t = userdata;
    unsigned vcpu = t->spec.vcpu < 0 ? 0 : t->spec.vcpu;

    /* A vCPU that is slower than the period gets what it can handle. */
    if (!g_atomic_int_compare_and_exchange(&t->hardware->queued, 0, 1)) {
        return;
    }
    t->hardware->deadline = deadline_ns;
    fi_trigger_ref(t);
    if (!qemu_plugin_fi_run_on_vcpu(vcpu, timer_work, t)) {
        fi_message("%s: there is no vCPU %u", t->name, vcpu);
        g_atomic_int_set(&t->hardware->queued, 0);
        fi_trigger_unref(t);
    }
}

/* Attaching */

static void unref_trigger(void *t)
{
    fi_trigger_unref(t);
}

static void attach_mmio(FiTrigger *t)
{
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    Search s = { .spec = &t->spec, .found = ranges };
    guint i;

    /* Of a range all of it, as devices may come to be there later */
    if (t->spec.device) {
        qemu_plugin_fi_mmio_foreach(visit_region, &s);
    } else {
        Range r = { t->spec.lo, t->spec.hi - 1 };

        g_array_append_val(ranges, r);
    }
    for (i = 0; i < ranges->len; i++) {
        const Range *r = &g_array_index(ranges, Range, i);

        g_ptr_array_add(t->hardware->hooks,
                        qemu_plugin_fi_mmio_hook_new(
                            r->first, r->last, t->spec.kind == FI_MMIO_READ,
                            t->spec.kind == FI_MMIO_WRITE, mmio_cb,
                            fi_trigger_ref(t)));
    }
}

static void detach_mmio(FiTrigger *t)
{
    guint i;

    for (i = 0; i < t->hardware->hooks->len; i++) {
        qemu_plugin_fi_mmio_hook_free(g_ptr_array_index(t->hardware->hooks, i),
                                      unref_trigger);
    }
    g_ptr_array_set_size(t->hardware->hooks, 0);
}

/* Periods that passed while it was disabled are over; the phase stays. */
static int64_t next_deadline(const FiTriggerSpec *s)
{
    int64_t late = fi_now_ns() - s->deadline_ns;

    if (!s->period_ns || late <= 0) {
        return s->deadline_ns;
    }
    return s->deadline_ns + (late / s->period_ns + 1) * s->period_ns;
}

static void attach(FiTrigger *t)
{
    if (t->spec.kind != FI_TIMER) {
        attach_mmio(t);
        return;
    }
    t->hardware->timer = qemu_plugin_fi_timer_new(timer_cb, fi_trigger_ref(t));
    qemu_plugin_fi_timer_arm(t->hardware->timer, next_deadline(&t->spec),
                             t->spec.period_ns);
}

static void detach(FiTrigger *t)
{
    if (t->spec.kind != FI_TIMER) {
        detach_mmio(t);
        return;
    }
    qemu_plugin_fi_timer_free(t->hardware->timer);
    t->hardware->timer = NULL;
    fi_trigger_unref(t);
}

static void sync_one(FiTrigger *t)
{
    bool wanted = fi_trigger_state(t) == FI_ACTIVE;

    if (wanted != t->hardware->attached) {
        t->hardware->attached = wanted;
        (wanted ? attach : detach)(t);
    }
}

static GPtrArray *take_changed(void)
{
    GPtrArray *list;

    fi_script_lock();
    list = g_steal_pointer(&changed);
    g_atomic_int_set(&fi_hardware_n_changed, 0);
    fi_script_unlock();
    return list;
}

/*
 * One thread at a time works through the list; another one that finds it
 * busy goes on, as waiting here could be waiting for a lock that it has
 * itself.  Its changes are done by the one that is at it.
 */
void fi_hardware_sync_slow(void)
{
    if (!fi_machine_is_ready()) {
        return;
    }
    while (g_atomic_int_get(&fi_hardware_n_changed) &&
           g_atomic_int_compare_and_exchange(&working, 0, 1)) {
        g_autoptr(GPtrArray) list = take_changed();
        guint i;

        for (i = 0; list && i < list->len; i++) {
            sync_one(g_ptr_array_index(list, i));
        }
        g_atomic_int_set(&working, 0);
        fi_control_settled();
    }
}

bool fi_hardware_pending(void)
{
    return fi_machine_is_ready() && (g_atomic_int_get(&fi_hardware_n_changed) ||
                                     g_atomic_int_get(&working));
}

void fi_hardware_changed_locked(FiTrigger *t)
{
    if (!t->hardware) {
        t->hardware = g_new0(FiHardware, 1);
        t->hardware->hooks = g_ptr_array_new();
    }
    if (!changed) {
        changed = g_ptr_array_new_with_free_func(unref_trigger);
    }
    g_ptr_array_add(changed, fi_trigger_ref(t));
    g_atomic_int_inc(&fi_hardware_n_changed);
}

void fi_hardware_free(FiHardware *hw)
{
    if (hw) {
        g_ptr_array_unref(hw->hooks);
        g_free(hw);
    }
}

/* The machine */

bool fi_machine_is_ready(void)
{
    return g_atomic_int_get(&ready);
}

/* What the scenario armed before there were devices. */
static void check_places(void)
{
    GPtrArray *list = fi_registry_triggers();
    guint i;

    for (i = 0; i < list->len; i++) {
        const FiTrigger *t = g_ptr_array_index(list, i);
        g_autoptr(GError) error = NULL;

        if ((t->spec.kind == FI_MMIO_READ || t->spec.kind == FI_MMIO_WRITE) &&
            !fi_hardware_check(&t->spec, &error)) {
            fi_message("%s%s: %s", t->spec.place, t->name, error->message);
            fi_request_exit(1, "a trigger for a device that does not exist",
                            NULL);
            return;
        }
    }
}

static void do_remembered(void)
{
    bool ok;

    fi_script_lock();
    ok = fi_irq_machine_ready_locked();
    fi_script_unlock();
    if (!ok) {
        fi_request_exit(1, "fi.irq failed when the machine was ready", NULL);
    }
}

/* In the main thread, with the BQL; the vCPUs do not execute. */
static void machine_reset(void *userdata)
{
    FiContext c = { .place = FI_PLACE_RESET };
    static bool started;

    (void)userdata;
    if (!started) {
        started = true; /* that is how a machine starts */
        return;
    }
    fi_slide_forget();
    fi_run_event(&c, FI_MACHINE_RESET);
    fi_settle_on_no_vcpu();
}

void fi_machine_ready_cb(void *userdata)
{
    FiContext c = { .place = FI_PLACE_READY };

    (void)userdata;
    if (fi_has(FI_CAP_MMIO)) {
        check_places();
    }
    if (fi.opts->socket) {
        fi_names_collect();
    }
    g_atomic_int_set(&ready, 1);
    if (!fi_exit_requested()) {
        do_remembered();
        fi_run_event(&c, FI_MACHINE_READY);
    }
    if (fi_exit_requested()) {
        fi_exit_before_start();
    }
    fi_settle_on_no_vcpu();
    fi_control_machine_ready();
    if (fi_has(FI_CAP_RESET)) {
        qemu_plugin_fi_on_machine_reset(machine_reset, NULL);
    }
}
