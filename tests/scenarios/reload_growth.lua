-- SPDX-License-Identifier: GPL-2.0-or-later
-- 2000 reloads: neither Lua's memory, nor the process's, nor the number of counting slots grows.
--! guest: forever
--! stdout: running
--! not-stderr-re: .*stack traceback.*
--! no-journal
--! opt: journal=/dev/null
--! timeout: 300

local WARM, ALL = 200, 2000

local function resident_kib()
    for line in io.lines("/proc/self/status") do
        local kib = line:match("^VmRSS:%s*(%d+) kB")
        if kib then
            return tonumber(kib)
        end
    end
end

local big = {}
for i = 1, 1000 do
    big[i] = "text " .. i
end

local calls = fi.counter("calls")
calls:count_pc("spin")
for i = 1, 10 do
    fi.counter("counter " .. i):count_pc({0x50000000 + i * 16, size = 16})
    on_pc(0x50000000 + i * 4, {after = i, name = "counted"}, function() return big end)
    on_pc(0x50001000 + i * 4, {when = calls:ge(i)}, function() return big end)
end
if fi.has("timers") then
    every_ns(1000000000000, function() return big end)
    task(function() wait_ns(1000000000000) end)
    on_mmio_read("pl061", function() return nil, big end)
end

on_pc("spin", {limit = 1}, function()
    local done = fi.status().reloads
    if done == WARM then
        collectgarbage()
        local s = fi.status()
        rawset(package, "kept", {memory = s.memory, slots = s.slots, resident = resident_kib()})
    elseif done == ALL then
        collectgarbage()
        local s, kept = fi.status(), rawget(package, "kept")
        local function check(what, before, now, more)
            if now > before + more then
                fi.exit(1, ("%s: %d, then %d"):format(what, before, now))
            end
        end
        check("Lua's memory", kept.memory, s.memory, 16384)
        check("counting slots", kept.slots, s.slots, 30)
        check("the process, KiB", kept.resident, resident_kib(), 8192)
        fi.exit(0, done .. " reloads")
        return
    end
    fi.reload()
end)
