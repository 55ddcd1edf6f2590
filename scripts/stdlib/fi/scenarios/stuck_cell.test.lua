-- SPDX-License-Identifier: MIT
-- fi.scenarios.stuck_cell by itself: what wrong parameters are told, and stuck bits that the guest's own output shows: in
-- the words that it stores and in the sum of what it loads. The phases of an intermittent one are in
-- tests/scenarios/stdlib/stuck_cell_phases.lua.
--! guest: memory
--! stdout: sum 0x000000006666aaca stores 8 loads 12
--! stdout: cell+0 0x3333333322220011
--! stdout: cell+8 0x4444444444444445
--! stdout: cell+16 0x5555555555555555
--! stdout: cell+24 0x6666666666666666
--! stdout: cell+32 0x7777777777777777
--! stdout: cell+40 0x8888888888888888
--! stdout: cell+48 0x9999999999999999
--! stdout: cell+56 0x00000000000000ab
--! journal: {"kind":"fault","trigger":"plain","action":"write_memory","old":"0x4444444444444444","new":"0x4444444444444445","info":{"model":"stuck-at-1","duration":"permanent","bits":"0"}}
--! journal: {"kind":"fault","trigger":"by phys","action":"write_memory","space":"phys","info":{"model":"stuck-at-1"}}
--! checks: 23

local check = require "fi.check"
local stuck_cell = require "fi.scenarios.stuck_cell"

local function rejected(wanted, opts)
    local ok, message = pcall(function() stuck_cell.arm(opts) end)
    check.ok(not ok and message:find("stuck_cell.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("target must be given: the cell", {})
rejected("nosuch", {target = "nosuch"})
rejected("bit 512 is outside of the cell, which has 512 bits", {target = "cell", bits = {1, 512}})
rejected("value must be a whole number from 0 to 1, not 2", {target = "cell", value = 2})
rejected("stuck_ns and free_ns go together", {target = "cell", free_ns = 5})
rejected("with stuck_ns a duration is {ns = t}", {target = "cell", stuck_ns = 5, free_ns = 5, duration = {hits = 1}})
rejected("duration must be a duration", {target = "cell", duration = {ns = 0}})

local plain = stuck_cell.arm{target = {"cell+8", size = 8}, bits = {0}, name = "plain"}
local alias = stuck_cell.arm{target = {"cell+48", size = 8}, bits = {1}, name = "other alias"}
local phys = stuck_cell.arm{target = {"cell+56", size = 8}, phys = true, bits = {0}, name = "by phys"}
-- Its only store is let pass, what the bit has already is no change
local zero = stuck_cell.arm{target = "cell+4", bits = {2}, value = 0, code = "use_alias", name = "zero already"}
local random = stuck_cell.arm{target = "load_sum", code = "power_off", value = 0, name = "random"}
local removed = stuck_cell.arm{target = {"cell+32", size = 8}, bits = {3}, name = "removed"}
removed:remove()

check.at_exit(function()
    check.eq(plain.injected, 2, "at the start, and behind the store")
    check.eq(plain.fired, plain.injected, "for fi.verdict")
    check.eq(plain:report(), "plain: 2 faults, the last: bit 0 of cell+0x8 stuck at 1", "report")
    check.eq(alias.injected, 1, "a store through another virtual address is not seen")
    check.eq(phys.injected, 2, "by the physical one it is")
    check.eq(zero.injected, 0, "nothing to change")
    check.eq(zero:report(), "zero already: no fault was injected", "report of none")
    check.ok(random.last:find("^bits? %d+ of load_sum stuck at 0$"), tostring(random.last))
    check.eq(removed.injected, 0, "removed before the start")
    check.ok(not plain:report():find("no fault"), "there was one")
    plain:remove()
    plain:remove()
    check.eq(plain.injected, 2, "the count stays")
    for _, trigger in ipairs(fi.triggers()) do
        check.ok(trigger.name ~= "plain" and trigger.name ~= "removed", trigger.name .. " is removed")
    end
end)
