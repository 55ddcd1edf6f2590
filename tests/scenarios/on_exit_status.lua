-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_exit: runs when the guest has powered off, knows what the run came to, and may set the exit status.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! exit: 9
--! journal: {"kind":"log","text":"qemu done, 256 hits"}
--! journal: {"kind":"verdict","code":9,"why":"decided at the end"}
--! journal: {"kind":"end","code":9}

local adds = on_pc("checksum_add", function() end)

on_exit(function(ev)
    assert(ev.kind == "exit")
    fi.log("%s done, %d hits", ev.reason, adds.hits)
    fi.exit(9, "decided at the end")
end)
