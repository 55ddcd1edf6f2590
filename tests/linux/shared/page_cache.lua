-- SPDX-License-Identifier: GPL-2.0-or-later
-- A file's page in the page cache, by the 8 bytes that it begins with.

local page_cache = {}

local RAM <const> = 0x40000000
local RAM_END <const> = RAM + 0x20000000
local PAGE <const> = 0x1000

function page_cache.find(begin)
    local magic = string.unpack("<i8", begin)
    for page = RAM, RAM_END - PAGE, PAGE do
        if phys.u64[page] == magic then
            return page
        end
    end
end

return page_cache
