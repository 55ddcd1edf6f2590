-- SPDX-License-Identifier: MIT
-- The guest computes a result twice and compares. A bit that flips in one computation is detected; one that flips in
-- the input of both is silent data corruption: ./fi run --arg where=copy (or input) scripts/examples/due_or_sdc.lua
--
-- fi: guest=selfcheck compare=golden
--
-- Output, with where=copy and with where=input:
--     DETECTED
--     ok 0xd72f2ae0

local copy = fi.args.where == "copy"

-- The second computation gets its number in w0.
if copy then
    on_pc("compute_b", {limit = 1}, function()
        cpu.w0 = cpu.w0 ~ (1 << 4)
    end)
else
    on_pc("before_compute", {limit = 1}, function(ev)
        mem.u32.seed_value = mem.u32.seed_value ~ (1 << 4)
        fi.log("seed_value flipped at %s", fi.symbols.at(ev.pc))
    end)
end

-- End a run that hangs.
after_insns(50000000, function()
    fi.exit(124, "hang")
end)
