-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest smp with 2 cores, both made to wait in a spin loop: a handler on core 0 sends a function to core 1, and the
-- time until it runs there is taken. After arg.n of them the cores are let go, and the guest ends as it always does.
local n = math.tointeger(fi.args.n)
local YIELD = {mask = 0xffffffff, value = 0xd503203f}
local HELD = 1000           -- added to what core 0 waits for
local samples = {}
local spinning = false
local sent = false

on_pc("secondary_main", {vcpu = 1, limit = 1}, function()
    mem.u32.ready = mem.u32.ready + HELD
end)

on_insn(YIELD, {vcpu = 1, limit = 1}, function()
    spinning = true
end)

-- About once in a millisecond
on_insn(YIELD, {vcpu = 0, every = 200000}, function()
    if not spinning or sent then
        return
    elseif #samples == n then
        mem.u32.ready = mem.u32.ready - HELD
        sent = true
        return
    end
    sent = true
    local begin = fi.now_ns()
    fi.defer(1, function()
        samples[#samples + 1] = fi.now_ns() - begin
        sent = false
    end)
end)
on_exit(function() fi.log("BENCH samples %s", table.concat(samples, " ")) end)
