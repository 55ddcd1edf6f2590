-- SPDX-License-Identifier: GPL-2.0-or-later
-- Exceptions that there are not, parameters that mean nothing or do not fit, a vCPU that there is not: errors that name them.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout-any
--! stdout: unmasked: end, 0 exceptions
--! stdout-any
--! stdout: el0: end, 0 exceptions
--! journal-count: {"kind":"log","text":"~^rejected: "} 6
--! journal-count: fault 0

local function rejected(words, fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, words[1] .. ": accepted")
    for _, word in ipairs(words) do
        assert(tostring(message):find(word, 1, true), string.format("%q does not say %q", tostring(message), word))
    end
    fi.log("rejected: %s", message)
end

on_pc("unmasked_loop", {limit = 1}, function()
    rejected({"nosuch"}, fi.exception.raise, "nosuch", {})
    rejected({"frr"}, fi.exception.external_abort, {frr = 5})
    rejected({"9"}, fi.exception.irq, {vcpu = 9})
    rejected({"far"}, fi.exception.external_abort, {far = "here"})
    rejected({"table"}, fi.exception.irq, 5)
    rejected({"fi.exception.raise", "string", "number"}, fi.exception.raise, 5)
end)
