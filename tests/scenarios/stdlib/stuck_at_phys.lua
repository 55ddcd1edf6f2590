-- SPDX-License-Identifier: GPL-2.0-or-later
-- A defect by physical address holds for stores through any virtual one: the guest stores 0x9999999999999999 to
-- cell+48 through an alias.
--! guest: memory
--! stdout: sum 0x000000006666aac8 stores 8 loads 12
--! stdout-any
--! stdout: cell+48 0x99999999999999f9
--! stdout: cell+56 0x00000000000000aa
--! journal: {"kind":"fault","space":"phys","size":8,"old":"0x9999999999999999","new":"0x99999999999999f9"}

require("fi.faults").stuck_at{phys = "cell+48", size = 8, bits = {5, 6}, value = 1}
