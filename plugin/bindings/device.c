/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault_args.h"

#include <string.h>

/* fi.device: faults that QEMU's device models declare. */

static void to_journal(lua_State *L, FiContext *c, const char *device,
                       const char *fault, const FiArgs *args)
{
    g_autofree char *target = g_strdup_printf("%s %s", device, fault);
    FiLine *l = fi_fault_begin(c, "device_fault");

    fi_line_string(l, "target", target);
    if (args->n) {
        fi_line_open_object(l, "info");
        fi_args_to_line(args, l);
        fi_line_close_object(l);
    }
    fi_fault_end(L, l, 0);
}

/* NULL, or QEMU's error. */
static char *cause(const char *device, const char *fault, const FiArgs *args)
{
    g_autofree struct qemu_plugin_fi_arg *a = fi_args_for_qemu(args);
    FiContext *released = fi_script_release();
    char *error = NULL;
    bool ok = qemu_plugin_fi_fault(device, fault, a, args->n, &error);

    fi_script_reacquire(released);
    return ok ? NULL : error ? error : g_strdup("the device refuses");
}

/* [device, fault, {parameters}]; the strings stay on the stack */
static int device_fault(lua_State *L)
{
    const char *device, *fault, *what;
    FiContext *c;
    FiArgs *args;
    char *error;

    lua_settop(L, 3);
    device = fi_check_name(L, 1, "fi.device.fault", "device");
    fault = fi_check_name(L, 2, "fi.device.fault", "fault");
    fi_need_cap(L, FI_CAP_DEVICE_FAULT, "fi.device.fault");
    c = fi_need_machine(L, "fi.device.fault");
    what = lua_pushfstring(L, "fi.device.fault: %s, %s", device, fault);
    args = fi_push_args(L, 3, NULL, what);
    fi_check_booleans(L, qemu_plugin_fi_fault_foreach, device, fault, args,
                      what);
    error = cause(device, fault, args);
    if (error) {
        return fi_raise_text(L, what, error);
    }
    to_journal(L, c, device, fault, args);
    return 0;
}

/* For hardware.lua, which groups them by device. */
static int list(lua_State *L)
{
    fi_need_cap(L, FI_CAP_DEVICE_FAULT, "fi.device.list");
    fi_need_machine(L, "fi.device.list");
    fi_push_faults(L, qemu_plugin_fi_fault_foreach);
    return 1;
}

void fi_bind_device(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "fault", device_fault },
        { "list", list },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    lua_setfield(L, -2, "device");
}
