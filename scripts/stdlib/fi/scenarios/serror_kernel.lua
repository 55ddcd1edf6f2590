-- SPDX-License-Identifier: MIT
-- fi.scenarios.serror_kernel: an SError while the kernel runs. Described in docs/scenarios.md.

local scenario = require "fi.scenario"
local serror = require "fi.serror"

---@type fi.scenarios.serror_kernel
local serror_kernel = scenario.define{
    name = "serror_kernel",
    purpose = "An SError comes while the kernel runs: a write of it has failed on the bus, or memory has an error that "
        .. "ECC cannot correct.",
    healthy = "The kernel goes on after an error that was corrected, and stops at once at any that may have spoilt its "
        .. "data: Linux says \"Asynchronous SError Interrupt\" and panics.",
    needs = {"exception", "set_pc", "discontinuity"},
    parameters = {
        {name = "code", type = "place", optional = true,
         text = "it comes in place of the first instruction of this function; default: of any that the kernel executes "
            .. "with SErrors unmasked"},
        {name = "calls", type = "integer", default = 0, least = 0, text = "with code: calls that are let pass before"},
        {name = "el", type = "integer", default = 1, least = 1, most = 2,
         text = "the kernel's exception level: 2 with FEAT_VHE, or of a hypervisor"},
        serror.parameters(),
    },
    arm = function(p, fault)
        serror.arm(p, fault)
    end,
}

return serror_kernel
