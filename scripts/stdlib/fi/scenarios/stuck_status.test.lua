-- SPDX-License-Identifier: MIT
-- fi.scenarios.stuck_status by itself: what wrong parameters are told, and a status bit that the guest waits for in vain,
-- until it has come.
--! guest: mmio
--! requires: mmio
--! stdout-any
--! stdout: read16 fw_cfg_data 0x554d
--! stdout: polls 12
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","action":"mmio_read","target":"0x900003c","old":"0x20","new":"0x0","info":{"model":"stuck-at-0","bits":"5"}} 11
--! checks: 11

local check = require "fi.check"
local stuck_status = require "fi.scenarios.stuck_status"

local function rejected(wanted, opts)
    local ok, message = pcall(function() stuck_status.arm(opts) end)
    check.ok(not ok and message:find("stuck_status.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("register must be given: the register", {})
rejected("bits must be given", {register = 0x0900003c})
rejected("bits must be a list of different bit numbers, not 5", {register = 0x0900003c, bits = 5, value = 0})
rejected("value must be a whole number from 0 to 1, not 2", {register = 0x0900003c, bits = {5}, value = 2})
rejected("register must be an address, a device's name or a table {device, offset = n, size = n}, not true",
         {register = true, bits = {5}, value = 0})
rejected("bit 32 is outside of 0x900003c", {register = 0x0900003c, bits = {32}, value = 0})
rejected("unknown option 'bit'", {register = 0x0900003c, bit = 5, value = 0})

local fault = stuck_status.arm{register = {"pl011", offset = 0x3c}, bits = {5}, value = 0, limit = 11}
local never = stuck_status.arm{register = {"pl061", offset = 0x410}, bits = {0, 1}, value = 1, name = "unread"}

check.at_exit(function()
    check.eq(fault.injected, 11, "injected")
    check.eq(fault:report(), "stuck_status: 11 faults, the last: bit 5 reads as 0", "report")
    check.eq(never.injected, 0, "nobody reads it")
    check.eq(never:report(), "unread: no fault was injected", "report of none")
end)
