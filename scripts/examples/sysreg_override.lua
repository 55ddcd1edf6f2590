-- SPDX-License-Identifier: MIT
-- System registers as the guest's MRS and MSR meet them: an ID register denies an instruction, a bit flips on its way
-- into TPIDR_EL1, the counter stands still from its first read on.
--
-- fi: guest=sysregs compare=golden
--

local sysreg = require "fi.sysreg"

local CRC32 = 0xf << 16

on_sysreg_read("ID_AA64ISAR0_EL1", function(ev)
    return ev.value & ~CRC32
end)

on_sysreg_write("TPIDR_EL1", {el = 1, limit = 1}, function(ev)
    fi.log("%s: 0x%x from x%d", ev.name, ev.value, ev.rt)
    return ev.value ~ (1 << 4), {model = "bit-flip", duration = "transient", bits = "4"}
end)

sysreg.freeze("CNTVCT_EL0")
