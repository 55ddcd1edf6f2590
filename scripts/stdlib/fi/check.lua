-- SPDX-License-Identifier: MIT
--
-- fi.check: expectations about a run. They end in a line "N passed, M failed" and in QEMU's exit status: 0 if all
-- held, 1 if one failed, if the plan was not met or if nothing was checked. Described in docs/stdlib.md.
--
--     local check = require "fi.check"
--     check.plan(1)
--     on_pc("checksum_done", function() check.eq(cpu.w2, 0xdc92167d, "checksum") end)

---@class fi.check
local check = {}

local passed, failed = 0, 0
local planned           -- number of expectations that check.plan() announced
local finished = false
local at_exit = {}      -- functions to run before the result

local function show(value)
    if math.type(value) == "integer" then
        return string.format("%d (0x%x)", value, value)
    end
    return type(value) == "string" and string.format("%q", value) or tostring(value)
end

-- Where the scenario called check.…, as "file:line: ": the levels below are pcall, this, record and check.….
local function position()
    local _, text = pcall(error, "", 5)
    return text
end

-- Keep the result of record() in a local: a tail call would take away a level.
local function record(ok, what, detail)
    if ok then
        passed = passed + 1
    else
        failed = failed + 1
        fi.log("%sFAILED: %s%s", position(), what, detail or "")
    end
    return ok
end

local function check_description(what, default)
    if what ~= nil and type(what) ~= "string" then
        error("the description must be a string, not a " .. type(what), 3)
    end
    return what or default
end

local function check_open()
    if finished then
        error("check.done() was called before", 3)
    end
end

--- Is cond true (neither nil nor false)? Returns whether it holds.
---@param cond any
---@param what? string
---@return boolean
function check.ok(cond, what)
    check_open()
    what = check_description(what, "condition")
    local ok = record(cond and true or false, what)
    return ok
end

--- Is got the same as want?
---@param got any
---@param want any
---@param what? string
---@return boolean
function check.eq(got, want, what)
    check_open()
    what = check_description(what, "values are equal")
    local ok = record(got == want, what, string.format(": got %s, want %s", show(got), show(want)))
    return ok
end

--- Has the trigger fired: n times, or at all if n is not given?
---@param trigger fi.Trigger
---@param n? integer
---@return boolean
function check.fired(trigger, n)
    check_open()
    if type(trigger) ~= "userdata" then
        error("check.fired: argument 1 must be a trigger, not a " .. type(trigger), 2)
    elseif n ~= nil and math.type(n) ~= "integer" then
        error("check.fired: argument 2 must be a whole number", 2)
    end
    local fired = trigger.fired
    local want = n and tostring(n) or "at least 1"
    local ok = record(n and fired == n or not n and fired > 0, "firings of " .. trigger.name,
                      string.format(": got %d, want %s", fired, want))
    return ok
end

-- Counters have sum(), triggers have hits.
local function count_of(thing)
    local is_counter, sum = pcall(function() return thing:sum() end)
    if is_counter then
        return sum, "counter"
    end
    local is_trigger, hits = pcall(function() return thing.hits end)
    if is_trigger and hits then
        return hits, "hits of " .. thing.name
    end
end

--- Is a counter's sum over all vCPUs, or a trigger's number of hits, n?
---@param thing fi.Counter|fi.Trigger
---@param n integer
---@param what? string
---@return boolean
function check.count(thing, n, what)
    check_open()
    if type(thing) ~= "userdata" then
        error("check.count: argument 1 must be a counter or a trigger, not a " .. type(thing), 2)
    elseif math.type(n) ~= "integer" then
        error("check.count: argument 2 must be a whole number", 2)
    end
    local got, default = count_of(thing)
    if not got then
        error("check.count: argument 1 must be a counter or a trigger", 2)
    end
    what = check_description(what, default)
    local ok = record(got == n, what, string.format(": got %d, want %d", got, n))
    return ok
end

--- Announces how many expectations there will be; another number of them is a failure.
---@param n integer
function check.plan(n)
    if math.type(n) ~= "integer" or n < 1 then
        error("check.plan: argument 1 must be a whole number above 0", 2)
    elseif planned then
        error("check.plan was called before", 2)
    end
    planned = n
end

--- Runs fn just before the result is made: for what is known only when QEMU ends.
---@param fn fun()
function check.at_exit(fn)
    check_open()
    if type(fn) ~= "function" then
        error("check.at_exit: argument 1 must be a function, not a " .. type(fn), 2)
    end
    at_exit[#at_exit + 1] = fn
end

local function run_at_exit()
    for _, fn in ipairs(at_exit) do
        local ok, message = pcall(fn)
        if not ok then
            failed = failed + 1
            fi.log("FAILED: %s", message)
        end
    end
end

local function finish()
    run_at_exit()
    finished = true
    local total = passed + failed
    if planned and total ~= planned then
        failed = failed + 1
        fi.log("FAILED: planned %d expectations, checked %d", planned, total)
    elseif total == 0 then
        failed = 1
        fi.log("FAILED: nothing was checked")
    end
    local result = string.format("%d passed, %d failed", passed, failed)
    print(result)
    fi.exit(failed == 0 and 0 or 1, result)
end

--- Prints the result and ends QEMU with status 0 or 1.
function check.done()
    check_open()
    finish()
end

-- A guest that ends by itself leaves the result to this.
fi.on_exit(function()
    if not finished then
        finish()
    end
end)

return check
