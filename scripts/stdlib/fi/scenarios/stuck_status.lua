-- SPDX-License-Identifier: MIT
-- fi.scenarios.stuck_status: bits of a device's register that read as 0 or 1. Described in docs/scenarios.md.

local mmio = require "fi.mmio"
local scenario = require "fi.scenario"

---@type fi.scenarios.stuck_status
local stuck_status = scenario.define{
    name = "stuck_status",
    purpose = "Bits of a device's register, of its status above all, read as 0 or 1 whatever the device says: a wire "
        .. "or a flip-flop that is stuck.",
    healthy = "A driver that waits for the bit gives up after a time-out and says so; one that is told of an error "
        .. "handles it once and not for ever. The rest of the system goes on.",
    parameters = {
        {name = "register", type = "register", text = "the register"},
        {name = "bits", type = "bits", text = "the bits that are stuck, 0 the lowest"},
        {name = "value", type = "integer", least = 0, most = 1, text = "what they read as"},
        {name = "writes", type = "boolean", default = false, text = "whether writes reach the device so, too"},
        {name = "duration", type = "duration", default = "permanent", text = "how long, from now"},
        {name = "size", type = "integer", optional = true, least = 1, most = 8,
         text = "bytes of a register that is given as an address; default: 4"},
        scenario.counting(),
    },
    arm = function(p, fault)
        -- "Every one" is not intermittent
        local every = p.every > 1 and p.every or nil
        local opts = {bits = p.bits, value = p.value, writes = p.writes, size = p.size, duration = p.duration,
                      after = p.after, every = every, limit = p.limit, vcpu = p.vcpu, el = p.el, when = p.when,
                      name = p.name}
        local plural = #p.bits > 1
        fault:counts(mmio.stuck_bits(p.register, opts), "bit%s %s read%s as %d", plural and "s" or "",
                     table.concat(p.bits, ", "), plural and "" or "s", p.value)
    end,
}

return stuck_status
