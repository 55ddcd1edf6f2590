-- SPDX-License-Identifier: GPL-2.0-or-later
-- For scenarios that boot twice: another seed of KASLR, written before the kernel's first instruction.

local kaslr_seed = {}

-- QEMU gives the kernel the same seed each time, in the device tree: its address is in the first instructions' literals
-- (hw/arm/boot.c, bootloader_aarch64), the property is a token, a length, the offset of its name, and the value.
function kaslr_seed.change()
    local tree = phys.u64[0x40000018]
    local blob = phys:read(tree, (">I4"):unpack(phys:read(tree + 4, 4)))
    local strings = (">I4"):unpack(blob, 13)
    local name = blob:find("kaslr-seed\0", strings + 1, true) - strings - 1
    local property = blob:find((">I4I4I4"):pack(3, 8, name), 1, true)
    phys.u64[tree + property + 11] = 0x123456789abcdef
end

return kaslr_seed
