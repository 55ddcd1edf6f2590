-- SPDX-License-Identifier: MIT
--
-- fi.gic_line: the interrupts of one input of the GIC, one by one: told before the guest acknowledges them, kept from
-- it, and given to it later. fi.irq drives and cuts lines; which interrupt a vCPU is about to find only the GIC's
-- registers say. For those who write scenarios; see fi.scenario.
--
-- The GIC is where QEMU's virt machine has it.

local options = require "fi.options"

---@class fi.gic_line
local gic_line = {}

-- GICv2: Arm IHI 0048, 4.3; GICv3: IHI 0069, 12.9 and 12.11
local DIST <const> = 0x08000000
local REDIST <const> = 0x080a0000
local REDIST_STRIDE <const> = 0x20000
local SGI_FRAME <const> = 0x10000
local GICV2_IAR <const> = 0x0801000c
local GICV2_PIDR2 <const> = DIST + 0xfe8
local ISPENDR <const>, ICPENDR <const> = 0x200, 0x280
local ITARGETSR <const>, ICFGR <const>, IROUTER <const> = 0x800, 0xc00, 0x6000
local INTID_MASK <const> = 0x3ff
local FIRST_SPI <const> = 32

-- How long until a level that is lost is looked at again: each time twice as long, so that the journal stays short
local RETRY_NS <const>, LAST_RETRY_NS <const> = 1000000, 64000000

---@class fi.gic_line.Line
---@field lost integer interrupts that were kept from the guest for good
---@field acknowledged integer interrupts that the guest has taken since
local Line = {}
Line.__index = Line

--- Watches the interrupts of `line`, {spi = n} or {ppi = n, vcpu = m}, until the fault ends. Calls fn(number, event)
--- when a vCPU begins to handle an interrupt and this one is pending: the n-th since. fn may call lose() or delay().
---@param fault fi.scenario.Fault
---@param line table
---@param fn fun(number: integer, ev: fi.ExceptionEvent)
---@return fi.gic_line.Line
function gic_line.watch(fault, line, fn)
    fi.irq._check(line)
    local intid = line.spi or line.ppi
    if not intid then
        options.fail(2, "%s: only interrupts of an SPI or a PPI can be told apart: give line = {spi = n}", fault.name)
    end
    -- Does nothing, but from now on QEMU knows what its device does to the line
    fi.irq.restore(line)
    local self = setmetatable({fault = fault, line = line, intid = intid, vcpu = line.ppi and (line.vcpu or 0),
                               lost = 0, acknowledged = 0}, Line)
    local opts = {name = fault.name .. ": taken", vcpu = self.vcpu or nil}
    fault:owns(fi.on_interrupt("irq", opts, fault:guard(function(ev)
        self:_hook_acknowledge()
        if not self.held and self:_is_target(ev.vcpu) and self:pending() then
            fn(self.acknowledged + self.lost + 1, ev)
        end
    end)))
    return self
end

local function is_gicv2()
    return fi.phys.u32[GICV2_PIDR2] >> 4 & 0xf == 2
end

-- The guest's reads of the register that gives it the interrupt's number. Which one it has shows when it is there.
function Line:_hook_acknowledge()
    if self.hooked then
        return
    end
    self.hooked = true
    self.gicv2 = is_gicv2()
    local name = self.fault.name .. ": acknowledged"
    local function note(value)
        if value & INTID_MASK == self.intid then
            self.acknowledged = self.acknowledged + 1
        end
    end
    if self.gicv2 then
        self.fault:owns(fi.on_mmio_read({GICV2_IAR, size = 4}, {name = name, vcpu = self.vcpu or nil},
                                        function(ev) note(ev.value) end))
        return
    end
    -- The register cannot be read from here, but behind the instruction that reads it its value is in a general one
    local behind = {}
    self.fault:owns(fi.on_sysreg_read("ICC_IAR1_EL1", {name = name, vcpu = self.vcpu or nil}, function(ev)
        local next_pc, register = ev.pc + 4, "x" .. ev.rt
        if not behind[next_pc] then
            behind[next_pc] = true
            self.fault:owns(fi.on_pc(next_pc, {name = name, vcpu = self.vcpu or nil}, function()
                note(fi.cpu()[register])
            end))
        end
    end))
end

-- The interrupt's bits in a register with `bits` for each: address of the word, and the lowest bit
function Line:_bits(offset, bits)
    local base = DIST
    if self.intid < FIRST_SPI and not self.gicv2 then
        base = REDIST + self.vcpu * REDIST_STRIDE + SGI_FRAME
    end
    local bit = self.intid * bits
    return base + offset + bit // 32 * 4, bit % 32
end

function Line:_is_target(vcpu)
    if self.vcpu or fi.vcpus == 1 then
        return true
    elseif self.gicv2 then
        local address, bit = self:_bits(ITARGETSR, 8)
        return fi.phys.u32[address] >> bit >> vcpu & 1 == 1
    end
    local route = fi.phys.u64[DIST + IROUTER + 8 * self.intid]
    -- virt has 16 vCPUs in each Aff1; bit 31: any of them
    return route >> 31 & 1 == 1 or (route >> 8 & 0xff) * 16 + (route & 0xff) == vcpu
end

--- Is it pending?
---@return boolean
function Line:pending()
    local address, bit = self:_bits(ISPENDR, 1)
    return fi.phys.u32[address] >> bit & 1 == 1
end

function Line:_is_edge()
    local address, bit = self:_bits(ICFGR, 2)
    return fi.phys.u32[address] >> bit & 2 == 2
end

-- An edge stays in the GIC when the line is low
function Line:_forget_edge()
    if self:pending() then
        local address, bit = self:_bits(ICPENDR, 1)
        fi.phys:write(address, string.pack("<I4", 1 << bit), {model = "irq-lost"})
    end
end

function Line:_hold()
    self.held = true
    fi.irq.suppress(self.line)
    fi.irq.clear(self.line)
    self:_forget_edge()
end

function Line:_later(ns, vcpu, fn)
    fi.after_ns(ns, {name = self.fault.name .. ": line", vcpu = vcpu}, self.fault:guard(function()
        if not self.over then
            fn()
        end
    end))
end

function Line:_mend(vcpu, retry_ns)
    fi.irq.restore(self.line)
    if self:pending() and not self:_is_edge() then
        -- The device holds its level; that is still the interrupt that is lost
        fi.irq.suppress(self.line)
        fi.irq.clear(self.line)
        self:_later(retry_ns, vcpu, function()
            self:_mend(vcpu, math.min(2 * retry_ns, LAST_RETRY_NS))
        end)
        return
    end
    self:_forget_edge()
    self.held = false
end

--- The interrupt at hand is lost: the line is cut until its device lets go of it.
---@param ev fi.ExceptionEvent
function Line:lose(ev)
    self.lost = self.lost + 1
    self:_hold()
    self:_mend(ev.vcpu, RETRY_NS)
end

--- The interrupt at hand comes so much later, if its device holds it until then or it is an edge.
---@param ev fi.ExceptionEvent
---@param ns integer
function Line:delay(ev, ns)
    local edge = self:_is_edge()
    self:_hold()
    self:_later(ns, ev.vcpu, function()
        fi.irq.restore(self.line)
        if edge and not self:pending() then
            fi.irq.pulse(self.line)
        end
        self.held = false
    end)
end

--- The line is as it was, and will not be touched any more.
function Line:stop()
    self.over = true
    if self.held then
        fi.irq.restore(self.line)
        self.held = false
    end
end

return gic_line
