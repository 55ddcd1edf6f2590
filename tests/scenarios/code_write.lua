-- SPDX-License-Identifier: GPL-2.0-or-later
-- Code written through mem is executed by the guest without any cache maintenance: ror becomes nop.
--! guest: checksum
--! stdout: checksum 0x55029480
--! journal-count: {"kind":"fault","action":"write_memory","old":"0x13827c42","new":"0xd503201f"} 1

on_pc("main", function() mem.u32.checksum_rotate = 0xd503201f end)
