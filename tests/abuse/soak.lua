-- SPDX-License-Identifier: GPL-2.0-or-later
-- The scenario of soak.py, which loads it again and again: something of each kind, and some Lua memory of its own.

local notes = {}

local function note(ev)
  notes[#notes % 100 + 1] = { ev.vcpu, ev.hits }
end

on_pc("mix", { name = "scenario pc", every = 100000 }, note)
on_pc({ "touch_sysregs", size = 16 }, { name = "scenario range", every = 1000 }, note)
on_insn({ mask = 0xffffffff, value = 0xd503201f }, { name = "scenario nop", every = 200000 }, note)
on_write("cells", { name = "scenario write", every = 100000 }, note)
on_mmio_read({ 0x09010fe0, size = 4 }, { name = "scenario mmio", every = 100 }, function(ev) return ev.value ~ 1 end)
on_sysreg_write("TPIDR_EL0", { name = "scenario sysreg", every = 100 }, function(ev) return ev.value + 1 end)
on_interrupt("irq", { name = "scenario irq", every = 50 }, note)
every_ns(10000000, { name = "scenario timer" }, note)

local rounds = fi.counter("rounds")
rounds:count_pc("write_device")
on_pc("read_device", { name = "scenario when", when = rounds:ge(1000), limit = 5 }, note)
