-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_error=ignore: the trigger stays, however often it fails; what it did before the error counts.
--! guest: checksum
--! opt: on_error=ignore
--! stdout: checksum 0x3dc21fdd
--! journal-count: error 256
--! journal: {"kind":"trigger","hits":256,"fired":256,"errors":256,"state":"active"}

on_pc("checksum_rotate", function()
    cpu.w3 = cpu.w3 | 1
    error("every time")
end)
