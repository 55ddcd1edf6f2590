/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_IMPL_H
#define FI_BINDINGS_IMPL_H

#include <lauxlib.h>
#include <lua.h>

#include "../fi.h"
#include "../script.h"
#include "../slot.h"
#include "../trigger.h"

/*
 * Helpers of the bindings.  All of them run with the Lua lock held, and those
 * marked FI_RAISES may leave by longjmp: nothing that has to be freed may be
 * owned by a C variable across such a call.
 */
#define FI_RAISES

/* Each adds its part to the table `fi` on top of the stack. */
void fi_bind_trigger(lua_State *L);
void fi_bind_handle(lua_State *L);
void fi_bind_event(lua_State *L);
void fi_bind_counter(lua_State *L);
void fi_bind_cpu(lua_State *L);
void fi_bind_mem(lua_State *L);
void fi_bind_symbols(lua_State *L);
void fi_bind_irq(lua_State *L);
void fi_bind_exception(lua_State *L);
void fi_bind_device(lua_State *L);
void fi_bind_hardware(lua_State *L);
void fi_bind_xml(lua_State *L);
void fi_bind_core(lua_State *L);
void fi_bind_status(lua_State *L);
void fi_bind_file(lua_State *L);

/* The results fi.SKIP, fi.RETRY, fi.DROP, fi.BUS_ERROR, as light userdata. */
extern const char fi_token_skip, fi_token_retry, fi_token_drop,
    fi_token_bus_error;

/* Raise @error's message at the script's line, and free it. */
FI_RAISES int fi_raise(lua_State *L, GError *error);

/* Raise "what: text" at the script's line, and g_free() @text. */
FI_RAISES int fi_raise_text(lua_State *L, const char *what, char *text);

/* Push "file:line: " of the scenario's or library's innermost line, for
 * errors that come later. */
FI_RAISES const char *fi_push_place(lua_State *L);

/* The current context if it is on a vCPU, else an error naming @what. */
FI_RAISES FiContext *fi_need_vcpu(lua_State *L, const char *what);
/* Does @device mean the one with this path and type?  As QEMU looks it up: a
 * QOM path, the end of one, a type or a part of its name.  NULL: any. */
bool fi_same_device(const char *device, const char *path, const char *type);

/* The current context, which may be on no vCPU; an error at load and exit,
 * where there are no devices. */
FI_RAISES FiContext *fi_need_machine(lua_State *L, const char *what);
/* Likewise, but there need not be a vCPU. */
FI_RAISES FiContext *fi_need_guest(lua_State *L, const char *what);
/* An error in what is left of a scenario that fi.reload() has replaced. */
FI_RAISES void fi_need_own_scenario(lua_State *L, const char *what);
/* The capability, or an error that says how to get it. */
FI_RAISES void fi_need_cap(lua_State *L, FiCap cap, const char *what);

/* Push "0x…", for messages: luaL_error() has no such format. */
FI_RAISES const char *fi_push_hex(lua_State *L, uint64_t value);

/* What is at @idx and should be something else, for messages: an integer, a
 * float and how to make an integer of it, a result such as fi.SKIP, or the
 * type.  May push a value. */
FI_RAISES const char *fi_push_what(lua_State *L, int idx);

/* An address: an integer or a symbol expression at @idx. */
FI_RAISES uint64_t fi_check_address(lua_State *L, int idx);

/* An error if it is not known yet where @map is. */
FI_RAISES void fi_need_slide(lua_State *L, const FiMap *map);

/*
 * A place at @idx: address, symbol, {lo, hi} or {where, size = n}.  Sets
 * lo, hi, exact_pc of @spec as its kind wants, and pushes a label for it.
 */
FI_RAISES void fi_check_where(lua_State *L, int idx, FiTriggerSpec *spec);

/* A system register at @idx into @spec, and push its name. */
FI_RAISES void fi_check_sysreg(lua_State *L, int idx, FiTriggerSpec *spec);
/* Push the event's field @key; false if there is none or it is nil. */
FI_RAISES bool fi_sysreg_field(lua_State *L, const FiContext *c,
                               const char *key);
/* Take the result at @idx of a handler of on_sysreg_read or on_sysreg_write,
 * and the journal's info behind it. */
FI_RAISES void fi_sysreg_result(lua_State *L, FiContext *c, int idx);

/* Push the event of the current context as a userdata. */
FI_RAISES void fi_push_event(lua_State *L, FiContext *c);
/* Make the event of @c, if one was made, unreadable. */
void fi_expire_event(FiContext *c);
/* The data of a memory access, FI_PLACE_MEM; of 16 bytes the low half. */
uint64_t fi_access_value(const FiContext *c);
/* The trigger whose handle is at @idx. */
FI_RAISES FiTrigger *fi_check_trigger(lua_State *L, int idx);
/* Push the trigger's handle. */
FI_RAISES void fi_push_trigger(lua_State *L, FiTrigger *t);
/* nil or a condition at @idx. */
FI_RAISES void fi_check_condition(lua_State *L, int idx, FiCondition *ret);
FI_RAISES FiCounter *fi_check_counter(lua_State *L, int idx);

/* What the functions that arm triggers share.  The name of the function: */
const char *fi_kind_function(FiKind kind);
/* An error where this kind of trigger cannot be armed. */
FI_RAISES void fi_need_place_for_triggers(lua_State *L,
                                          const FiTriggerSpec *spec);
/* "[opts,] fn" from @idx on, and nothing more.  Returns fn's index. */
FI_RAISES int fi_check_handler(lua_State *L, int idx, FiTriggerSpec *spec);
/* Push the default name, "on_pc main+8", unless an option gave one. */
FI_RAISES void fi_name_trigger(lua_State *L, FiTriggerSpec *spec,
                               const char *label);
/* What the result at @idx of a handler for an access to a device means. */
FI_RAISES void fi_take_mmio_result(lua_State *L, FiContext *c, int idx);

/* Arm a trigger made from @spec, with the function at @fn_idx (0: none), and
 * push its handle. */
FI_RAISES void fi_arm(lua_State *L, const FiTriggerSpec *spec, int fn_idx);

/*
 * Before an instruction: have all vCPUs retranslate before it executes, so
 * that what was armed is live everywhere by then.  Elsewhere the block cannot
 * be left, and it takes until its end.
 */
void fi_retranslate_first(void);

/* Where the vCPU is, if that is known.  Outside of guest code (work on a vCPU
 * has an outcome) the register is up to date. */
bool fi_context_pc(const FiContext *c, uint64_t *ret);

/* Request to jump, skip or retry from the current handler. */
FI_RAISES void fi_want_skip(lua_State *L, FiContext *c);
FI_RAISES void fi_want_retry(lua_State *L, FiContext *c);
FI_RAISES void fi_want_pc(lua_State *L, FiContext *c, uint64_t pc);

/* A line of kind "fault" up to its action; the caller adds target, old, new
 * and ends it with fi_fault_end(). */
FiLine *fi_fault_begin(FiContext *c, const char *action);
/* Add the table at @info_idx (0 or nil: none), which fi_check_info() has
 * accepted, and write the line.  Does not raise. */
void fi_fault_end(lua_State *L, FiLine *line, int info_idx);
FI_RAISES void fi_check_info(lua_State *L, int idx);
/* Members of the table at @idx, keys sorted, into an object of the line.
 * Does not raise: values of other types become their type's name. */
void fi_line_table(lua_State *L, FiLine *line, const char *key, int idx);

#endif
