-- SPDX-License-Identifier: MIT
--
-- fi.scenario: what the scenarios of the library (fi.scenarios.*) have in common: the parameters and their checks, the
-- handle, and where their descriptions come from. For those who write such a module; docs/stdlib.md has the rules.
--
--     return scenario.define{
--         name = "flip", purpose = "…", healthy = "…",
--         parameters = {{name = "code", type = "place", text = "where it happens"}},
--         arm = function(p, fault) fault:owns(fi.on_pc(p.code, {name = p.name}, fault:guard(function() … end))) end,
--     }

local options = require "fi.options"

---@class fi.scenario.Parameter
---@field name string
---@field type string one of scenario.types()
---@field text string what it means, with its unit
---@field default? any without one it must be given, unless it is optional
---@field optional? boolean
---@field least? integer of an integer or number
---@field most? integer of an integer or number
---@field values? string[] of a choice
---@field counts? string[] of a duration: further keys, as for options.check_duration

---@class fi.scenario.Definition
---@field name string that of the file
---@field purpose string what breaks, and why one wants to know
---@field healthy string what a healthy guest does then
---@field needs? string[] capabilities, as fi.has has them
---@field parameters fi.scenario.Parameter[]
---@field arm fun(p: table, fault: fi.scenario.Fault)

---@class fi.scenario.Module: fi.scenario.Definition
---@field arm fun(opts?: table): fi.scenario.Fault
---@field from_args fun(): fi.scenario.Fault

---@class fi.scenario.Fault
---@field name string in the journal
---@field injected integer how many faults there were so far
---@field last? string what the last one did
---@field place string of the line that armed it
---@field fired integer the same as injected: fi.verdict treats a fault as it does a trigger
---@field errors integer how many errors its handlers had
local Fault = {}

---@class fi.scenario
local scenario = {}

local fail = options.fail

-- What the scenario's arguments (-plugin …,arg.NAME=VALUE) have for fi.run_scenario and fi.verdict
local RESERVED <const> = options.set_of{
    "scenario", "golden", "linux", "done", "output", "crash", "hang", "detected", "recovered", "deadline_ns",
    "quiet_ns", "expect", "junit", "case", "name",
}

---------------------------------------------------------------------------------------------------------------------
-- Types of parameters: how a value is checked, what it is to LuaCATS, and how it is made of a plugin option's text

