-- SPDX-License-Identifier: GPL-2.0-or-later
-- Waiting for the console: beside another trigger, in a chain, and across fi.reload(), which ends what the old scenario
-- has armed and what it waits for.
--! guest: uart_rx
--! requires: mmio timers set_pc
--! stdout: ok
--! stdout-re: ^dr 0x06f
--! stdout-re: ^dr 0x06b
--! stdout-re: ^dr 0x00a
--! stdout-re: ^received 3 of 3
--! journal: {"kind":"trigger","name":"old","type":"console","hits":1,"state":"removed"}
--! journal: {"kind":"reload","ok":true,"triggers":4}
--! journal: {"kind":"trigger","name":"new","type":"console","hits":3,"fired":2,"state":"ended"}
--! checks: 5

local check = require "fi.check"
local again = rawget(package, "again")
rawset(package, "again", true)

if not again then
    on_console("^ok$", {name = "old"}, function() fi.reload() end)
    task(function()
        wait_console("^dr")
        rawset(package, "resumed", true)
    end)
    return
end

on_console("^dr", {name = "new", after = 1, limit = 2}, function() end)
task(function()
    local fast = on_console("^dr 0x06f", nil)
    local ev, t = wait(fast, after_ns(10000000000, nil))
    check.eq(t, fast, "which")
    check.eq(ev.line, "dr 0x06f", "line")
    ev = wait_console("^received (%d) of (%d)", {whole = true})
    check.eq(table.concat(ev.captures, "/"), "3/3", "captures")
    check.ok(ev.line:find("ris 0x0$"), "whole")
    check.eq(rawget(package, "resumed"), nil, "old task")
end)
