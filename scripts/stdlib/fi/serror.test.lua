-- SPDX-License-Identifier: MIT
-- fi.serror by itself: an interrupt is pending when the SError comes, which is taken first all the same, at its place; then
-- the interrupt is, as the SError has not left it masked.
--! guest: exc
--! requires: exception set_pc discontinuity irq
--! stdout: start el1, running at el1
--! stdout: unmasked: serror el1 to el1 esr 0xbe000000 elr spin_unmasked+0x0
--! stdout: unmasked: irq el1 to el1 elr spin_unmasked+0x0
--! stdout: unmasked: end, 2 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: end, 0 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"fault","action":"write_register","target":"cpsr","info":{"model":"serror"}}
--! journal: {"kind":"fault","action":"exception","target":"serror"}
--! journal: {"kind":"fault","action":"write_register","target":"spsr_el1","info":{"model":"serror"}}

local serror_kernel = require "fi.scenarios.serror_kernel"

-- ISENABLER1 of the GICv2's distributor: the guest enables no SPI itself
local ISENABLER1 <const> = 0x08000104

on_pc("unmasked_loop", {after = 99, limit = 1}, function()
    phys.u32[ISENABLER1] = 1 << 40 - 32
    fi.irq.pulse{spi = 40}
end)
serror_kernel.arm{code = "unmasked_loop", calls = 99}
