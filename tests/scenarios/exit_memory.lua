-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.exit in an on_write handler, in a task, on one of four vCPUs.
--! guest: smp
--! stdout-empty
--! exit: 3
--! journal: {"kind":"verdict","code":3,"why":"core 3"}
--! journal: {"kind":"end","reason":"fi.exit","code":3}

task(function()
    wait_write({"core_sum+12", size = 4}, {vcpu = 3})
    fi.exit(3, "core 3")
end)
