-- SPDX-License-Identifier: MIT
--
-- fi.guest_clock: a clock of the guest that can be made to jump and to stand still, for the scenarios of fi.scenarios:
-- the counters of the AArch64 generic timer and, with `follow`, the comparators that go by them; or a register of a
-- device.
--
--     local clock = guest_clock.new{fault = fault, name = "clock", follow = true}
--     clock:jump(3600 * 1000000000)       -- ns
--     clock:stop() clock:go("late")
--
-- The time is QEMU's virtual clock and what this adds to it. So it goes by fi.now_ns() and CNTFRQ_EL0, as QEMU's
-- counters do, and takes CNTVOFF_EL2 to be 0.

local NS_PER_SECOND <const> = 1000000000
local ENCODINGS <const> = {"CNTVCT_EL0", "CNTPCT_EL0", "CNTVCTSS_EL0", "CNTPCTSS_EL0"}
local TIMERS <const> = {"CNTV", "CNTP"}     -- of EL1 and EL0
local NEVER <const> = math.maxinteger       -- ticks
local PASSED <const> = 0
local ZERO_REGISTER <const> = 31

---@class fi.guest_clock
local guest_clock = {}

--- The parameters that say which clock it is: device and hz, for a module's list.
---@return fi.scenario.Parameter ...
function guest_clock.parameters()
    return {name = "device", type = "register", optional = true,
         text = "a device's register of up to 8 bytes, such as {\"pl031\", offset = 0, size = 4}; its alarm does not "
             .. "follow. Default: the AArch64 generic timer: CNTVCT_EL0, CNTPCT_EL0 and the timers of EL1, with "
             .. "CNTVOFF_EL2 being 0"},
        {name = "hz", type = "integer", default = 1, least = 1, text = "with device: how often it counts in a second"}
end

---@class fi.guest_clock.Clock
---@field reads integer of the guest, since the clock is wrong
---@field offset integer ns that it is ahead of the right time
---@field stopped? integer ns, what it shows while it stands still
local Clock = {}
Clock.__index = Clock

-- A whole number of ns in ticks, without an overflow
local function in_ticks(ns, hz)
    return ns // NS_PER_SECOND * hz + ns % NS_PER_SECOND * hz // NS_PER_SECOND
end

