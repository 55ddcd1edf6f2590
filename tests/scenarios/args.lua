-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.args: plugin options arg.NAME=value, all strings, a comma in one of them.
--! guest: checksum
--! arg: bit=3
--! arg: text=a,b
--! arg: empty=
--! arg: with-dash=1
--! stdout: checksum 0xdc921675
--! journal: {"kind":"start","args":{"bit":"3","text":"a,b","empty":"","with-dash":"1"}}
--! checks: 5

local check = require "fi.check"

check.eq(fi.args.bit, "3", "bit")
check.eq(fi.args.text, "a,b", "text")
check.eq(fi.args.empty, "", "empty")
check.eq(fi.args["with-dash"], "1", "with a dash")
check.eq(fi.args.missing, nil, "missing")

on_pc("checksum_done", function() cpu.w2 = cpu.w2 ~ (1 << tonumber(fi.args.bit)) end)
