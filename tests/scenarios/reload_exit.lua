-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.exit in the main chunk of a scenario that is loaded again ends QEMU, and that scenario's on_exit handlers run.
--! guest: forever
--! rewrites-itself
--! stdout: running
--! exit: 7
--! journal: {"kind":"verdict","code":7,"why":"while loading"}
--! journal: {"kind":"reload","ok":true,"triggers":1}
--! journal: {"kind":"log","text":"the new one's end: fi.reload: the guest has ended"}
--! journal: {"kind":"end","reason":"fi.exit","code":7}
--! not-journal: {"kind":"log","text":"the old one's end"}

local again = rawget(package, "again")

if again then
    fi.exit(7, "while loading")
    on_exit(function()
        local _, err = pcall(fi.reload)
        fi.log("the new one's end: %s", err:match("fi.reload: .*"))
    end)
else
    local ok, err = pcall(fi.reload)
    assert(not ok and err:find("fi.reload: the scenario is still loading", 1, true), err)
    rawset(package, "again", true)
    on_exit(function() fi.log("the old one's end") end)
    on_pc("spin", {limit = 1}, function() fi.reload() end)
end
