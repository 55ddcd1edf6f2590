-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The library's mbu_memory in the page cache: two neighbouring bits of a word of a file flip. Nobody notices: the file is
-- another one from then on, for whoever reads it.

--! guest: linux
--! requires: mmio
--! sh: printf 'MBUPAGE:the quick brown fox\n' >/tmp/file; cat /tmp/file
--! stdout: test: MBUPAGE:the quick brown fox
--! sh: fault 1
--! sh: cat /tmp/file
--! stdout: test: MBUPAGE:whe quick brown fox
--! sh: cp /tmp/file /tmp/copy; cmp /tmp/file /tmp/copy && cat /tmp/copy
--! stdout: test: MBUPAGE:whe quick brown fox
--! not-stdout: Internal error
--! journal: {"kind":"fault","trigger":"mbu_memory","action":"write_memory","space":"phys","old":"0x74","new":"0x77","info":{"model":"bit-flip","upset":"MBU","bits":"0,1"}}
--! journal-count: {"kind":"fault","trigger":"mbu_memory"} 1
--! checks: 4

local check = require "fi.check"
local mbu_memory = require "fi.scenarios.mbu_memory"
local page_cache = require "shared.page_cache"

local fault
on_mmio_write(0x09030000, {limit = 1}, function()
    local page = page_cache.find("MBUPAGE:")
    check.ok(page, "the file is in memory")
    fault = mbu_memory.arm{target = {page, size = 16}, phys = true, bits = {64, 65}, code = "kernel:__arm64_sys_openat"}
end)
-- Of a kernel that does not run yet; nobody calls it
local early = mbu_memory.arm{target = "kernel:pl031_remove", code = "kernel:start_kernel", nbits = 3, name = "early"}

check.at_exit(function()
    check.eq(early.injected, 1, "where it is was known by then")
    check.eq(early.words and early.words[1].address, (fi.symbol("kernel:pl031_remove")), "its address")
    check.ok(fault:report():find("bits 0,1 of 0x%x+8 %(detected by SECDED%)$"), fault:report())
end)
