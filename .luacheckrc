-- SPDX-License-Identifier: GPL-2.0-or-later
-- The globals of a scenario, as docs/lua-api.md lists them.
std = "lua54"
max_line_length = 120

local trigger_functions = {
    "on_pc", "on_insn", "on_read", "on_write", "on_exception", "on_interrupt", "on_vcpu_init", "on_idle", "on_resume",
    "after_insns", "on_exit", "on_mmio_read", "on_mmio_write", "after_ns", "at_ns", "every_ns", "on_machine_ready",
    "on_sysreg_read", "on_sysreg_write", "on_console", "on_reset",
}
local task_functions = {
    "task", "wait", "wait_pc", "wait_read", "wait_write", "wait_exception", "wait_interrupt", "wait_insns",
    "wait_mmio_read", "wait_mmio_write", "wait_ns", "wait_sysreg_read", "wait_sysreg_write",
    "wait_console",
}
local fi_fields = {
    "SKIP", "RETRY", "DROP", "BUS_ERROR", "counter", "cpu", "mem", "phys", "defer", "skip", "args", "seed", "rng", "log",
    "note", "exit", "symbol", "has", "caps", "target", "vcpus", "version", "triggers", "script", "now_ns", "irq",
    "exception", "device", "reload", "status",
    "console",
}
-- The register file and memory accessors: scenarios assign to their fields.
local memory = {
    fields = {
        read = {}, write = {}, writable = {},
        u8 = {read_only = false, other_fields = true}, u16 = {read_only = false, other_fields = true},
        u32 = {read_only = false, other_fields = true}, u64 = {read_only = false, other_fields = true},
        i8 = {read_only = false, other_fields = true}, i16 = {read_only = false, other_fields = true},
        i32 = {read_only = false, other_fields = true}, i64 = {read_only = false, other_fields = true},
    },
}

local fi = {fields = {
    symbols = {fields = {find = {}, range = {}, at = {}, load = {}, define = {}, slide = {}, maps = {}}},
    xml = {fields = {load = {}, load_file = {}, lua_of = {}, to_lua = {}, _parse = {}, _max_size = {}}},
}}
read_globals = {cpu = {read_only = false, other_fields = true}, fi = fi, mem = memory, phys = memory}
for _, list in ipairs{trigger_functions, task_functions} do
    for _, name in ipairs(list) do
        read_globals[name] = {}
        fi.fields[name] = {}
    end
end
for _, name in ipairs(fi_fields) do
    fi.fields[name] = {other_fields = true}
end
fi.fields._verdict, fi.fields._update_file = {}, {} -- for the standard library
fi.fields.mem = memory
fi.fields.phys = memory

-- The tests' directives are JSON, which cannot be broken.
files["tests/scenarios"].max_comment_line_length = false
files["tests/linux"].max_comment_line_length = false
files["scripts/template"].max_comment_line_length = false
files["scripts/stdlib/fi/*.test.lua"].max_comment_line_length = false
files["scripts/stdlib/fi/scenarios/*.test.lua"].max_comment_line_length = false
-- Annotations cannot be broken either.
files["scripts/stdlib/meta"].max_comment_line_length = false
-- Scenarios that are wrong on purpose.
exclude_files = {"tests/scenarios/errors/syntax.lua"}
