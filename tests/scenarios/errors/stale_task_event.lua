-- SPDX-License-Identifier: GPL-2.0-or-later
-- In a task an event lives until the next wait.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"log","text":"main"}
--! journal: {"kind":"error","message":"~stale_task_event\\.lua:13: .*the event is over"}
--! journal-count: error 1

task(function()
    local ev = wait_pc("main")
    fi.log("%s", fi.symbols.at(ev.pc))
    wait_pc("checksum")
    fi.log("%s", fi.symbols.at(ev.pc))
end)
