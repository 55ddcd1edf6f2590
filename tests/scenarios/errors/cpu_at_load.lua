-- SPDX-License-Identifier: GPL-2.0-or-later
-- Registers, memory, fi.defer and counters' values of "the current vCPU" while there is no guest: errors that say
-- where they work.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal-count: {"kind":"log","text":"~cpu_at_load\\.lua:[0-9]+: .*handler"} 10

local function rejected(fn)
    local ok, message = pcall(fn)
    assert(not ok, "accepted")
    fi.log("%s", message)
end

rejected(function() return cpu.x0 end)
rejected(function() cpu.x0 = 1 end)
rejected(function() return cpu.index end)
rejected(function() local names = cpu:names() return names end)
rejected(function() return mem.u32.buffer end)
rejected(function() mem.u32.buffer = 1 end)
rejected(function() local bytes = phys:read(0x40000000, 4) return bytes end)
rejected(function() fi.defer(0, function() end) end)
rejected(function() fi.counter("c"):add(1) end)
rejected(function() local value = fi.counter("c"):value() return value end)
