-- SPDX-License-Identifier: MIT
-- A bit of one of the registers w0 to w4 flips while the guest sums up its buffer.
--
-- fi: guest=checksum compare=golden
--
-- Output:

local seu_registers = require "fi.scenarios.seu_registers"

local fault = seu_registers.arm{code = "checksum", insns = 500, registers = {"w1", "w2", "w3"}}

on_exit(function()
    fi.log("%s", fault:report())
end)
