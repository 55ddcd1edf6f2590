-- SPDX-License-Identifier: MIT
-- An instruction is skipped, as by a glitch on clock or supply. Once or always is not the same in a loop: try both,
-- e.g. ./fi run --arg persistence=always scripts/examples/skip.lua
--
-- fi: guest=checksum compare=golden args=persistence=once
--
-- Output:
--     golden run:
--     checksum 0xdc92167d
--
--     faulty run:
--     checksum 0x430119de
--     fi_lua: 1 of 256 rotations skipped
--     journal:
--     {"n":2,"t":807592,"kind":"fault","vcpu":0,"pc":"0x40201b28","at":"checksum+0x8",
--     "trigger":"on_pc checksum_rotate","hit":10,"action":"skip","old":"0x13827c42"}

local faults = require "fi.faults"

local skipped = faults.skip("checksum_rotate", {persistence = fi.args.persistence, after = 9})
local reached = fi.counter("rotations")
reached:count_pc("checksum_rotate")

on_exit(function() fi.log("%d of %d rotations skipped", skipped.fired, reached:sum()) end)
