-- SPDX-License-Identifier: GPL-2.0-or-later
-- A task with every kind of wait on one guest: pc, write, read, exception, insns. The last wait is in take_abort's
-- handler, where the guest's count of SVCs is changed for its output.
--! guest: exception
--! requires: discontinuity
--! stdout: svc 80 abort 1 undef 1 last esr 0x96000005 far 0x80000000
--! journal-count: fault 1
--! journal: {"kind":"log","text":"pc take_svc"}
--! journal: {"kind":"log","text":"write 2"}
--! journal: {"kind":"log","text":"read 2"}
--! journal: {"kind":"log","text":"svc"}
--! journal: {"kind":"log","text":"insns"}
--! journal: {"kind":"fault","action":"write_memory","old":"0x8","new":"0x50"}

task(function()
    local ev = wait_pc("take_svc")
    fi.log("%s %s", ev.kind, fi.symbols.at(ev.pc))
    ev = wait_write("svc_count", {after = 1})
    fi.log("%s %d", ev.kind, ev.value)
    ev = wait_read("svc_count")
    fi.log("%s %d", ev.kind, ev.value)
    ev = wait_exception("svc")
    fi.log(ev.name)
    ev = wait_insns(10)
    fi.log(ev.kind)
    wait_exception("data_abort")
    mem.u32.svc_count = 80
end)
