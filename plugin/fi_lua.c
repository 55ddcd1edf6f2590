/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/control.h"
#include "control/feed.h"
#include "fi.h"
#include "hardware.h"
#include "instrument.h"
#include "script.h"
#include "slide.h"
#include "slot.h"

/*
 * The story of a run: QEMU loads the plugin and calls qemu_plugin_install(),
 * which reads the options, opens the journal, loads symbols and runs the
 * scenario.  From then on QEMU's callbacks (translate.c, events.c) enter Lua
 * (script.c) for what the scenario has armed.  When QEMU ends, at_exit()
 * writes what is left to say.
 */

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define STOP_GRACE_US 50000
/* At the end, for what other threads are in the middle of. */
#define PATIENCE_AT_END_S 2

FiPlugin fi;

static pid_t pid; /* whose run it is */

static void at_exit(void);

/* Messages */

void fi_message(const char *fmt, ...)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    va_list ap;
    int i;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    lines = g_strsplit(text, "\n", -1);
    for (i = 0; lines[i]; i++) {
        g_string_append_printf(out, "fi_lua: %s\n", lines[i]);
    }
    fwrite(out->str, 1, out->len, stderr);
}

/* Capabilities */

static gint sysreg_write;

void fi_cap_set_sysreg_write(bool yes)
{
    g_atomic_int_set(&sysreg_write, yes);
}

bool fi_has(FiCap cap)
{
    bool patched = !fi.opts->stock;

    switch (cap) {
    case FI_CAP_SET_PC:
        return FI_HAS_SET_PC;
    case FI_CAP_DISCONTINUITY:
        return FI_HAS_DISCON;
    case FI_CAP_CLOCK:
        return patched && qemu_plugin_fi_clock_ns;
    case FI_CAP_SHUTDOWN:
        return patched && qemu_plugin_fi_shutdown;
    case FI_CAP_VCPU_WORK:
        return patched && qemu_plugin_fi_run_on_vcpu;
    case FI_CAP_TIMERS:
        return patched && qemu_plugin_fi_timer_new &&
               qemu_plugin_fi_run_on_vcpu;
    case FI_CAP_MMIO:
        return patched && qemu_plugin_fi_mmio_hook_new &&
               qemu_plugin_fi_run_on_vcpu;
    case FI_CAP_SYSREG_WRITE:
        return patched && g_atomic_int_get(&sysreg_write);
    case FI_CAP_DEVICE_INFO:
    case FI_CAP_SHARED_THREAD:
        /* Fixes without symbols of their own; the series has them all. */
        return patched && qemu_plugin_fi_shutdown;
    case FI_CAP_IRQ:
        return patched && qemu_plugin_fi_irq;
    case FI_CAP_EXCEPTION:
        return patched && qemu_plugin_fi_exception;
    case FI_CAP_DEVICE_FAULT:
        return patched && qemu_plugin_fi_fault;
    case FI_CAP_RESET:
        return patched && qemu_plugin_fi_on_machine_reset;
    default:
        return false;
    }
}

bool fi_has_in_part(FiCap cap)
{
    return !fi_has(cap) && (cap == FI_CAP_IRQ || cap == FI_CAP_MMIO);
}

