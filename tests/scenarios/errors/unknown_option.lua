-- SPDX-License-Identifier: GPL-2.0-or-later
-- Unknown and misplaced options, each an error that lists the known ones for that function.
--! guest: checksum
--! requires: discontinuity
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"log","text":"~unknown option 'limt' for on_pc \\(known: .*after.*every.*limit"}
--! journal: {"kind":"log","text":"~unknown option 'size' for on_pc"}
--! journal: {"kind":"log","text":"~unknown option 'phys' for on_exception"}
--! journal: {"kind":"log","text":"~unknown option 'limit' for after_insns"}
--! journal: {"kind":"log","text":"~unknown option 'el' for on_idle"}
--! journal: {"kind":"log","text":"~unknown .*'nme' for on_exception|unknown .*'nme'"}
--! journal: {"kind":"log","text":"~unknown option '1' for on_pc"}
--! journal: {"kind":"log","text":"~unknown key 'values' in the opcode"}
--! journal-count: log 8

local function nothing() end

local function rejected(fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, "accepted")
    fi.log("%s", message)
end

rejected(on_pc, "main", {limt = 1}, nothing)
rejected(on_pc, "main", {size = 4}, nothing)
rejected(on_exception, "svc", {phys = true}, nothing)
rejected(after_insns, 10, {limit = 1}, nothing)
rejected(on_idle, {el = 1}, nothing)
rejected(on_exception, {nme = "svc"}, nothing)
rejected(on_pc, "main", {1}, nothing)
rejected(on_insn, {mask = 0, value = 0, values = 0}, nothing)
