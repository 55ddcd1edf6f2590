-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest smp with 2 cores, both made to wait in the same spin loop: a handler on core 0 arms a trigger there for core 1,
-- and the time to its firing is taken. After arg.n of them the cores are let go, and the guest ends as it always does.
local n = math.tointeger(fi.args.n)
local YIELD = {mask = 0xffffffff, value = 0xd503203f}
local HELD = 1000           -- added to what core 0 waits for
local samples = {}
local spin
local busy = false

on_pc("secondary_main", {vcpu = 1, limit = 1}, function()
    mem.u32.ready = mem.u32.ready + HELD
end)

on_insn(YIELD, {vcpu = 1, limit = 1}, function(ev)
    spin = ev.pc
end)

-- About once in a millisecond
on_insn(YIELD, {vcpu = 0, every = 200000}, function()
    if not spin or busy then
        return
    elseif #samples == n then
        mem.u32.ready = mem.u32.ready - HELD
        busy = true
        return
    end
    busy = true
    local begin = fi.now_ns()
    on_pc(spin, {vcpu = 1, limit = 1}, function()
        samples[#samples + 1] = fi.now_ns() - begin
        busy = false
    end)
end)
on_exit(function() fi.log("BENCH samples %s", table.concat(samples, " ")) end)