local function list_of(text)
    local list = {}
    for word in text:gmatch("[^,%s]+") do
        list[#list + 1] = math.tointeger(tonumber(word)) or word
    end
    return list
end

-- "spi=33" is {spi = 33}, "buffer,size=16" is {"buffer", size = 16}, and a single word is itself.
local function words_of(text)
    if not text:find("[=,]") then
        return math.tointeger(tonumber(text)) or text
    end
    local words = {}
    for word in text:gmatch("[^,]+") do
        local key, value = word:match("^([%a_]+)=(.*)$")
        words[key or #words + 1] = math.tointeger(tonumber(value or word)) or value or word
    end
    return words
end

local function in_range(p, value)
    return (not p.least or value >= p.least) and (not p.most or value <= p.most)
end

local function range_text(p)
    if p.least and p.most then
        return (" from %s to %s"):format(p.least, p.most)
    end
    return p.least and (" from %s on"):format(p.least) or p.most and (" up to %s"):format(p.most) or ""
end

local function is_in(list, value)
    for _, known in ipairs(list) do
        if known == value then
            return true
        end
    end
    return false
end

local function is_list(value, kind)
    if type(value) ~= "table" or #value == 0 then
        return false
    end
    for _, item in ipairs(value) do
        if kind == "integer" and math.type(item) ~= "integer" or kind == "string" and type(item) ~= "string" then
            return false
        end
    end
    return true
end

local function is_place(value)
    return math.type(value) == "integer" or type(value) == "string" and value ~= "" or type(value) == "table"
end

local TYPES <const> = {
    integer = {
        cats = "integer", check = function(v, p) return math.type(v) == "integer" and in_range(p, v) end,
        text = function(p) return "a whole number" .. range_text(p) end,
        parse = function(text) return math.tointeger(tonumber(text)) end,
    },
    number = {
        cats = "number", check = function(v, p) return type(v) == "number" and in_range(p, v) end,
        text = function(p) return "a number" .. range_text(p) end, parse = tonumber,
    },
    boolean = {
        cats = "boolean", check = function(v) return type(v) == "boolean" end,
        text = function() return "true or false" end,
        parse = function(text)
            if text == "true" or text == "false" then
                return text == "true"
            end
        end,
    },
    string = {
        cats = "string", check = function(v) return type(v) == "string" end,
        text = function() return "a string" end, parse = function(text) return text end,
    },
    choice = {
        cats = "string", check = function(v, p) return is_in(p.values, v) end,
        text = function(p) return "one of " .. table.concat(p.values, ", ") end,
        parse = function(text) return text end,
    },
    place = {
        cats = "fi.Where", check = is_place,
        text = function() return "an address, a symbol or a table {place, size = n}" end, parse = words_of,
    },
    register = {
        cats = "fi.mmio.Where", check = is_place,
        text = function() return "an address, a device's name or a table {device, offset = n, size = n}" end,
        parse = words_of,
    },
    line = {
        cats = "table", check = function(v) return type(v) == "table" end,
        text = function() return "an interrupt as fi.irq has it, such as {spi = 33}" end, parse = words_of,
    },
    bits = {
        cats = "integer[]",
        check = function(v) return is_list(v, "integer") and pcall(options.check_bits, 1, "", v) end,
        text = function() return "a list of different bit numbers" end, parse = list_of,
    },
    names = {
        cats = "string[]", check = function(v) return is_list(v, "string") end,
        text = function() return "a list of names" end, parse = list_of,
    },
    duration = {
        cats = "fi.faults.Duration",
        check = function(v, p) return pcall(options.check_duration, 1, "", v, p.counts or {}) end,
        text = function() return "a duration, such as {ns = 1000000} or \"permanent\"" end, parse = words_of,
    },
    condition = {
        cats = "fi.Condition", check = function(v) return type(v) == "userdata" end,
        text = function() return "a condition that a counter made" end, parse = nil,
    },
    handler = {
        cats = "function", check = function(v) return type(v) == "function" end,
        text = function() return "a function" end, parse = nil,
    },
}

--- The types a parameter can have, by name, with what each is to LuaCATS.
---@return table<string, string>
function scenario.types()
    local types = {}
    for name, kind in pairs(TYPES) do
        types[name] = kind.cats
    end
    return types
end

local NAME_PARAMETER <const> = {
    name = "name", type = "string", optional = true,
    text = "of its triggers, in the journal; default: the scenario's name",
}

--- Parameters that triggers of code and accesses share, for a module's list: of these names, or all of them.
---@param ... string
---@return fi.scenario.Parameter ...
function scenario.counting(...)
    local all <const> = {
        after = {name = "after", type = "integer", default = 0, least = 0, text = "hits that are let pass before"},
        every = {name = "every", type = "integer", default = 1, least = 1, text = "then only each so many hits"},
        limit = {name = "limit", type = "integer", optional = true, least = 1,
                 text = "faults at most; default: no limit"},
        vcpu = {name = "vcpu", type = "integer", optional = true, least = 0,
                text = "on this vCPU only; default: on all"},
        el = {name = "el", type = "integer", optional = true, least = 0, most = 3,
              text = "at this exception level only; default: at all"},
        when = {name = "when", type = "condition", optional = true,
                text = "only while this condition of a counter holds"},
    }
    local names = select("#", ...) > 0 and {...} or {"after", "every", "limit", "vcpu", "el", "when"}
    local list = {}
    for i, name in ipairs(names) do
        list[i] = all[name] or fail(2, "scenario.counting: there is no '%s'", name)
    end
    return table.unpack(list)
end

--- Parameters that say when a fault begins, for Fault:begin(): of these names, or all of them.
---@param ... string
---@return fi.scenario.Parameter ...
function scenario.beginning(...)
    local all <const> = {
        code = {name = "code", type = "place", optional = true,
                text = "the fault begins when this is reached; default: at the start"},
        calls = {name = "calls", type = "integer", default = 0, least = 0,
                 text = "times that `code` is let pass before, on each vCPU"},
        delay_ns = {name = "delay_ns", type = "integer", default = 0, least = 0,
                    text = "ns of virtual time from then on until the fault begins"},
    }
    local names = select("#", ...) > 0 and {...} or {"code", "calls", "delay_ns"}
    local list = {}
    for i, name in ipairs(names) do
        list[i] = all[name] or fail(2, "scenario.beginning: there is no '%s'", name)
    end
    return table.unpack(list)
end

---------------------------------------------------------------------------------------------------------------------
-- Places

--- All of the function or object that a symbol names, as a place for triggers; any other place is itself.
---@param place fi.Where
---@return fi.Where
function scenario.whole(place)
    if type(place) ~= "string" then
        return place
    end
    local found, range = pcall(fi.symbols.range, place)
    -- "symbol+offset" has no extent
    return found and range or options.whole(place, true)
end

--- First address and size of memory that a place names; an address, or a symbol that is no object, is `default` bytes
--- from there. Nothing if the symbol's map has no slide yet, so that it has to be asked again later.
---@param place fi.Where
---@param default integer
---@return integer? address, integer? size
function scenario.extent(place, default)
    local first = type(place) == "table" and place[1] or place
    local address, size = first, nil
    if type(first) == "string" then
        if options.is_awaited(first) then
            return nil
        end
        address, size = options.address_of(first)
    end
    if type(place) == "table" then
        local last = place[2]
        if type(last) == "string" then
            last = options.address_of(last)
        end
        size = place.size or last and last - address
    end
    if math.type(address) ~= "integer" or size ~= nil and (math.type(size) ~= "integer" or size < 1) then
        error("a place in memory is an address, a symbol, {lo, hi} or {place, size = n}")
    end
    return address, size or default
end

--- The name of an address, or its number where no symbol is.
---@param address integer
---@return string
function scenario.at(address)
    return fi.symbols.at(address) or ("0x%x"):format(address)
end

---------------------------------------------------------------------------------------------------------------------
-- The handle

--- Notes that a fault was injected; what: in a few words, for report().
---@param what string
---@param ... any
function Fault:hit(what, ...)
    self.hits = self.hits + 1
    self.last = what:format(...)
end

--- Takes what a module of faults returned as its own, and what it injects (injected, forced, sent) as the scenario's
--- faults; what: in a few words what each does, for report().
---@generic T
---@param thing T
---@param what string
---@param ... any
---@return T
function Fault:counts(thing, what, ...)
    self.counted[#self.counted + 1] = thing
    self.last = what:format(...)
    return self:owns(thing)
end

--- Calls fn when the fault begins, by the parameters that scenario.beginning() has: at once, which may be at load, or
--- in a handler.
---@param p table
---@param fn fun()
function Fault:begin(p, fn)
    if p.code == nil and (p.calls or 0) ~= 0 then
        fail(2, "%s: calls goes with code: calls of what?", p.name)
    end
    local guarded = self:guard(fn)
    local function after_delay()
        if p.delay_ns > 0 then
            self:owns(fi.after_ns(p.delay_ns, {name = p.name}, guarded))
        else
            guarded()
        end
    end
    if p.code then
        local reached = {name = p.name, vcpu = p.vcpu, el = p.el, after = p.calls, limit = 1}
        self:owns(fi.on_pc(p.code, reached, self:guard(after_delay)))
    elseif p.delay_ns > 0 then
        after_delay()
    else
        fn()
    end
end

--- Takes a trigger, or what a module of faults returned, as its own: remove() ends it, too. Returns it.
---@generic T
---@param thing T nil: nothing
---@return T
function Fault:owns(thing)
    self.things[#self.things + 1] = thing
    return thing
end

local function errors_of(fault)
    local errors = fault.past_errors
    for _, thing in ipairs(fault.things) do
        local trigger = type(thing) == "table" and thing.trigger or thing
        errors = errors + (type(trigger) == "userdata" and trigger.errors or 0)
    end
    return errors
end

local function injected_of(fault)
    local injected = fault.hits
    for _, thing in ipairs(fault.counted) do
        injected = injected + (thing.injected or thing.forced or thing.sent)
    end
    return injected
end

function Fault:__index(key)
    if key == "fired" or key == "injected" then
        return injected_of(self)
    elseif key == "errors" then
        return errors_of(self)
    end
    return Fault[key]
end

--- Makes a handler of fn whose errors name the line that armed the scenario.
---@param fn function
---@return function
function Fault:guard(fn)
    return function(...)
        return options.blame_place(self.place, fn, ...)
    end
end

--- Ends the fault. What has been changed stays so, unless the scenario says otherwise.
function Fault:remove()
    self.past_errors = errors_of(self)
    for _, thing in ipairs(self.things) do
        -- A trigger that was once, or was removed by the scenario, is gone already
        if type(thing) ~= "userdata" or thing.state ~= "ended" then
            (thing.remove or thing.stop)(thing)
        end
    end
    self.things = {}
    if self.undo then
        local undo = self.undo
        self.undo = nil
        undo()
    end
end

--- What has come of it so far, in one line.
---@return string
function Fault:report()
    if self.injected == 0 then
        return ("%s: no fault was injected%s"):format(self.name, self.why_none and ": " .. self.why_none() or "")
    end
    return ("%s: %d fault%s%s"):format(self.name, self.injected, self.injected == 1 and "" or "s",
                                       self.last and (self.injected == 1 and ": " or ", the last: ") .. self.last or "")
end

---------------------------------------------------------------------------------------------------------------------
-- Definitions

local function check_value(level, what, p, value)
    local kind = TYPES[p.type]
    if not kind.check(value, p) then
        fail(level + 1, "%s must be %s, not %s", what, kind.text(p),
             type(value) == "table" and "this table" or tostring(value))
    end
end

-- The parameters with their defaults
local function complete(level, def, opts)
    local what = def.name
    opts = opts == nil and {} or opts
    options.check(level + 1, what, opts, def.known)
    local p = {}
    for _, parameter in ipairs(def.parameters) do
        local value = opts[parameter.name]
        if value ~= nil then
            check_value(level + 1, what .. ": " .. parameter.name, parameter, value)
        elseif parameter.default ~= nil then
            value = parameter.default
        elseif not parameter.optional then
            fail(level + 1, "%s: %s must be given: %s", what, parameter.name, parameter.text)
        end
        p[parameter.name] = value
    end
    p.name = p.name or def.name
    return p
end

local function check_needs(level, def)
    for _, capability in ipairs(def.needs or {}) do
        if not fi.has(capability) then
            fail(level + 1, "%s: needs the capability '%s', which this QEMU has not: see fi.caps()", def.name,
                 capability)
        end
    end
end

local function start(level, def, opts)
    check_needs(level + 1, def)
    local p = complete(level + 1, def, opts)
    local fault = setmetatable({
        name = p.name, hits = 0, past_errors = 0, things = {}, counted = {}, place = options.place(level + 1),
    }, Fault)
    -- pcall is a level, too
    local ok, message = pcall(options.blame, level + 2, def.arm, p, fault)
    if not ok then
        -- What was armed before the mistake was found does not stay
        fault:remove()
        error(message, 0)
    end
    return fault
end

local function names_of(def)
    local names = {}
    for i, p in ipairs(def.parameters) do
        names[i] = p.name
    end
    return table.concat(names, ", ")
end

-- The parameters that the plugin options arg.NAME give, by the names in `known`
local function parse_args(def)
    local opts = {}
    for name, text in pairs(fi.args) do
        local parameter = def.known[name] and def.by_name[name]
        if parameter then
            local kind = TYPES[parameter.type]
            local value = kind.parse and kind.parse(text)
            if value == nil then
                error(("%s: arg.%s=%s: must be %s"):format(def.name, name, text, kind.text(parameter)), 0)
            end
            opts[name] = value
        elseif not RESERVED[name] then
            error(("%s: unknown argument arg.%s (known: %s)"):format(def.name, name, names_of(def)), 0)
        end
    end
    return opts
end

local function check_parameter(level, def, p)
    local what = ("scenario.define: %s: parameter %s"):format(def.name, tostring(p.name))
    if type(p.name) ~= "string" or not p.name:find("^%l[%l%d_]*$") then
        fail(level + 1, "%s: needs a name of small letters", what)
    elseif RESERVED[p.name] then
        fail(level + 1, "%s: the name is taken", what)
    elseif not TYPES[p.type] then
        fail(level + 1, "%s: unknown type '%s'", what, tostring(p.type))
    elseif type(p.text) ~= "string" then
        fail(level + 1, "%s: needs a text", what)
    elseif p.default ~= nil then
        check_value(level + 1, what .. ": default", p, p.default)
    end
end

--- Makes a scenario's module of its definition: with arm(opts), and from_args(), which takes the parameters from the
--- plugin options arg.NAME.
---@param def fi.scenario.Definition
---@return fi.scenario.Module
function scenario.define(def)
    for _, key in ipairs{"name", "purpose", "healthy"} do
        if type(def[key]) ~= "string" then
            fail(2, "scenario.define: %s must be a string", key)
        end
    end
    local own = {name = def.name, arm = def.arm, needs = def.needs, parameters = {}, known = {}, by_name = {}}
    local module = {name = def.name, purpose = def.purpose, healthy = def.healthy, needs = def.needs, parameters = {}}
    for i, p in ipairs(def.parameters) do
        check_parameter(2, def, p)
        own.parameters[i] = p
    end
    own.parameters[#own.parameters + 1] = NAME_PARAMETER
    for i, p in ipairs(own.parameters) do
        if own.known[p.name] then
            fail(2, "scenario.define: %s: parameter %s is there twice", def.name, p.name)
        end
        own.known[p.name], own.by_name[p.name] = true, p
        module.parameters[i] = p
    end
    -- A local, not a tail call, which would take away the level of the caller's line
    function module.arm(opts)
        local fault = start(2, own, opts)
        return fault
    end
    function module.from_args()
        local fault = start(2, own, parse_args(own))
        return fault
    end
    return module
end

return scenario
