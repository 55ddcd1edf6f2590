-- SPDX-License-Identifier: GPL-2.0-or-later
-- Triggers armed and removed in an interrupt's handler: from the second interrupt to the fourth.
--! guest: irq
--! requires: discontinuity
--! stdout: irq 5
--! checks: 1

local check = require "fi.check"

local between
on_interrupt("irq", {after = 1, limit = 1}, function()
    between = on_pc("handle_irq", {name = "between"}, function() end)
end)
on_interrupt("irq", {after = 3, limit = 1}, function() between:remove() end)

check.at_exit(function() check.fired(between, 2) end)
