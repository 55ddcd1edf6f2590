-- SPDX-License-Identifier: GPL-2.0-or-later
-- A register that is stuck in a function of a map that has no symbols yet: all of the function, once they are known. The
-- output is the one of within = "checksum".
--! guest: checksum
--! stdout: checksum 0x3dc21fdd
--! journal: {"kind":"fault","at":"checksum:checksum+0x8","target":"w3"}
--! checks: 2

local check = require "fi.check"
local faults = require "fi.faults"

local address, size = fi.symbol("checksum")
fi.symbols.define("later")
local fault = faults.stuck_at{reg = "w3", bit = 0, value = 1, within = fi.args.within or "later:code"}
check.eq(fault.trigger.state, "pending", "waits")
on_pc("fill_buffer", function()
    fi.symbols.define("later", {{name = "code", address = address, size = size}})
end)
check.at_exit(function()
    check.ok(fault.trigger.hits > 1000, "each instruction")
end)
