-- SPDX-License-Identifier: GPL-2.0-or-later
-- unsafe=on takes the guard rails away.
--! guest: checksum
--! opt: unsafe=on
--! stdout: checksum 0xdc92167d
--! checks: 2

local check = require "fi.check"

check.ok(os.execute, "os.execute")
local pipe = io.popen("echo from the host")
check.eq(pipe:read("l"), "from the host", "io.popen")
pipe:close()
