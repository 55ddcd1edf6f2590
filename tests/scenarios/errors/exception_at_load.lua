-- SPDX-License-Identifier: GPL-2.0-or-later
-- An exception while the script loads: there is no vCPU yet.
--! guest: exc
--! tiers: patched
--! requires: exception
--! stdout-any
--! stdout: el0: end, 0 exceptions
--! journal-count: {"kind":"log","text":"~^rejected: "} 1
--! journal-count: fault 0

local function rejected(words, fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, words[1] .. ": accepted")
    for _, word in ipairs(words) do
        assert(tostring(message):find(word, 1, true), string.format("%q does not say %q", tostring(message), word))
    end
    fi.log("rejected: %s", message)
end

rejected({"handler"}, fi.exception.irq, {})
