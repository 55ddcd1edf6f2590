-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_console, wait_console and fi.console.type reject wrong arguments, each by name and at the scenario's line.
--! guest: checksum
--! requires: mmio device_fault
--! stdout: checksum 0xdc92167d
--! journal-count: fault 0
--! journal: {"kind":"error","message":"~console_arguments\\.lua:40: wait_console is only allowed in a task"}
--! journal: {"kind":"trigger","name":"outside","errors":1}
--! checks: 14

local check = require "fi.check"

local function rejected(want, fn, ...)
    local ok, message = pcall(fn, ...)
    check.ok(not ok and message:find(want, 1, true), ("want %s, got %s"):format(want, message))
end

local function at_line(want, chunk)
    local ok, message = pcall(load(chunk, "=chunk"))
    check.ok(not ok and message:find("^chunk:2: " .. want), ("want %s, got %s"):format(want, message))
end

at_line("on_console: the pattern is a string or a function, not number", "\non_console(1, print)")
at_line("on_console: the handler is a function, not string", "\non_console('x', 'y')")
at_line("unknown option 'lines' for on_console", "\non_console('x', {lines = 1}, print)")
at_line("on_console: option 'whole' is true or false, not number", "\non_console('x', {whole = 1}, print)")
at_line("option 'limit' is a whole number from 1 on, not 0", "\non_console('x', {limit = 0}, print)")
at_line("on_console: option 'device' is a serial port's type", "\non_console('x', {device = true}, print)")
at_line("on_console: '%(' is no pattern", "\non_console('(', print)")
rejected("no pattern", on_console, "line [a", print)
rejected("fi.console.type: what is typed is a string, not nil", fi.console.type)
rejected("unknown option 'port' (known: device)", fi.console.type, "x", {port = 1})
rejected("fi.console.type: there is no machine yet", fi.console.type, "x")
rejected("fi.console.list: there is no machine yet", fi.console.list)

on_pc("main", {limit = 1, name = "outside"}, function()
    rejected("on_console: there is no serial port 'uart7'; this machine has /machine/", on_console, "x",
             {device = "uart7"}, print)
    rejected("there is no serial port 'uart7'", fi.console.type, "x", {device = "uart7"})
    wait_console("x")
end)
