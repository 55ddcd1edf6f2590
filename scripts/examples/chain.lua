-- SPDX-License-Identifier: MIT
-- A chain of events, written as straight code: after the third SVC, once the guest has counted it, and ten instructions
-- later, its counter is overwritten. A task waits for one thing after the other.
--
-- fi: guest=exception compare=golden
--
-- Output:
--     golden run:
--     svc 8 abort 1 undef 1 last esr 0x96000005 far 0x80000000
--
--     faulty run:
--     fi_lua: the third SVC is taken
--     fi_lua: the guest counts it: 3
--     fi_lua: now the counter says 70
--     svc 75 abort 1 undef 1 last esr 0x96000005 far 0x80000000
--     journal:
--     {"n":4,"t":1642385,"kind":"fault","vcpu":0,"pc":"0x40201814","at":"exception_entry+0x84",
--     "trigger":"after_insns 10","hit":11,"action":"write_memory","target":"0x40412018","space":"virt","size":4,
--     "old":"0x3","new":"0x46"}

task(function()
    wait_exception("svc", {after = 2})
    fi.log("the third SVC is taken")
    local ev = wait_write("svc_count")
    fi.log("the guest counts it: %d", ev.value)
    wait_insns(10)
    mem.u32.svc_count = 70
    fi.log("now the counter says %d", mem.u32.svc_count)
end)