static const struct {
    const char *name, *advice;
} cap_info[FI_CAP_COUNT] = {
    [FI_CAP_SET_PC] = { "set_pc", "plugin API 6 (QEMU 11.0) or later" },
    [FI_CAP_DISCONTINUITY] = { "discontinuity",
                               "plugin API 6 (QEMU 11.0) or later" },
    [FI_CAP_CLOCK] = { "clock", "a QEMU with qemu-patches/ applied, which "
                                "./fi setup builds" },
    [FI_CAP_SHUTDOWN] = { "shutdown", "a QEMU with qemu-patches/ applied, "
                                      "which ./fi setup builds" },
    [FI_CAP_SYSREG_WRITE] = { "sysreg_write",
                              "a QEMU with qemu-patches/ applied, which "
                              "./fi setup builds, and an Arm A-profile CPU" },
    [FI_CAP_DEVICE_INFO] = { "device_info",
                             "a QEMU with qemu-patches/ applied, which "
                             "./fi setup builds" },
    [FI_CAP_SHARED_THREAD] = { "shared_thread",
                               "a QEMU with qemu-patches/ applied, which "
                               "./fi setup builds" },
    [FI_CAP_VCPU_WORK] = { "vcpu_work", "a QEMU with qemu-patches/ applied, "
                                        "which ./fi setup builds" },
    [FI_CAP_TIMERS] = { "timers", "a QEMU with qemu-patches/ applied, which "
                                  "./fi setup builds" },
    [FI_CAP_MMIO] = { "mmio", "a QEMU with qemu-patches/ applied, which "
                              "./fi setup builds; without it on_mmio_read "
                              "can override what plain loads of AArch64 read, "
                              "after the device was read, and on_mmio_write "
                              "can only watch" },
    [FI_CAP_IRQ] = { "irq", "a QEMU with qemu-patches/ applied, which "
                            "./fi setup builds; without it SPIs, PPIs and "
                            "SGIs go through the interrupt controller's "
                            "registers, which the guest can see" },
    [FI_CAP_EXCEPTION] = { "exception", "a QEMU with qemu-patches/ applied, "
                                        "which ./fi setup builds" },
    [FI_CAP_DEVICE_FAULT] = { "device_fault",
                              "a QEMU with qemu-patches/ applied, which "
                              "./fi setup builds" },
    [FI_CAP_RESET] = { "reset", "a QEMU with qemu-patches/ applied, which "
                                "./fi setup builds" },
};

const char *fi_cap_name(FiCap cap)
{
    return cap_info[cap].name;
}

const char *fi_cap_advice(FiCap cap)
{
    return cap_info[cap].advice;
}

static int64_t frozen_ns = -1;

/* With -icount sleep=off QEMU's clock jumps to the next event when all vCPUs
 * are idle, and where there is none, as after a power-off, to the end of time.
 */
