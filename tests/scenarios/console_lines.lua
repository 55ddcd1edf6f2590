-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the guest writes to its console as triggers: by pattern, plain, with captures, on lines that are not complete,
-- with options; and what a handler may do that runs right behind the character that completes the match.
--! guest: uart_rx
--! requires: mmio device_fault set_pc
--! stdout: ok
--! stdout-re: ^dr 0x06f
--! stdout-re: ^dr 0x06b
--! stdout-re: ^dr 0x00a
--! stdout-re: ^received 3 of 5
--! journal: {"kind":"trigger","name":"on_console ^ok$","type":"console","hits":1,"fired":1,"state":"active"}
--! journal: {"kind":"trigger","name":"on_console received","type":"console","hits":1,"fired":1,"state":"active"}
--! journal: {"kind":"trigger","name":"never","type":"console","hits":0,"fired":0,"state":"active"}
--! journal: {"kind":"not_fired","name":"never","hits":0}
--! checks: 16

local check = require "fi.check"

local seen, order = {}, {}
local function note(name)
    return function(ev)
        seen[name] = (seen[name] or 0) + 1
        order[#order + 1] = name
        if name == "digits" then
            check.eq(ev.captures[1], "06f", "a capture waits for what it could still take")
            check.eq(ev.captures[3], "010", "and so does the last one")
        end
    end
end

on_console("^ok$", function(ev)
    check.eq(ev.line, "ok", "a whole line")
    check.eq(ev.complete, true, "complete")
    check.eq(#ev.captures, 0, "no captures")
    check.eq(ev.kind, "console", "kind")
    check.ok(ev.device:find("^/machine/"), "path")
    check.eq(ev.vcpu, 0, "vcpu")
    check.ok(cpu.x0, "registers")
    mem.u32.expected = 5
end)
on_console("^dr 0x(%x+) rsr 0x(%x+) ris 0x(%x+)", {limit = 1}, note "digits")
on_console("received", function(ev)
    check.eq(ev.line, "received", "not behind what has been written")
    check.eq(ev.complete, false, "not complete")
end)
on_console("0x06b", {plain = true}, note "plain")
on_console("%d", {plain = true, name = "never"}, note "not plain")
on_console("^dr", {after = 1, every = 2, device = "pl011"}, note "second")
on_console("^rec", {whole = true}, function(ev)
    check.ok(ev.line:find("ris 0x0$"), "whole")
    check.ok(ev.complete, "complete")
end)
local gone = on_console("dr", note "removed")
on_console("^dr 0x06f", {device = 0x09000000}, function(ev)
    check.eq(ev.trigger.name, "on_console ^dr 0x06f", "name")
    gone:remove()
end)

check.at_exit(function()
    check.eq(table.concat(order, " "), "removed digits second plain", "order")
    check.eq(seen["not plain"], nil, "plain is plain")
end)
