-- SPDX-License-Identifier: MIT
-- fi.scenarios.seu_registers: a single event upset in a register of a function. Described in docs/scenarios.md.

local faults = require "fi.faults"
local scenario = require "fi.scenario"

local GENERAL <const> = {aarch64 = {"x", 31}, arm = {"r", 13}}

-- The registers that compilers use freely: x0 to x30, or r0 to r12
local function general_registers()
    local letter, n = table.unpack(GENERAL[fi.target] or {})
    if not n then
        error("registers must be given: which ones are general is known for Arm only")
    end
    local names = {}
    for i = 1, n do
        names[i] = letter .. i - 1
    end
    return names
end

---@type fi.scenarios.seu_registers
local seu_registers = scenario.define{
    name = "seu_registers",
    purpose = "One bit of a register flips while a function runs: the single event upset (SEU) that radiation causes "
        .. "in a register file.",
    healthy = "A guest with redundancy notices it (DUE) or prints what it prints without the fault (masked). A wrong "
        .. "result that nobody notices is silent data corruption (SDC).",
    parameters = {
        {name = "code", type = "place", text = "the function"},
        {name = "calls", type = "integer", default = 0, least = 0, text = "calls of it that are let pass before"},
        {name = "insns", type = "integer", default = 50, least = 1,
         text = "the bit flips before one of so many instructions executed in it from then on, chosen by the seed"},
        {name = "registers", type = "names", optional = true,
         text = "one of them is chosen by the seed; default: the general ones"},
        {name = "bit", type = "integer", optional = true, least = 0, text = "default: chosen by the seed"},
        scenario.counting("vcpu", "el"),
    },
    arm = function(p, fault)
        local registers = p.registers or general_registers()
        local flip = fault:guard(function(ev)
            local reg = registers[fi.rng(#registers)]
            local bits = faults.flip{reg = reg, bit = p.bit, nbits = not p.bit and 1 or nil}
            fault:hit("bit %d of %s flipped at %s", bits[1], reg, scenario.at(ev.pc))
        end)
        local entry = {name = p.name, vcpu = p.vcpu, el = p.el, after = p.calls, limit = 1}
        -- A symbol whose address is not known yet (KASLR) has no range either: that can wait for the call
        fault:owns(fi.on_pc(p.code, entry, fault:guard(function(call)
            local n = fi.rng(0, p.insns - 1)
            if n == 0 then
                flip(call)
                return
            end
            local inside = {name = p.name .. ": insn", vcpu = call.vcpu, after = n - 1, limit = 1}
            fault:owns(fi.on_pc(scenario.whole(p.code), inside, flip))
        end)))
    end,
}

return seu_registers
