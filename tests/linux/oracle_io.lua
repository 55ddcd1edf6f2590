-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- fi.linux hears a disk's error, a task that waits for a disk that never answers, and an interrupt that nobody wants.

--! guest: linux
--! disk
--! requires: mmio device_fault irq
--! sh: fault 1; dd if=/dev/vda of=/dev/null bs=4k count=1 skip=64 iflag=direct 2>/dev/null
--! stdout-re: ^I/O error, dev vda, sector 512 op 0x0:\(READ\)
--! sh: fault 3
--! stdout-re: ^irq \d+: nobody cared
--! sh: echo 1 >/proc/sys/kernel/hung_task_timeout_secs
--! sh: fault 2
--! sh: dd if=/dev/zero of=/dev/vda bs=4k count=1 conv=fsync >/dev/null 2>&1 &
--! sh: sleep 4
--! stdout-re: ^INFO: task dd:\d+ blocked for more than 1 seconds\.$
--! sh: echo end
--! stdout: test: end
--! journal: {"kind":"note","data":{"oracle":"io_error","what":"I/O vda 512"}}
--! journal: {"kind":"note","data":{"oracle":"nobody_cared"}}
--! journal: {"kind":"note","data":{"oracle":"hung_task","what":"~^dd [0-9]+ 1$"}}

local linux = require "fi.linux"

linux.on("any", function(ev)
    fi.note{oracle = ev.oracle, what = table.concat(ev.captures, " ")}
end)

on_mmio_write(0x09030000, function(ev)
    if ev.value == 1 then
        fi.device.fault("virtio-blk-device", "io_error", {})
    elseif ev.value == 2 then
        fi.device.fault("virtio-blk-device", "hang", {op = "write"})
    else
        fi.irq.set{spi = 34}
    end
end)
