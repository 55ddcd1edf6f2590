-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The library's stuck_cell in the page cache: bit 0 of a byte of a file is always 1. To write the file anew does not help, as
-- long as it stays in that page; a copy of the right text elsewhere is right.

--! guest: linux
--! requires: mmio
--! sh: printf 'STUCKBIT0000\n' >/tmp/file; cat /tmp/file
--! stdout: test: STUCKBIT0000
--! sh: fault 1
--! sh: cat /tmp/file
--! stdout: test: STUCKBIT0010
--! sh: write() { printf "STUCKBIT$1\n" | dd of=$2 conv=notrunc 2>/dev/null; cat $2; }
--! sh: write 2222 /tmp/file
--! stdout: test: STUCKBIT2232
--! sh: write 3333 /tmp/file
--! stdout: test: STUCKBIT3333
--! sh: write 2222 /tmp/other
--! stdout: test: STUCKBIT2222
--! sh: cat /tmp/file
--! stdout: test: STUCKBIT3333
--! sh: write 4444 /tmp/file
--! stdout: test: STUCKBIT4454
--! journal: {"kind":"fault","trigger":"stuck_cell","action":"write_memory","space":"phys","info":{"model":"stuck-at-1","duration":"permanent"}}
--! checks: 3

local check = require "fi.check"
local stuck_cell = require "fi.scenarios.stuck_cell"
local page_cache = require "shared.page_cache"

local fault
on_mmio_write(0x09030000, {limit = 1}, function()
    local page = page_cache.find("STUCKBIT")
    check.ok(page, "the file is in memory")
    fault = stuck_cell.arm{target = {page + 10, size = 1}, phys = true, bits = {0}}
end)
check.at_exit(function()
    check.ok(fault.injected >= 3, "at once, and for 2222 and 4444")
    check.eq(fault.errors, 0, "errors")
end)
