-- SPDX-License-Identifier: GPL-2.0-or-later
-- QEMU's monitor is told to quit while the guest runs: the journal is complete all the same.
--! guest: forever
--! stdout: running
--! monitor: quit after running
--! journal: {"kind":"log","text":"begun"}
--! journal: {"kind":"log","text":"ended"}
--! journal: {"kind":"trigger","name":"on_pc main"}
--! journal: {"kind":"trigger","name":"never"}
--! journal: {"kind":"not_fired","name":"never"}
--! journal: {"kind":"end","reason":"qemu"}

on_pc("main", function() fi.log("begun") end)
on_pc("spin", {name = "never", after = 1 << 60}, function() end)
on_exit(function() fi.log("ended") end)