static int64_t clock_ns(void)
{
    static int64_t last;
    int64_t now = qemu_plugin_fi_clock_ns();

    if (now == INT64_MAX) {
        return __atomic_load_n(&last, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&last, now, __ATOMIC_RELAXED);
    return now;
}

int64_t fi_now_ns(void)
{
    int64_t then = __atomic_load_n(&frozen_ns, __ATOMIC_RELAXED);

    if (!fi_has(FI_CAP_CLOCK)) {
        return -1;
    }
    return then >= 0 ? then : clock_ns();
}

static int64_t power_off_ns = -1;

void fi_note_power_off(void)
{
    int64_t never = -1;

    __atomic_compare_exchange_n(&power_off_ns, &never, fi_now_ns(), false,
                                __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Ending QEMU */

static struct {
    gint requested; /* atomic: 0, 1 requested, 2 performed */
    int code;
    bool overridden; /* by an on_exit handler */
} ending;

static void write_verdict(int code, const char *why, const char *outcome)
{
    FiLine *l = fi_journal_line(fi.journal, "verdict", fi_now_ns());

    fi_line_int(l, "code", code);
    fi_line_string(l, "why", why);
    if (outcome) {
        fi_line_string(l, "outcome", outcome);
    }
    fi_line_end(l);
}

void fi_request_exit(int code, const char *why, const char *outcome)
{
    if (g_atomic_int_get(&ending.requested)) {
        return;
    }
    ending.code = code;
    write_verdict(code, why, outcome);
    g_atomic_int_set(&ending.requested, 1);
}

void fi_override_exit(int code, const char *why, const char *outcome)
{
    ending.code = code;
    ending.overridden = true;
    g_atomic_int_set(&ending.requested, 2);
    write_verdict(code, why, outcome);
}

bool fi_exit_requested(void)
{
    return g_atomic_int_get(&ending.requested) != 0;
}

int fi_exit_code(void)
{
    return ending.code;
}

/*
 * Without the extension QEMU can only be asked by signal, as a user would,
 * and the status is put right in at_exit().  exit() from here would
 * tear QEMU down under its running threads.
 */
void fi_perform_exit(bool may_wait)
{
    if (!g_atomic_int_compare_and_exchange(&ending.requested, 1, 2)) {
        return;
    }
    /* The run ends here, whenever QEMU gets to it. */
    fi_script_freeze();
    __atomic_store_n(&frozen_ns, fi_now_ns(), __ATOMIC_RELAXED);
    if (fi_has(FI_CAP_SHUTDOWN)) {
        qemu_plugin_fi_shutdown(ending.code);
    } else {
        kill(getpid(), SIGTERM);
        if (may_wait) {
            /* The guest should not get much further before the main loop,
             * on its own thread, has asked the vCPUs to stop. */
            g_usleep(STOP_GRACE_US);
        }
    }
}

void fi_exit_before_start(void)
{
    g_atomic_int_set(&ending.requested, 2);
    exit(ending.code); /* as QEMU does; our exit handler sees to the rest */
}

static void write_end(void)
{
    bool by_us = fi_exit_requested();
    FiLine *l = fi_journal_line(fi.journal, "end", fi_now_ns());

    fi_line_string(l, "reason", by_us ? "fi.exit" : "qemu");
    if (by_us) {
        fi_line_int(l, "code", ending.code);
    } else {
        fi_line_null(l, "code");
    }
    fi_line_int(l, "faults", fi_journal_faults(fi.journal));
    fi_line_int(l, "lines", fi_journal_lines(fi.journal) + 1);
    fi_line_end(l);
}

/* Also after a scenario that did not load. */
static void finish(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_AT_END_S;
    if (frozen_ns < 0) {
        frozen_ns = power_off_ns;
    }
    fi_control_quiesce(&until);
    fi_script_close(&until);
    write_end();
    fi_control_stop(fi_exit_requested() ? "fi.exit"
                    : power_off_ns >= 0 ? "guest"
                                        : "qemu",
                    fi_exit_requested(), ending.code);
    fi_journal_close(fi.journal);
    fi_maps_free(fi.maps);
    fi.journal = NULL;
    fi.maps = NULL;
}

/*
 * Either the main loop has stopped the vCPUs, or some thread has called exit()
 * while others still execute guest code.  So what callbacks use without the Lua
 * lock stays as it is; it ends with the process.
 *
 * This is libc's handler and not QEMU's callback of plugins: a retranslation
 * drops that for a moment, in which QEMU may end.
 */
static void at_exit(void)
{
    if (getpid() != pid) {
        return; /* a process that QEMU has forked */
    }
    finish();
    if (fi_exit_requested() && ending.code) {
        /* From within exit() this goes on with the other handlers. */
        exit(ending.code);
    }
}

/* Starting */

static bool load_symbols(void)
{
    g_autoptr(GError) error = NULL;
    guint i;

    for (i = 0; i < fi.opts->symbols->len; i++) {
        const char *text = g_ptr_array_index(fi.opts->symbols, i);
        FiMapSpec spec;
        bool ok = fi_map_spec_parse(text, &spec, &error);

        if (ok) {
            ok = fi_maps_load(fi.maps, &spec, fi_slide_is_found(), &error);
            fi_map_spec_clear(&spec);
        }
        if (!ok) {
            fi_message("option symbols=%s: %s", text, error->message);
            return false;
        }
    }
    fi_slide_watch();
    return true;
}

/* QEMU's API does not tell, its command line does. */

/* The value of option @name, which stays in @cmdline; "" if there is none
 * behind it, NULL without the option. */
static const char *option_of_qemu(const char *cmdline, gsize len,
                                  const char *name)
{
    const char *p, *end = cmdline + len;

    for (p = cmdline; p < end; p += strlen(p) + 1) {
        const char *value = p + strlen(p) + 1;

        if (strcmp(p[0] == '-' && p[1] == '-' ? p + 1 : p, name) == 0) {
            return value < end ? value : "";
        }
    }
    return NULL;
}

/* The usual case needs no option: the kernel that QEMU was given, if it is an
 * ELF file with symbols. */
static void read_command_line(void)
{
    g_autofree char *cmdline = NULL;
    const char *kernel;
    FiMapSpec spec;
    gsize len;

    fi_map_spec_init(&spec);

    if (!g_file_get_contents("/proc/self/cmdline", &cmdline, &len, NULL)) {
        return;
    }
    fi.icount = option_of_qemu(cmdline, len, "-icount");
    kernel = option_of_qemu(cmdline, len, "-kernel");
    if (kernel && !fi.opts->symbols->len) {
        spec.path = (char *)kernel;
        fi_maps_load(fi.maps, &spec, fi_slide_is_found(), NULL);
    }
}

static void choose_seed(void)
{
    if (!fi.opts->seed_given) {
        fi.opts->seed = (uint64_t)g_random_int();
    }
}

static void write_caps(FiLine *l)
{
    int cap;

    fi_line_open_array(l, "caps");
    for (cap = 0; cap < FI_CAP_COUNT; cap++) {
        if (fi_has(cap)) {
            fi_line_string(l, NULL, fi_cap_name(cap));
        }
    }
    fi_line_close_array(l);
}

static int by_string(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static void write_args(FiLine *l)
{
    GList *keys = g_list_sort(g_hash_table_get_keys(fi.opts->args), by_string);
    GList *k;

    fi_line_open_object(l, "args");
    for (k = keys; k; k = k->next) {
        fi_line_string(l, k->data, g_hash_table_lookup(fi.opts->args, k->data));
    }
    fi_line_close_object(l);
    g_list_free(keys);
}

static void write_start(int api)
{
    FiLine *l = fi_journal_line(fi.journal, "start", fi_now_ns());
    char seed[32];

    g_snprintf(seed, sizeof(seed), "%" G_GUINT64_FORMAT, fi.opts->seed);
    fi_line_int(l, "journal", 1);
    fi_line_string(l, "plugin", FI_VERSION);
    fi_line_int(l, "api", api);
    fi_line_string(l, "tier", fi_has(FI_CAP_CLOCK) ? "patched" : "stock");
    fi_line_string(l, "target", fi.target);
    fi_line_int(l, "vcpus", fi.n_vcpus);
    fi_line_string(l, "script", fi.opts->script);
    fi_line_string(l, "config", fi.opts->config);
    fi_line_string(l, "seed", seed);
    write_args(l);
    write_caps(l);
    fi_line_end(l);
}

static bool open_socket(void)
{
    g_autoptr(GError) error = NULL;

    if (!fi.opts->socket || fi_control_listen(fi.opts->socket, &error)) {
        return true;
    }
    fi_message("option socket=%s: %s", fi.opts->socket, error->message);
    return false;
}

static bool open_journal(void)
{
    g_autoptr(GError) error = NULL;

    fi.journal = fi_journal_open(fi.opts->journal, &error);
    if (!fi.journal) {
        fi_message("option journal=%s: %s", fi.opts->journal, error->message);
    }
    return fi.journal;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
                                           const qemu_info_t *info, int argc,
                                           char **argv)
{
    g_autoptr(GError) error = NULL;

    fi.id = id;
    if (!info->system_emulation) {
        fi_message("fi_lua works with system emulation (qemu-system-…) only");
        return -1;
    }
    fi.opts = fi_options_parse(argc, argv, &error);
    if (!fi.opts) {
        fi_message("%s", error->message);
        return -1;
    }
    fi.target = g_strdup(info->target_name);
    fi.n_vcpus = info->system.smp_vcpus;
    fi.max_vcpus = info->system.max_vcpus;
    fi.maps = fi_maps_new();
    fi_vcpus_init(fi.max_vcpus);
    fi_registry_init();
    choose_seed();
    if (!open_journal()) {
        return -1;
    }
    write_start(info->version.cur);
    fi_message("seed %" G_GUINT64_FORMAT, fi.opts->seed);
    read_command_line();
    if (!load_symbols() || !open_socket() || !fi_script_load()) {
        finish();
        return -1;
    }
    if (fi_exit_requested()) {
        finish();
        exit(fi_exit_code()); /* no vCPU runs yet */
    }
    fi_instrument_start();
    fi_journal_set_watcher(fi.journal, fi_feed_journal);
    if (!fi_control_start()) {
        finish();
        return -1;
    }
    pid = getpid();
    atexit(at_exit);
    if (fi_has(FI_CAP_VCPU_WORK)) {
        qemu_plugin_fi_on_machine_ready(fi_machine_ready_cb, NULL);
    }
    return 0;
}
