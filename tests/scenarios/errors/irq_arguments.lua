-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq: lines that there are not and keys that mean nothing, each an error that names what was wrong; the guest goes on
-- as if nothing had been.
--! guest: interrupts
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1
--! stdout: handled 2 of 2
--! journal-count: {"kind":"log","text":"~^rejected: "} 17
--! journal-count: fault 0

local function rejected(words, fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, words[1] .. ": accepted")
    for _, word in ipairs(words) do
        assert(tostring(message):find(word, 1, true), string.format("%q does not say %q", tostring(message), word))
    end
    fi.log("rejected: %s", message)
end

on_pc("before_wait", function()
    rejected({"spi", "20"}, fi.irq.pulse, {spi = 20})
    rejected({"spi", "5000"}, fi.irq.pulse, {spi = 5000})
    rejected({"spi", "-1"}, fi.irq.set, {spi = -1})
    rejected({"ppi", "40"}, fi.irq.pulse, {ppi = 40, vcpu = 0})
    rejected({"ppi", "3"}, fi.irq.pulse, {ppi = 3, vcpu = 0})
    rejected({"sgi", "16"}, fi.irq.pulse, {sgi = 16, vcpu = 0})
    rejected({"vcpu", "9"}, fi.irq.pulse, {ppi = 20, vcpu = 9})
    rejected({"nosuch"}, fi.irq.pulse, {device = "nosuch", line = 0})
    rejected({"pl061", "8"}, fi.irq.set, {device = "pl061", line = 8})
    rejected({"pl061", "nosuch"}, fi.irq.set, {device = "pl061", name = "nosuch", line = 0})
    rejected({"pl031"}, fi.irq.set, {device = "pl031", line = 0})
    rejected({"line"}, fi.irq.set, {device = "pl061"})
    rejected({"spi"}, fi.irq.set, {})
    rejected({"lines"}, fi.irq.set, {device = "pl061", lines = 3})
    rejected({"ppi"}, fi.irq.set, {spi = 40, ppi = 20})
    rejected({"rate"}, fi.irq.pulse, {spi = 40, rate = 0, count = 3})
    rejected({"count"}, fi.irq.pulse, {spi = 40, rate = 10, count = -1})
end)
