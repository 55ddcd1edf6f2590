-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.suppress in the main chunk of a scenario that is loaded again is done before it is swapped in. An input that
-- does not exist is an error of the reload, at its line, and the old scenario stays.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 2
--! requires: irq
--! stdout: gic v3 cores 2
--! stdout: core 0: 27x1
--! stdout: core 1: 27x1
--! stdout: handled 2 of 3
--! journal: {"kind":"reload","ok":false,"error":"~reload_irq.lua:31: fi.irq.suppress: .*no_such_device"}
--! journal: {"kind":"fault","vcpu":null,"trigger":null,"action":"irq","target":"spi 33","info":{"op":"suppress"}}
--! journal: {"kind":"reload","ok":true}
--! checks: 3

local check = require "fi.check"

local kept = rawget(package, "kept") or {version = 0}
rawset(package, "kept", kept)
kept.version = kept.version + 1

if kept.version == 1 then
    on_pc("before_wait", {limit = 1}, function()
        local ok, err = pcall(fi.reload)
        kept.failed = not ok and err
        kept.triggers = #fi.triggers()
        fi.reload()
    end)
elseif kept.version == 2 then
    fi.irq.suppress{device = "no_such_device", line = 0}
    on_pc("before_wait", function() fi.exit(3) end)
else
    fi.irq.suppress{spi = 33}
    check.at_exit(function()
        check.ok(kept.failed and kept.failed:find("no_such_device", 1, true), "error: " .. tostring(kept.failed))
        check.eq(kept.triggers, 2, "triggers of the old one")
        check.eq(kept.version, 3, "loaded three times")
    end)
end