-- QEMU's counters count periods of whole ns.
function Clock:_ticks(ns)
    self.period = self.period or math.max(1, NS_PER_SECOND // cpu.CNTFRQ_EL0)
    return ns // self.period
end

function Clock:_is_wrong()
    return self.stopped or self.offset ~= 0
end

---------------------------------------------------------------------------------------------------------------------
-- Comparators. While the clock stands still the guest's value is kept here, and the register has one that is never
-- reached, or was long ago; otherwise the register has the value in QEMU's time.

function Clock:_to_register(value)
    if self.stopped then
        return value > self:_ticks(self.stopped) and NEVER or PASSED
    end
    local ahead = self:_ticks(self.offset)
    return ahead > 0 and math.ult(value, ahead) and PASSED or value - ahead
end

function Clock:_kept_of(vcpu)
    self.kept[vcpu] = self.kept[vcpu] or {}
    return self.kept[vcpu]
end

-- The registers of a vCPU, after the clock has changed; `old`: what it was before
function Clock:_move_comparators(vcpu, old)
    local kept = self:_kept_of(vcpu)
    for _, timer in ipairs(TIMERS) do
        local register = timer .. "_CVAL_EL0"
        -- Written since: it is right already
        if (kept[timer .. " change"] or 0) < self.changes then
            local value = old.stopped and kept[timer] or cpu[register] + self:_ticks(old.offset)
            kept[timer] = value
            cpu:write(register, self:_to_register(value), {model = "clock"})
        end
    end
end

function Clock:_change(fn)
    local old = {stopped = self.stopped, offset = self.offset}
    fn()
    self.changes = self.changes + 1
    local running, index = pcall(function() return fi.cpu().index end)
    -- Before the first instruction no comparator is set, and without the capability they cannot be written
    if not self.follow or not running or not fi.has("sysreg_write") then
        return
    end
    for vcpu = 0, fi.vcpus - 1 do
        -- In the middle of an access not even the own vCPU's can be written
        if vcpu ~= index or not pcall(self._move_comparators, self, vcpu, old) then
            fi.defer(vcpu, function() self:_move_comparators(vcpu, old) end)
        end
    end
end

function Clock:_watch_comparators(owns, opts)
    local info <const> = {model = "clock"}
    for _, timer in ipairs(TIMERS) do
        local cval, tval = timer .. "_CVAL_EL0", timer .. "_TVAL_EL0"
        owns(fi.on_sysreg_write(cval, opts, function(ev)
            local kept = self:_kept_of(ev.vcpu)
            kept[timer], kept[timer .. " change"] = ev.value, self.changes
            if self:_is_wrong() and (ev.rt ~= ZERO_REGISTER or fi.has("sysreg_write")) then
                return self:_to_register(ev.value), info
            end
        end))
        owns(fi.on_sysreg_read(cval, opts, function(ev)
            if self.stopped then
                return self:_kept_of(ev.vcpu)[timer] or ev.value, info
            elseif self.offset ~= 0 then
                return ev.value + self:_ticks(self.offset), info
            end
        end))
        -- Relative to a clock that stands still; otherwise relative to the right one, which is the same
        owns(fi.on_sysreg_write(tval, opts, function(ev)
            if self.stopped and fi.has("sysreg_write") then
                local value = self:_ticks(self.stopped) + ((ev.value & 0xffffffff) ~ 0x80000000) - 0x80000000
                local kept = self:_kept_of(ev.vcpu)
                kept[timer], kept[timer .. " change"] = value, self.changes
                cpu:write(cval, self:_to_register(value), info)
                return fi.DROP, info
            end
        end))
        owns(fi.on_sysreg_read(tval, opts, function(ev)
            local value = self.stopped and self:_kept_of(ev.vcpu)[timer]
            if value then
                return value - self:_ticks(self.stopped) & 0xffffffff, info
            end
        end))
    end
end

---------------------------------------------------------------------------------------------------------------------

function Clock:_watch_counters(owns, opts)
    local info <const> = {model = "clock"}
    for _, register in ipairs(ENCODINGS) do
        owns(fi.on_sysreg_read(register, opts, function()
            if self:_is_wrong() then
                self.reads = self.reads + 1
                return self:_ticks(self.stopped or fi.now_ns() + self.offset), info
            end
        end))
    end
end

-- Its value when it stands still is that of the first read.
function Clock:_watch_device(owns, opts)
    local info <const> = {model = "clock"}
    owns(fi.on_mmio_read(self.device, opts, function(ev)
        if not self:_is_wrong() or not ev.value then
            return nil
        end
        self.reads = self.reads + 1
        local mask = ev.size < 8 and (1 << 8 * ev.size) - 1 or -1
        local value = ev.value + in_ticks(self.offset, self.hz) & mask
        if self.stopped then
            self.frozen = self.frozen or value
            value = self.frozen
        end
        return value, info
    end))
end

--- From now on it shows `ns` more, or less, than it would have.
---@param ns integer
function Clock:jump(ns)
    self:_change(function()
        self.offset = self.offset + ns
    end)
end

--- It stands still.
function Clock:stop()
    self:_change(function()
        self.stopped = fi.now_ns() + self.offset
        self.frozen = nil
    end)
end

--- It goes on, "late": from where it stood; or "right": as if it had not stood still.
---@param how "late"|"right"
function Clock:go(how)
    if not self.stopped then
        return
    end
    self:_change(function()
        if how == "late" then
            self.offset = self.stopped - fi.now_ns()
        end
        self.stopped = nil
    end)
end

--- It shows the right time from now on.
function Clock:set_right()
    self:_change(function()
        self.stopped, self.offset = nil, 0
    end)
end

--- A clock that is right still. `fault` owns its triggers; `device` is what on_mmio_read takes, a register that counts
--- `hz` times a second, otherwise it is the generic timer; `follow`: its comparators go by it.
---@param opts {fault: fi.scenario.Fault, name: string, device: any, hz: integer?, follow: boolean?}
---@return fi.guest_clock.Clock
function guest_clock.new(opts)
    local clock = setmetatable({
        reads = 0, offset = 0, changes = 0, kept = {}, device = opts.device, hz = opts.hz,
        follow = opts.follow and not opts.device,
    }, Clock)
    local trigger_opts = {name = opts.name}
    local function owns(trigger)
        opts.fault:owns(trigger)
    end
    if clock.device then
        clock:_watch_device(owns, trigger_opts)
    else
        clock:_watch_counters(owns, trigger_opts)
        if clock.follow then
            clock:_watch_comparators(owns, trigger_opts)
        end
    end
    return clock
end

return guest_clock
