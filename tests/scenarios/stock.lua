-- SPDX-License-Identifier: GPL-2.0-or-later
-- The stock tier: with stock=on the extensions are hidden, asking for one is an error that names it, the journal has
-- no times, and faults work all the same.
--! guest: checksum
--! opt: stock=on
--! requires: set_pc
--! stdout: checksum 0xdc921675
--! journal: {"kind":"start","tier":"stock"}
--! journal: {"kind":"log","t":null,"text":"~clock"}
--! journal: {"kind":"fault","t":null,"old":"0xdc92167d"}
--! checks: 4

local check = require "fi.check"

check.eq(fi.has("clock"), false, "clock")
check.ok(fi.has("set_pc") and fi.has("discontinuity"), "what is in every QEMU 11")
assert(not fi.caps().clock.available)

on_pc("checksum_done", function()
    local ok, message = pcall(fi.now_ns)
    check.ok(not ok, "fi.now_ns")
    check.ok(message:find("clock", 1, true), "the message names the capability")
    fi.log("%s", message)
    cpu.w2 = cpu.w2 ~ 8
end)
