-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the scenario can learn of its surroundings.
--! guest: smp
--! requires: set_pc
--! stdout: smp cores 4 total 4000
--! stdout-any
--! checks: 9

local check = require "fi.check"

check.eq(fi.target, "aarch64", "target")
check.eq(fi.vcpus, 4, "vCPUs")
check.ok(fi.version:match("^%d+%.%d+%.%d+"), "version")
check.ok(fi.script:match("information%.lua$"), "script")
check.eq(#fi.triggers(), 1, "the trigger of fi.check")
check.ok(fi.has("set_pc"), "set_pc")
check.ok(fi.caps().set_pc.available, "set_pc in the list")
for name, cap in pairs(fi.caps()) do
    assert(fi.has(name) == cap.exact and #cap.needs > 0, name)
end
check.ok(not pcall(fi.has, "no such capability"), "unknown capability")

on_pc("main", function() check.eq(#fi.triggers(), 2, "with this one") end)
