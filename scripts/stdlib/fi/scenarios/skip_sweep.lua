-- SPDX-License-Identifier: MIT
-- fi.scenarios.skip_sweep: which instructions of a function must not be skipped. Described in docs/scenarios.md.

local scenario = require "fi.scenario"

local A32_SIZE <const> = 4
local T32_STATE <const> = 0x20      -- in CPSR
local T32_WIDE <const> = 0xe800     -- the first halfword of an instruction of two is at least this
local HANG_FACTOR <const> = 10      -- a call that executes so many times more than the reference call does not end
local HANG_LEAST <const> = 1000

local A64 <const> = {
    result = "x0",
    kept = {"x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "sp"},
}
local AARCH32 <const> = {result = "r0", kept = {"r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "sp"}}

local function has(register)
    return (pcall(function() return cpu:size(register) end))
end

local function is_t32()
    return not has("x0") and (has("xpsr") or cpu.cpsr & T32_STATE ~= 0)
end

-- The instructions of {lo, hi} by index and by address; data between them count, but are never reached.
local function instructions(range)
    local lo, hi = range[1], range[2]
    local list, by_address = {}, {}
    local t32 = is_t32()
    while lo < hi do
        local insn = {index = #list + 1, address = lo, at = scenario.at(lo)}
        list[insn.index], by_address[lo] = insn, insn
        lo = lo + (not t32 and A32_SIZE or mem.u16[lo] >= T32_WIDE and 4 or 2)
    end
    return list, by_address
end

---------------------------------------------------------------------------------------------------------------------
-- The sweep: a call without a fault, the reference, from which it is known what is executed; then a call for each
-- instruction that is. With `index` there is one call and no reference. A call is one of the vCPU that has made the
-- first one, and ends where it has to return to.

local Sweep = {}
Sweep.__index = Sweep

-- Is this value of the result register, of so many bits, that one?
local function same(value, wanted, bits)
    return wanted ~= nil and (value ~ wanted) & (bits < 64 and (1 << bits) - 1 or -1) == 0
end

function Sweep:judge(value)
    local p = self.p
    local right = p.right or self.reference
    if p.judge then
        return tostring(p.judge(value, right))
    end
    local bits = cpu:size(self.result) * 8
    if p.forbidden then
        return same(value, p.forbidden, bits) and "weak" or same(value, right, bits) and "same" or "changed"
    elseif right == nil then
        return "unjudged"
    end
    return same(value, right, bits) and "same" or "weak"
end

-- The next instruction of those that the reference call has executed, or nil
function Sweep:next()
    local insn
    repeat
        self.position = self.position + 1
        insn = self.list[self.position]
    until not insn or insn.reached
    return insn
end

function Sweep:start_call(ev)
    local kept = {}
    for _, register in ipairs(self.arch.kept) do
        kept[register] = cpu[register]
    end
    self.call = {
        vcpu = ev.vcpu, back = cpu.lr & ~1, sp = cpu.sp, kept = kept,
        target = self.pending,      -- nil: this is the reference
        executed = 0, left = 0, depth = 0,
    }
    self:watch_return(self.call.back)
    return self:instruction(ev)
end

function Sweep:watch_return(address)
    if not self.returns[address] then
        self.returns[address] = self.fault:owns(fi.on_pc(address, {name = self.p.name .. ": return"},
                                                         self.fault:guard(function(ev) self:returned(ev) end)))
    end
end

-- An instruction of the function, of the call that is under way
function Sweep:instruction(ev)
    local call = self.call
    local insn = self.by_address[ev.pc]
    call.executed = call.executed + 1
    if not call.target then
        if insn then
            insn.reached, insn.opcode = true, ev.opcode
        end
        return nil
    elseif self.most and call.executed > self.most then
        self:end_call("hang")
        cpu[self.result] = self.reference
        cpu.pc = call.back
        return nil
    elseif insn == call.target and (self.p.persistence == "always" or not call.first) then
        call.first = true
        call.left = self.p.width
        insn.opcode = ev.opcode
    end
    if call.left > 0 then
        call.left = call.left - 1
        call.skipped = (call.skipped or 0) + 1
        return fi.SKIP
    end
end

function Sweep:returned(ev)
    local call = self.call
    if not call or ev.vcpu ~= call.vcpu then
        return
    elseif call.depth > 0 and cpu.sp ~= call.sp then
        call.depth = call.depth - 1
        return
    end
    local value = cpu[self.result]
    if not call.target then
        self.reference = value
        self.most = call.executed * HANG_FACTOR + HANG_LEAST
        self.call = nil
        self:advance()
        return
    end
    self:end_call(call.skipped and self:judge(value) or "no fault", value)
end

-- What a function has to keep for its caller it may not have kept: the sweep is to go on.
function Sweep:restore()
    local call, changed = self.call, {}
    for _, register in ipairs(self.arch.kept) do
        if cpu[register] ~= call.kept[register] then
            changed[#changed + 1] = register
            cpu:write(register, call.kept[register], {model = "instruction-skip", phase = "restored"})
        end
    end
    return #changed > 0 and changed or nil
end

function Sweep:end_call(outcome, value)
    local call = self.call
    local insn = call.target
    local result = {
        index = insn.index, address = insn.address, at = insn.at, opcode = insn.opcode,
        outcome = outcome, value = value,
        skipped = call.skipped or 0,
        clobbered = not self.p.index and self:restore() or nil,
    }
    self.fault.results[#self.fault.results + 1] = result
    if outcome == "weak" then
        self.fault.weak[#self.fault.weak + 1] = result
    end
    if call.skipped then
        self.fault:hit("%s skipped: %s%s", insn.at, outcome, value and (" (0x%x)"):format(value) or "")
    end
    self.call = nil
    self:advance()
end

function Sweep:advance()
    self.pending = not self.p.index and self:next() or nil
    if not self.pending then
        self.fault.done = true
        self.fault:remove()
    end
end

function Sweep:entered(ev)
    if not self.list then
        self:first_entry(ev)
    end
    local call = self.call
    if not call then
        return self:start_call(ev)
    elseif ev.vcpu ~= call.vcpu then
        return nil
    elseif cpu.sp == call.sp then
        return self:instruction(ev)     -- a loop back to the first instruction
    elseif cpu.lr & ~1 == call.back then
        call.depth = call.depth + 1     -- it calls itself, from where it is to return to
    end
end

function Sweep:first_entry(ev)
    local range = scenario.whole(self.p.code)
    if type(range) ~= "table" or math.type(range[1]) ~= "integer" or math.type(range[2]) ~= "integer" then
        local address, size = scenario.extent(self.p.code, ev.insn_size)
        range = {address, address + size}
    end
    self.arch = has("x0") and A64 or AARCH32
    self.result = self.p.reg or self.arch.result
    local list, by_address = instructions(range)
    local wanted = self.p.index or self.p.first
    if wanted > #list then
        error(("%s is %d, but %s has %d instructions"):format(self.p.index and "index" or "first", wanted,
                                                              scenario.at(range[1]), #list))
    end
    self.list, self.by_address = list, by_address
    self.pending = self.list[self.p.index]
    self.position = self.p.first - 1
    self.fault.instructions = #self.list
    -- Not its first one, which self:entered() is called for
    if ev.pc + ev.insn_size < range[2] then
        local inside = {name = self.p.name .. ": inside"}
        self.fault:owns(fi.on_pc({ev.pc + ev.insn_size, range[2]}, inside, self.fault:guard(function(insn)
            if self.call and insn.vcpu == self.call.vcpu then
                return self:instruction(insn)
            end
        end)))
    end
end

---------------------------------------------------------------------------------------------------------------------

local function describe(insn)
    return ("%d %s (%s)"):format(insn.index, insn.at, insn.opcode and ("0x%x"):format(insn.opcode) or "not reached")
end

local function texts(results, outcome)
    local list = {}
    for _, result in ipairs(results) do
        if result.outcome == outcome then
            list[#list + 1] = describe(result) .. (result.value and (" -> 0x%x"):format(result.value) or "")
        end
    end
    return list
end

-- Of a sweep: how far it has come, and what is weak
local function report(sweep, fault)
    local parts = {}
    local weak, hangs = texts(fault.results, "weak"), texts(fault.results, "hang")
    parts[1] = ("%d instruction%s skipped, %d weak%s"):format(fault.injected, fault.injected == 1 and "" or "s", #weak,
                                                             #weak > 0 and ": " .. table.concat(weak, ", ") or "")
    if #hangs > 0 then
        parts[#parts + 1] = "no end: " .. table.concat(hangs, ", ")
    end
    if sweep.call and sweep.call.target then
        local insn = sweep.call.target
        parts[#parts + 1] = ("the guest did not come back from the call in which %d %s was skipped%s"):format(
            insn.index, insn.at, sweep.list[insn.index + 1] and
            (": go on with first = %d, or have a run for each instruction, with index"):format(insn.index + 1) or "")
    elseif not fault.done then
        parts[#parts + 1] = sweep.pending and ("too few calls: go on with first = %d"):format(sweep.pending.index)
                            or "there was no call to take as the reference"
    end
    return ("%s: %s"):format(fault.name, table.concat(parts, "; "))
end

-- Of one instruction
local function report_one(sweep, fault)
    local result = fault.results[1]
    if not result and sweep.call then
        return ("%s: %s: the guest did not come back"):format(fault.name, describe(sweep.call.target))
    elseif not result then
        return fault.name .. ": no fault was injected: the call did not come"
    end
    local returned = ("%s: %s: returned 0x%x"):format(fault.name, describe(result), result.value)
    return result.outcome == "unjudged" and returned or ("%s (%s)"):format(returned, result.outcome)
end

---@type fi.scenarios.skip_sweep
local skip_sweep = scenario.define{
    name = "skip_sweep",
    purpose = "Instructions of a function are skipped, one in each of its calls, as by a glitch on clock or supply: "
        .. "which of them make it return what it must not? The check for code that is to be hardened against glitches. "
        .. "The report names these; fault.results has {index =, at =, address =, opcode =, outcome =, value =} of "
        .. "each, fault.weak the weak ones.",
    healthy = "No instruction of a hardened function is weak: the result stays right, or is an answer that the caller "
        .. "takes for an alarm. A naive one has several, typically its branches and what sets the result.",
    needs = {"set_pc"},
    parameters = {
        {name = "code", type = "place", text = "the function, or a range that begins where it is called"},
        {name = "calls", type = "integer", default = 0, least = 0,
         text = "calls of it that are let pass before, on each vCPU"},
        {name = "index", type = "integer", optional = true, least = 1,
         text = "one run for each instruction: the one with this number in the function, from 1, is skipped in the "
             .. "next call, and that is all. Default: a sweep in one run, for a guest that calls the function again "
             .. "and again. The first call is the reference; each further one skips the next instruction that it "
             .. "executed"},
        {name = "first", type = "integer", default = 1, least = 1, text = "of a sweep: the number to begin with"},
        {name = "width", type = "integer", default = 1, least = 1, text = "consecutive instructions that are skipped"},
        {name = "persistence", type = "choice", default = "once", values = {"once", "always"},
         text = "in a loop: skipped once in the call, or each time"},
        {name = "right", type = "integer", optional = true,
         text = "the right result; default: that of the reference call"},
        {name = "forbidden", type = "integer", optional = true,
         text = "the result that makes an instruction weak; default: any but the right one"},
        {name = "judge", type = "handler", optional = true,
         text = "judges instead: a function of the result and the right one that returns \"weak\" or another word"},
        {name = "reg", type = "string", optional = true, text = "the register of the result; default: x0 or r0"},
        scenario.counting("vcpu", "el"),
    },
    arm = function(p, fault)
        local sweep = setmetatable({p = p, fault = fault, returns = {}}, Sweep)
        fault.results, fault.weak, fault.done = {}, {}, false
        function fault:report()
            return (p.index and report_one or report)(sweep, self)
        end
        local entry = {name = p.name, vcpu = p.vcpu, el = p.el, after = p.calls}
        local place = type(p.code) == "table" and p.code[1] or p.code
        fault:owns(fi.on_pc(place, entry, fault:guard(function(ev) return sweep:entered(ev) end)))
    end,
}

return skip_sweep
