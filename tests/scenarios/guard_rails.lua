-- SPDX-License-Identifier: GPL-2.0-or-later
-- What could harm the host is left out, unless unsafe=on; the rest of Lua's library is there.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! checks: 8

local check = require "fi.check"

check.eq(os.execute, nil, "os.execute")
check.eq(io and io.popen, nil, "io.popen")
check.ok(not pcall(os.exit), "os.exit")
check.eq(package.loadlib, nil, "package.loadlib")
check.ok(not pcall(require, "lfs"), "C modules")
check.ok(string.format and table.concat and math.floor and utf8.char and coroutine.wrap, "the library")
check.ok(not pcall(string.rep, "x", 1 << 40), "a string larger than the memory limit")
check.eq(load("return 1 + 1")(), 2, "load")
