-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The guest feeds its watchdog, and lives longer than it would without. Then what feeds it is lost: the program goes on feeding,
-- the watchdog resets the machine, and Linux boots again. The disk says which boot it is.

--! guest: linux
--! reboots
--! disk
--! requires: set_pc mmio
--! nondeterministic: a request ends when the host has written the disk's file
--! sh: [ "$(dd if=/dev/vda bs=4 count=1 2>/dev/null)" = once ] && echo second boot && return
--! sh: printf once | dd of=/dev/vda bs=4 conv=fsync 2>/dev/null
--! sh: watchdog -F -t 500ms -T 4 /dev/watchdog >/dev/null 2>&1 &
--! sh: sleep 6
--! sh: mark fed
--! stdout: test: fed
--! sh: fault 1
--! sh: sleep 10
--! sh: mark alive
--! stdout: softdog: Initiating system reboot
--! stdout-re: ^Booting Linux on physical CPU
--! stdout: test: second boot
--! stdout-re: reboot: Power down
--! not-stdout: test: alive
--! journal: {"kind":"fault","at":"softdog:softdog_ping","action":"set_pc"}
--! journal: {"kind":"note","data":{"second":"pending"}}

local linux = require "fi.linux"

linux.modules{"softdog"}
local ping = on_pc("softdog:softdog_ping", {el = 1}, function()
    cpu.x0 = 0
    cpu.pc = cpu.x30
end)
ping:disable()
-- What was softdog's is another module's by then.
on_pc("kernel:start_kernel", {after = 1}, function()
    fi.note{second = ping.state}
end)
on_mmio_write(0x09030000, {limit = 1}, function()
    ping:enable()
end)
