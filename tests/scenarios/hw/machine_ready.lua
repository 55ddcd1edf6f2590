-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_machine_ready: the devices exist, nothing has been executed; lines can be set and listed, there is no vCPU.
--! guest: mmio
--! tiers: patched
--! requires: irq
--! stdout: mmio
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"log","text":"~^ready: .*vCPU|^ready: "}
--! checks: 4

local check = require "fi.check"

local ready = 0

on_machine_ready(function()
    ready = ready + 1
    check.eq(fi.now_ns(), 0, "virtual time")
    check.ok(#fi.irq.list() > 0, "inputs")
    local ok, message = pcall(function() return cpu.pc end)
    check.ok(not ok, "no registers")
    fi.log("ready: %s", message)
end)
on_pc("main", function() check.eq(ready, 1, "before the guest") end)
