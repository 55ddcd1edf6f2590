-- SPDX-License-Identifier: GPL-2.0-or-later
-- A map of a Linux kernel, in a machine that runs none: its triggers stay pending. The guest sets VBAR_EL1 to a table that
-- this kernel could have, but there is no banner where it would be; and code at the addresses of the file fires nothing.
--! guest: checksum
--! requires: discontinuity
--! opt: unsafe=on
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"trigger","name":"on_pc kernel:begin","hits":0,"state":"pending"}
--! checks: 14

local check = require "fi.check"

local here, size = fi.symbol("checksum")
local path = os.tmpname()
local file <close> = assert(io.open(path, "w"))
file:write(("%016x T vectors\n"):format(fi.symbol("vectors") & 0xffff))
file:write(("%016x T begin\n"):format(here))
file:write(("%016x T start_kernel\n"):format(here + size))
file:write(("%016x R linux_banner\n"):format(fi.symbol("buffer") & 0xffff))
file:flush()
local before = #fi.triggers()
fi.symbols.load(path)
os.remove(path)
check.eq(fi.symbols.slide("kernel"), nil, "not known")
check.eq(fi.symbols.maps()[2].slide, nil, "not in the list either")
local pending = on_pc("kernel:begin", {limit = 1}, nil)
check.eq(pending.state, "pending", "pending")
pending:disable()
check.eq(pending.state, "disabled", "disabled")
pending:enable()
check.eq(pending.state, "pending", "enabled again")
local range = on_pc({"kernel:begin", "kernel:start_kernel"}, {name = "range"}, nil)
check.eq(range.state, "pending", "a range")
check.eq(on_pc({"kernel:begin"}, {limit = 1}, nil).name, "on_pc [kernel:begin, +" .. size .. ")", "all of a symbol")
check.eq(fi.status().triggers.active, before + 3, "nothing else is counted")
check.eq(#fi.triggers(), before + 3, "nor listed")

local function fails(text, f, ...)
    local ok, message = pcall(f, ...)
    check.ok(not ok and message:find(text, 1, true), ("%s: %s"):format(text, message))
end
fails("where map 'kernel' is, is not known", fi.symbol, "kernel:begin")
fails("both ends of the range have to be of map 'kernel'", on_pc, {"kernel:begin", here}, nil)
fails("where map 'kernel' is, is not known", on_exception, {from = "kernel:begin"}, nil)

on_pc("checksum", function()
    check.eq(fi.symbols.slide("kernel"), nil, "still not known")
    check.eq(range.state, "pending", "still pending")
end)
