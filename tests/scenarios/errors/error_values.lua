-- SPDX-License-Identifier: GPL-2.0-or-later
-- Errors that are no strings: tables with and without __tostring, nil.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"object","message":"~an object that can talk"}
--! journal: {"kind":"error","trigger":"table","message":"~table"}
--! journal: {"kind":"error","trigger":"nil"}
--! journal-count: error 3

local object = setmetatable({}, {__tostring = function() return "an object that can talk" end})

on_pc("main", {name = "object"}, function() error(object) end)
on_pc("main", {name = "table"}, function() error({}) end)
on_pc("main", {name = "nil"}, function() error(nil) end)
