-- SPDX-License-Identifier: GPL-2.0-or-later
-- SIGTERM while a handler runs at every turn of the guest's loop.
--! guest: forever
--! stdout: running
--! signal: TERM after running
--! journal: {"kind":"trigger","name":"on_pc spin","state":"active"}
--! journal: {"kind":"end","reason":"qemu"}

on_pc("spin", function() end)
