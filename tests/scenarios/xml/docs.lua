-- SPDX-License-Identifier: GPL-2.0-or-later
-- docs/migrating-from-xml.md: each document there becomes the scenario that is shown behind it, which compiles.
--! guest: checksum
--! arg: root=@ROOT@
--! stdout: checksum 0xdc92167d
--! checks: 14

local check = require "fi.check"

local file = assert(io.open(fi.args.root .. "/docs/migrating-from-xml.md"))
local text = file:read("a")
file:close()
for document, lua in text:gmatch("```xml\n(.-)```\n\n```lua\n(.-)```") do
    check.eq(fi.xml.lua_of(document, "faults.xml"), lua, document)
    check.ok(load(lua), lua)
end
