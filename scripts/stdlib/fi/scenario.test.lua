-- SPDX-License-Identifier: MIT
-- fi.scenario by itself: wrong definitions and parameters, and the handle of a fault that is armed, told of and ended.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"bad","message":"~scenario\\.test\\.lua:67: the handler's own mistake"}
--! journal-count: error 1
--! checks: 27

local check = require "fi.check"
local scenario = require "fi.scenario"

local function rejected(wanted, fn, argument, more)
    -- The call is on a line of this file, which is the one to blame
    local ok, message = pcall(function()
        fn(argument, more)
    end)
    check.ok(not ok and message:find(wanted, 1, true) and message:find("scenario.test.lua:", 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

-- Definitions

local function define(parameters, more)
    local def = {name = "mine", purpose = "p.", healthy = "h.", parameters = parameters, arm = function() end}
    for key, value in pairs(more or {}) do
        def[key] = value
    end
    local module = scenario.define(def)
    return module
end

rejected("purpose must be a string", define, {}, {purpose = 5})
rejected("parameter nil: needs a name of small letters", define, {{type = "integer", text = "t"}})
rejected("parameter golden: the name is taken", define, {{name = "golden", type = "string", text = "t"}})
rejected("parameter n: unknown type 'int'", define, {{name = "n", type = "int", text = "t"}})
rejected("parameter n: needs a text", define, {{name = "n", type = "integer"}})
rejected("parameter n: default must be a whole number from 1 on", define,
         {{name = "n", type = "integer", text = "t", default = 0, least = 1}})
rejected("parameter n is there twice", define,
         {{name = "n", type = "integer", text = "t"}, {name = "n", type = "string", text = "t"}})
rejected("there is no 'often'", scenario.counting, "often")

-- Parameters

local got
local all = define({
    {name = "n", type = "integer", text = "t", least = 1, most = 9, default = 2},
    {name = "bits", type = "bits", text = "t", optional = true},
    {name = "how", type = "choice", values = {"one", "other"}, text = "t", default = "one"},
    {name = "line", type = "line", text = "t", optional = true},
    {name = "lasts", type = "duration", text = "t", default = "permanent"},
    scenario.counting("after", "limit"),
}, {arm = function(p) got = p end})
all.arm()
check.eq(("%d %s %s %s"):format(got.n, got.how, got.lasts, got.name), "2 one permanent mine", "defaults")
check.ok(got.bits == nil and got.limit == nil and got.after == 0, "optional ones are nil")
rejected("n must be a whole number from 1 to 9, not 10", all.arm, {n = 10})
rejected("bits must be a list of different bit numbers", all.arm, {bits = {1, 1}})
rejected("how must be one of one, other, not both", all.arm, {how = "both"})
rejected("line must be an interrupt as fi.irq has it", all.arm, {line = 33})
rejected("lasts must be a duration", all.arm, {lasts = {hours = 1}})
rejected("mine: unknown option 'm' (known: after, bits, how, lasts, limit, line, n, name)", all.arm, {m = 1})

-- The handle

local function arm_bad()
    define({}, {arm = function(_, fault)
        fault:owns(fi.on_pc("checksum_done", {name = "bad"}, fault:guard(function()
            error("the handler's own mistake", 0)
        end)))
    end}).arm()
end
arm_bad()

local undone = 0
local counted = define({{name = "code", type = "place", text = "t"}}, {arm = function(p, fault)
    fault.why_none = function() return "too early" end
    fault.undo = function() undone = undone + 1 end
    fault:owns(fi.on_pc(p.code, {name = p.name}, fault:guard(function(ev) fault:hit("hit %d", ev.hits) end)))
end})
local fault = counted.arm{code = "checksum_add", name = "adds"}
local ended = counted.arm{code = "checksum_add"}
check.eq(fault:report(), "adds: no fault was injected: too early", "report of none")
ended:remove()
ended:remove()
check.eq(undone, 1, "undone once")

-- What was armed before a mistake was found does not stay
local half = define({}, {arm = function(_, f)
    f:owns(fi.on_pc("checksum_add", {name = "half"}, function() end))
    fi.on_pc("nosuch", function() end)
end})
rejected('no symbol "nosuch"', half.arm)

check.at_exit(function()
    check.eq(fault.injected, 256, "injected")
    check.eq(fault.fired, 256, "fired")
    check.eq(fault.errors, 0, "errors")
    check.eq(fault:report(), "adds: 256 faults, the last: hit 256", "report")
    check.eq(ended.injected, 0, "ended before")
    for _, t in ipairs(fi.triggers()) do
        check.ok(t.name ~= "half" and t.name ~= "mine", t.name .. " was armed by no half")
    end
end)
