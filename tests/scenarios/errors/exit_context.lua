-- SPDX-License-Identifier: GPL-2.0-or-later
-- In an on_exit handler the guest is gone: registers, memory and new triggers are errors; logging works.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal-count: {"kind":"log","text":"~exit_context\\.lua:[0-9]+: .*the guest has ended"} 4
--! journal: {"kind":"log","text":"done"}

local function rejected(fn)
    local ok, message = pcall(fn)
    assert(not ok, "accepted")
    fi.log("%s", message)
end

on_exit(function()
    rejected(function() return cpu.x0 end)
    rejected(function() return mem.u32.buffer end)
    rejected(function() on_pc("main", function() end) end)
    rejected(function() fi.defer(0, function() end) end)
    fi.log("done")
end)
