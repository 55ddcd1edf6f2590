-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest smp with 2 cores. Core 1 has done its work and is in WFI, core 0 is made to wait for more than that: a handler
-- on core 0 sends a function to core 1, and the time until it runs there is taken. After arg.n of them core 0 is let
-- go.
local n = math.tointeger(fi.args.n)
local YIELD = {mask = 0xffffffff, value = 0xd503203f}
local HELD = 1000           -- added to what core 0 waits for
local samples = {}
local halted = false
local sent = false
local waits_at

on_pc("work", {vcpu = 1, limit = 1}, function()
    mem.u32.finished = mem.u32.finished + HELD
    -- Not earlier: a core that is still off idles, too
    on_idle({vcpu = 1, limit = 1}, function()
        halted = true
    end)
end)

-- About once in a millisecond
on_insn(YIELD, {vcpu = 0, every = 200000}, function()
    if not halted or sent then
        return
    elseif #samples == n then
        mem.u32.finished = mem.u32.finished - HELD
        sent = true
        return
    end
    sent = true
    local begin = fi.now_ns()
    fi.defer(1, function()
        samples[#samples + 1] = fi.now_ns() - begin
        waits_at = waits_at or cpu.pc
        assert(cpu.pc == waits_at, "core 1 is not halted any more")
        sent = false
    end)
end)
on_exit(function() fi.log("BENCH samples %s", table.concat(samples, " ")) end)
