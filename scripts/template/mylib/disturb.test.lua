-- SPDX-License-Identifier: MIT
-- mylib.disturb by itself: wrong options are blamed on this file; and one fault, which the guest's own output shows.
--! guest: checksum
--! stdout-re: ^checksum 0x
--! not-stdout: checksum 0xdc92167d
--! journal: {"kind":"fault","trigger":"disturb","hit":64,"action":"write_memory","size":4,"info":{"model":"bit-flip","bits":"7"}}
--! journal-count: fault 1
--! checks: 8

local check = require "fi.check"
local disturb = require "mylib.disturb"

local function rejected(wanted, opts)
    local ok, message = pcall(function() disturb.arm(opts) end)
    check.ok(not ok and message:find("disturb.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("aggressor must be given", {})
rejected("unknown option 'reads'", {aggressor = "buffer", victim = "buffer", reads = 1})
rejected("victim must be given", {aggressor = "buffer"})
rejected("loads must be a whole number from 1 on, not 0", {aggressor = "buffer", victim = "buffer", loads = 0})
rejected("times must be a whole number from 1 on, not 1.5", {aggressor = "buffer", victim = "buffer", times = 1.5})
rejected("nosuch", {aggressor = "nosuch", victim = "buffer"})

-- The guest fills its buffer and then sums it up: word 100 is loaded after 64 others
local fault = disturb.arm{aggressor = "buffer", victim = "buffer+0x190", size = 4, bit = 7}

check.at_exit(function()
    check.eq(fault.injected, 1, "injected")
    check.eq(fault:report(), "disturb: 1 fault: bit 7 flipped at the 64th load", "report")
end)
