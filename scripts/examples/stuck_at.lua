-- SPDX-License-Identifier: MIT
-- A defective memory cell: bit 0 of the first word of the guest's buffer is always 1, whatever is stored there.
--
-- fi: guest=checksum compare=golden
--
-- Output:
--     golden run:
--     checksum 0xdc92167d
--
--     faulty run:
--     checksum 0x5c923fcc
--     fi_lua: 1 store to the cell, the bit was forced 2 times
--     journal:
--     {"n":2,"t":788673,"kind":"fault","vcpu":0,"pc":"0x40200000","at":"_start",
--     "trigger":"stuck-at-1 buffer (start)","hit":1,"action":"write_memory","target":"0x40412008","space":"virt",
--     "size":4,"old":"0x0","new":"0x1","info":{"bits":"0","duration":"permanent","model":"stuck-at-1"}}
--     {"n":4,"t":1127087,"kind":"fault","vcpu":0,"pc":"0x40201ac4","at":"fill_buffer+0x24",
--     "trigger":"stuck-at-1 buffer","hit":1,"action":"write_memory","target":"0x40412008","space":"virt","size":4,
--     "old":"0x3c88596c","new":"0x3c88596d","info":{"bits":"0","duration":"permanent","model":"stuck-at-1"}}

local faults = require "fi.faults"

local cell = faults.stuck_at{mem = "buffer", size = 4, bit = 0, value = 1, duration = "permanent"}

on_exit(function()
    fi.log("%d store to the cell, the bit was forced %d times", cell.trigger.fired, cell.forced)
end)
