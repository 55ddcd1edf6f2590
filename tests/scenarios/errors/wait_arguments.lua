-- SPDX-License-Identifier: GPL-2.0-or-later
-- Wrong arguments of waits are errors at the line of the wait.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"log","text":"~wait_arguments\\.lua:19: .*limit"}
--! journal: {"kind":"log","text":"~wait_arguments\\.lua:20: .*nosuch"}
--! journal: {"kind":"log","text":"~wait_arguments\\.lua:21: .*wait"}
--! journal: {"kind":"log","text":"~wait_arguments\\.lua:22: .*not a trigger"}
--! journal: {"kind":"log","text":"~wait_arguments\\.lua:23: .*unknown option 'colour'"}
--! journal-count: log 5

local function rejected(fn)
    local ok, message = pcall(fn)
    assert(not ok)
    fi.log("%s", message)
end

task(function()
    rejected(function() local ev = wait_pc("main", {limit = 2}) return ev end)
    rejected(function() local ev = wait_pc("nosuch") return ev end)
    rejected(function() local ev = wait() return ev end)
    rejected(function() local ev = wait("main") return ev end)
    rejected(function() local ev = wait_write("result", {colour = 1}) return ev end)
end)
