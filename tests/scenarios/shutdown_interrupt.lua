-- SPDX-License-Identifier: GPL-2.0-or-later
-- SIGINT, as Ctrl-C sends it, on four busy vCPUs with a counter and a task that waits for ever.
--! guest: forever
--! smp: 4
--! stdout: running
--! signal: INT after running
--! journal: {"kind":"end","reason":"qemu"}

fi.counter("turns"):count_pc("spin")
task(function() wait_pc("power_off") end)
