-- SPDX-License-Identifier: GPL-2.0-or-later
-- Wrong types of arguments, at load and in a handler: errors that tell what was wanted; the guest is unharmed.
--! guest: checksum
--! requires: discontinuity
--! stdout: checksum 0xdc92167d
--! journal-count: {"kind":"log","text":"~^rejected: "} 39
--! journal-count: fault 0

local count = 0
local function rejected(wanted, fn, ...)
    local ok, message = pcall(fn, ...)
    count = count + 1
    assert(not ok, string.format("%d (%s): accepted", count, wanted))
    assert(tostring(message):find(wanted), string.format("%d: %q does not say %q", count, message, wanted))
    fi.log("rejected: %s", message)
end

local function nothing() end

rejected("function", on_pc, "main", 5)
rejected("function", on_pc, "main", {}, "handler")
rejected("address", on_pc, {}, nothing)
rejected("address", on_pc, true, nothing)
rejected("address", on_pc, 1.5, nothing)
rejected("", on_pc)
rejected("range", on_pc, {16}, nothing)
rejected("range", on_pc, {16, 16}, nothing)
rejected("range", on_pc, {16, 8}, nothing)
rejected("size", on_read, {"buffer", size = 0}, nothing)
rejected("range", on_read, {"buffer", "result", size = 4}, nothing)
rejected("mask", on_insn, {value = 1}, nothing)
rejected("value", on_insn, {mask = 1}, nothing)
rejected("value", on_insn, {mask = 0xff, value = 0x100}, nothing)
rejected("32 bits", on_insn, {mask = 1 << 32, value = 0}, nothing)
rejected("", on_insn, 5, nothing)
rejected("unknown exception", on_exception, "svx", nothing)
rejected("", after_insns, "ten", nothing)
rejected("", after_insns, -1, nothing)
rejected("task", task, 5)
rejected("", fi.exit, 256)
rejected("", fi.exit, "zero")
rejected("", fi.exit, -1)
rejected("", fi.counter)
rejected("", fi.note, "text")
rejected("nosuch", fi.symbol, "nosuch")
rejected("", fi.cpu, 99)

on_pc("main", function()
    rejected("bytes", function() cpu.x0 = "short" end)
    rejected("integer", function() cpu.x0 = 1.5 end)
    rejected("integer", function() cpu.x0 = nil end)
    rejected("does not fit", function() cpu.w0 = 1 << 32 end)
    rejected("string", function() cpu.v0 = 1 end)
    rejected("", function() mem.u32[1.5] = 0 end)
    rejected("does not fit", function() mem.u8.result = 256 end)
    rejected("u32", function() return mem["u" .. 33] end)
    rejected("", function() mem:write("result", 5) end)
    rejected("", function() mem:read("result", 0) end)
    rejected("table", function() cpu:write("x0", cpu.x0, "info") end)
    rejected("vCPU", function() fi.defer(99, nothing) end)
end)
