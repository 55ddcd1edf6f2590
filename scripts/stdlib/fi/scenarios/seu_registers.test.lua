-- SPDX-License-Identifier: MIT
-- fi.scenarios.seu_registers by itself: what wrong parameters are told, and one fault that the guest's own output shows.
--! guest: checksum
--! stdout: checksum 0xdc92163d
--! journal: {"kind":"fault","trigger":"seu_registers","action":"write_register","target":"w2","info":{"model":"bit-flip","bits":"6"}}
--! journal-count: fault 1
--! checks: 10

local check = require "fi.check"
local seu_registers = require "fi.scenarios.seu_registers"

local function rejected(wanted, opts)
    local ok, message = pcall(function() seu_registers.arm(opts) end)
    check.ok(not ok and message:find("seu_registers.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("code must be given: the function", {})
rejected("code must be an address, a symbol or a table {place, size = n}, not true", {code = true})
rejected("insns must be a whole number from 1 on, not 0", {code = "checksum", insns = 0})
rejected("registers must be a list of names, not x0", {code = "checksum", registers = "x0"})
rejected("unknown option 'bits'", {code = "checksum", bits = {1}})
rejected("nosuch", {code = "nosuch"})

-- At its end the sum is in w2; the instruction there is the only one after the entry
local fault = seu_registers.arm{code = "checksum_done", insns = 1, registers = {"w2"}, bit = 6}
local never = seu_registers.arm{code = "checksum", calls = 1, name = "second call"}

check.at_exit(function()
    check.eq(fault.injected, 1, "injected")
    check.eq(fault:report(), "seu_registers: 1 fault: bit 6 of w2 flipped at checksum+0x18", "report")
    check.eq(never.injected, 0, "there is no second call")
    check.eq(never:report(), "second call: no fault was injected", "report of none")
end)
