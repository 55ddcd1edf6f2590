-- SPDX-License-Identifier: GPL-2.0-or-later
-- Waits outside of a task, at load, in a handler, in a coroutine that is no task: errors that say where they belong.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"log","text":"~wait_outside_task\\.lua:16: .*wait_pc.*task"}
--! journal: {"kind":"log","text":"~wait_outside_task\\.lua:17: .*wait .*task"}
--! journal: {"kind":"log","text":"~wait_outside_task\\.lua:18: .*wait_insns.*task"}
--! journal: {"kind":"error","message":"~wait_outside_task\\.lua:20: .*wait_pc.*task"}
--! journal-count: error 1

local function rejected(fn)
    local ok, message = pcall(fn)
    assert(not ok)
    fi.log("%s", message)
end
rejected(function() local ev = wait_pc("main") return ev end)
rejected(function() local ev = wait(on_pc("main", nil)) return ev end)
rejected(coroutine.wrap(function() local ev = wait_insns(5) return ev end))

on_pc("main", function() local ev = wait_pc("checksum") return ev end)
