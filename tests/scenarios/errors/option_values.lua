-- SPDX-License-Identifier: GPL-2.0-or-later
-- Wrong values of options: each message names the option and what it takes.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal-count: log 18

local function nothing() end

local function rejected(name, options, fn)
    local ok, message = pcall(fn or on_write, "result", options, nothing)
    assert(not ok, name .. ": accepted")
    assert(message:find("option_values.lua:", 1, true) == nil or message:find("option", 1, true), message)
    assert(message:find(name, 1, true), message)
    fi.log("%s", message)
end

rejected("after", {after = -1})
rejected("after", {after = 1.5})
rejected("after", {after = "3"})
rejected("every", {every = 0})
rejected("limit", {limit = 0})
rejected("limit", {limit = true})
rejected("vcpu", {vcpu = 1})
rejected("vcpu", {vcpu = -1})
rejected("el", {el = 4})
rejected("el", {el = "EL1"})
rejected("total", {total = 1})
rejected("when", {when = function() end})
rejected("when", {when = true})
rejected("value", {value = 1.5})
rejected("mask", {mask = 1})            -- without value
rejected("size", {size = 3})
rejected("phys", {phys = "yes"})
rejected("name", {name = 5})
