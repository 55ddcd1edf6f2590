-- SPDX-License-Identifier: GPL-2.0-or-later
-- Interrupt lines while the script loads: the machine does not exist yet, the error says what to do.
--! guest: interrupts
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1
--! stdout: handled 2 of 2
--! journal-count: {"kind":"log","text":"~^rejected: .*on_machine_ready"} 2
--! journal-count: fault 0

local function rejected(words, fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, words[1] .. ": accepted")
    for _, word in ipairs(words) do
        assert(tostring(message):find(word, 1, true), string.format("%q does not say %q", tostring(message), word))
    end
    fi.log("rejected: %s", message)
end

rejected({"machine"}, fi.irq.pulse, {spi = 40})
rejected({"machine"}, fi.irq.list)
