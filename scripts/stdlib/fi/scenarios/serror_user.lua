-- SPDX-License-Identifier: MIT
-- fi.scenarios.serror_user: an SError while a program runs. Described in docs/scenarios.md.

local scenario = require "fi.scenario"
local serror = require "fi.serror"

---@type fi.scenarios.serror_user
local serror_user = scenario.define{
    name = "serror_user",
    purpose = "An SError comes while a program of the user runs: the error may be the program's, or one of what "
        .. "the kernel or a device did before.",
    healthy = "After an error that was corrected, or after which the program can be restarted, the kernel goes on. At "
        .. "one that it can recover from it may end that program only. Linux panics at all others, and where the CPU "
        .. "does not say.",
    needs = {"exception", "set_pc", "discontinuity"},
    parameters = {
        {name = "code", type = "place", optional = true,
         text = "it comes in place of this instruction of the program; default: of any"},
        {name = "calls", type = "integer", default = 0, least = 0,
         text = "with code: how often that is let pass before"},
        {name = "asid", type = "integer", optional = true, least = 0, most = 65535,
         text = "only in the address space with this ASID; default: in any"},
        {name = "ttbr", type = "integer", optional = true,
         text = "only while TTBR0_EL1 has this table, as cpu.ttbr0_el1 reads; default: any"},
        serror.parameters(),
    },
    arm = function(p, fault)
        p.el = 0
        serror.arm(p, fault)
    end,
}

return serror_user
