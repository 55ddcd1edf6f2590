-- SPDX-License-Identifier: GPL-2.0-or-later
-- The options count accesses as they do executions: eight writes of CONTEXTIDR_EL1, each followed by a read.
--! guest: sysregs
--! smp: 2
--! stdout: id 0x11120
--! stdout: counter runs
--! stdout: tpidr 0x1234 kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 36 kept 36
--! stdout: daif 0x1c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x77 kept 0x77 trap saw 0x99 kept 0x99
--! journal-count: fault 0
--! checks: 22

local check = require "fi.check"

local seen = {}
local triggers = {}

-- wanted: the data of the writes for which the handler runs
local function expect(name, opts, wanted, hits)
    seen[name] = {}
    opts.name = name
    triggers[name] = on_sysreg_write("CONTEXTIDR_EL1", opts, function(ev) table.insert(seen[name], ev.value) end)
    check.at_exit(function()
        check.eq(table.concat(seen[name], " "), wanted, name)
        check.eq(triggers[name].hits, hits, name .. ": hits")
    end)
end

local reads = fi.counter("reads")
reads:count_pc("read_contextidr")

expect("plain", {}, "1 2 3 4 5 6 7 8", 8)
expect("after", {after = 5}, "6 7 8", 8)
expect("every", {every = 3}, "1 4 7", 8)
expect("after, every, limit", {after = 1, every = 2, limit = 3}, "2 4 6", 6)
expect("limit", {limit = 2}, "1 2", 2)
expect("value", {value = 5}, "5", 1)
expect("value, mask, after", {value = 0, mask = 1, after = 1}, "4 6 8", 4)
expect("total", {total = true, after = 6}, "7 8", 8)
expect("another vCPU", {vcpu = 1}, "", 0)
expect("when", {when = reads:ge(6)}, "7 8", 2)
expect("another level", {el = 0}, "", 0)
