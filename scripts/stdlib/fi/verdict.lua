-- SPDX-License-Identifier: MIT
--
-- fi.verdict: what became of a fault, by rules: golden output, a kernel's own alarms, signs of detection and recovery,
-- a deadline. Written to the journal, given as QEMU's exit status and, for CI systems, as JUnit XML. Described in
-- docs/stdlib.md.
--
--     local verdict = require "fi.verdict"
--     verdict.rules{golden = {"checksum 0xdc92167d"}, detected = {"DETECTED"}, deadline_ns = 1000000000}
--     verdict.fault(faults.flip_at("checksum", {reg = "x0", bit = 3}))

local options = require "fi.options"

---@class fi.verdict
local verdict = {}

local fail = options.fail

-- QEMU's exit status for each. 0 to 9 are left to others: 0 is an expected outcome and 1 a failed start.
local STATUS <const> = {
    masked = 10, latent = 11, not_activated = 12, recovered = 13, detected = 14,
    sdc = 20, crash = 21, hang = 22, timeout = 23,
    not_fired = 30, injector_error = 31,
}
-- What JUnit calls them when nothing is expected: a failure of the guest, an error of the test, or neither
local JUNIT <const> = {
    detected = "failure", sdc = "failure", crash = "failure", hang = "failure", timeout = "failure",
    not_fired = "error", injector_error = "error",
}
local MEANING <const> = {
    masked = "the guest did as without a fault", latent = "the changed state is still there, and was not read",
    not_activated = "the changed state was never read", recovered = "the guest noticed, and went on rightly",
    detected = "the guest noticed, and gave up", sdc = "silent data corruption: wrong output, and nobody noticed",
    crash = "the guest died", hang = "the guest stopped doing its work", timeout = "the deadline passed",
    not_fired = "no fault was injected", injector_error = "the scenario itself failed",
}

local state = {faults = {}, lines = {}, alarms = {}, matched = {}}

local function sorted(set)
    local list = {}
    for name in pairs(set) do
        list[#list + 1] = name
    end
    table.sort(list)
    return list
end

local function check_outcome(level, what, name)
    if not STATUS[name] then
        fail(level + 1, "%s: unknown outcome '%s' (known: %s)", what, tostring(name),
             table.concat(sorted(STATUS), ", "))
    end
end

--- The exit statuses by outcome.
---@return table<string, integer>
function verdict.statuses()
    local copy = {}
    for name, status in pairs(STATUS) do
        copy[name] = status
    end
    return copy
end

---------------------------------------------------------------------------------------------------------------------
-- JUnit: one <testsuite> with one <testcase> for each run, in <testsuites>; a file that is there gets one more case

local ENTITIES <const> = {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;",
                          ["\t"] = "&#9;"}

-- XML 1.0 has no way to write most control characters, nor bytes that are no UTF-8.
local function xml(text)
    local parts, at = {}, 1
    while at <= #text do
        local _, bad = utf8.len(text, at)
        parts[#parts + 1] = text:sub(at, bad and bad - 1 or #text)
        if bad then
            parts[#parts + 1] = "\u{FFFD}"
        end
        at = bad and bad + 1 or #text + 1
    end
    return (table.concat(parts):gsub('[&<>"\n\t]', ENTITIES):gsub("[%z\1-\31\127]", "\u{FFFD}")
        :gsub("\u{FFFE}", "\u{FFFD}"):gsub("\u{FFFF}", "\u{FFFD}"))
end

local function seconds(ns)
    return ("%.6f"):format((ns or 0) / 1e9)
end

local function case_text(result)
    local parts = {('    <testcase classname="%s" name="%s" time="%s">\n'):format(xml(result.suite), xml(result.case),
                   seconds(result.ns))}
    local kind = result.junit
    if kind then
        parts[#parts + 1] = ('      <%s type="%s" message="%s">%s</%s>\n'):format(kind, result.outcome,
            xml(MEANING[result.outcome]), xml(result.why), kind)
    end
    parts[#parts + 1] = ('      <system-out>outcome: %s&#10;%s</system-out>\n'):format(result.outcome, xml(result.why))
    parts[#parts + 1] = "    </testcase>\n"
    return table.concat(parts)
end

local function count(cases, element)
    local _, n = cases:gsub("<" .. element .. "[ >]", "")
    return n
end

local function total_time(cases)
    local total = 0
    for text in cases:gmatch('<testcase [^>]- time="([%d.]+)"') do
        total = total + tonumber(text)
    end
    return total
end

local function suite_text(name, cases)
    local numbers = ('tests="%d" failures="%d" errors="%d" skipped="0" time="%.6f"'):format(count(cases, "testcase"),
        count(cases, "failure"), count(cases, "error"), total_time(cases))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="fi_lua" %s>\n  <testsuite name="%s" %s>\n'
        .. '%s  </testsuite>\n</testsuites>\n'):format(numbers, xml(name), numbers, cases)
end

-- The cases of a file that this module has written; nil and why for any other.
local function cases_of(text)
    if text == "" then
        return ""
    end
    local cases = text:match('^<%?xml [^\n]*\n<testsuites name="fi_lua"[^\n]*\n  <testsuite [^\n]*\n'
        .. '(.*)  </testsuite>\n</testsuites>\n$')
    if not cases then
        return nil, "is no JUnit file of fi.verdict, and is left as it is; name another file"
    end
    return cases
end

-- Runs of a campaign may end at the same time.
local function write_junit(path, result)
    local written, why = fi._update_file(path, function(text)
        local cases, problem = cases_of(text)
        if not cases then
            return nil, problem
        end
        return suite_text(result.suite, cases .. case_text(result))
    end)
    return not written and why or nil
end

---------------------------------------------------------------------------------------------------------------------
-- The result

local function is_expected(outcome)
    local expect = state.rules and state.rules.expect
    if expect == nil then
        return nil
    end
    return expect[outcome] == true
end

local function junit_kind(outcome)
    local expected = is_expected(outcome)
    if expected then
        return nil
    end
    return JUNIT[outcome] or expected == false and "failure" or nil
end

local function now()
    return fi.has("clock") and fi.now_ns() or nil
end

local function finish(outcome, why)
    state.outcome = outcome
    local rules = state.rules or {}
    local status = is_expected(outcome) and 0 or STATUS[outcome]
    why = why or MEANING[outcome]
    if rules.junit then
        local problem = write_junit(rules.junit, {outcome = outcome, why = why, junit = junit_kind(outcome), ns = now(),
                                                  suite = rules.suite, case = rules.case})
        if problem then
            fi.log("fi.verdict: %s", problem)
            status = status == 0 and STATUS.injector_error or status
        end
    end
    fi.log("verdict: %s (%s)", outcome, why)
    fi._verdict(status, why, outcome)
end

--- Gives the verdict now and ends QEMU.
---@param outcome string
---@param why? string
function verdict.give(outcome, why)
    check_outcome(2, "verdict.give", outcome)
    if why ~= nil and type(why) ~= "string" then
        fail(2, "verdict.give: the reason is a string, not a %s", type(why))
    end
    if not state.outcome then
        finish(outcome, why)
    end
end

--- The outcome so far, nil before there is one.
---@return string?
function verdict.outcome()
    return state.outcome
end

---------------------------------------------------------------------------------------------------------------------
-- Rules

local function fired()
    for _, t in ipairs(state.faults) do
        if t.fired > 0 then
            return true
        end
    end
    return state.reported or false
end

local function errors_of_faults()
    for _, t in ipairs(state.faults) do
        if t.errors > 0 then
            return t.name
        end
    end
end

local function same_output()
    local golden = state.rules.golden
    if not golden then
        return true
    end
    for i = 1, math.max(#golden, #state.lines) do
        if golden[i] ~= state.lines[i] then
            return false, ("line %d is %s, golden is %s"):format(i, state.lines[i] and ("%q"):format(state.lines[i])
                or "missing", golden[i] and ("%q"):format(golden[i]) or "none")
        end
    end
    return true
end

-- What has been seen when the guest has ended by itself, or `late` says why it has not.
local function judge(late)
    local bad = errors_of_faults()
    local matched = state.matched
    if bad then
        return "injector_error", "the handler of " .. bad .. " failed"
    elseif not fired() then
        return "not_fired", #state.faults == 0 and "verdict.fault was never called" or nil
    elseif matched.crash then
        return "crash", matched.crash
    elseif matched.hang then
        return "hang", matched.hang
    end
    if late then
        return "timeout", late
    end
    local same, difference = same_output()
    if matched.recovered and same then
        return "recovered", matched.recovered
    elseif matched.detected then
        return "detected", matched.detected
    elseif not same then
        return "sdc", difference
    elseif state.activated == false then
        return state.latent and "latent" or "not_activated"
    end
    return "masked"
end

local function conclude(late)
    if not state.outcome then
        finish(judge(late))
    end
end

-- Kinds of lines that a rule may name, by what they mean; of fi.linux's oracles the crashes and hangs
local KINDS <const> = {"crash", "hang", "detected", "recovered"}
local ORACLES <const> = {
    panic = "crash", oops = "crash", bug = "crash", serror = "crash", soft_lockup = "hang", hard_lockup = "hang",
    rcu_stall = "hang", hung_task = "hang", warn = "detected", io_error = "detected", nobody_cared = "detected",
    kernel_fault = "crash", oom = "crash",
}

local function check_list(level, name, list)
    if type(list) ~= "table" then
        fail(level + 1, "verdict.rules: %s is a list of strings, not a %s", name, type(list))
    end
    for _, item in ipairs(list) do
        if type(item) ~= "string" then
            fail(level + 1, "verdict.rules: %s is a list of strings, one is a %s", name, type(item))
        end
    end
end

local function kind_of_line(rules, line)
    for _, kind in ipairs(KINDS) do
        for _, pattern in ipairs(rules[kind] or {}) do
            if line:find(pattern) then
                return kind, line
            end
        end
    end
    if rules.linux then
        local oracle, message = require("fi.linux").find(line)
        if oracle then
            return ORACLES[oracle], oracle .. ": " .. message
        end
    end
end

local function take_line(rules, line)
    local kind, why = kind_of_line(rules, line)
    if kind then
        state.matched[kind] = state.matched[kind] or why
    elseif not rules.output or line:find(rules.output) then
        state.lines[#state.lines + 1] = line
    end
    state.progress = true
    if (kind == "crash" or kind == "hang") and not rules.go_on and fired() then
        conclude()
    elseif rules.done and line:find(rules.done) then
        conclude()
    end
end

local RULES = options.set_of({"golden", "output", "done", "linux", "go_on", "deadline_ns", "quiet_ns", "expect",
                              "junit", "suite", "case", "device"}, KINDS)

local function check_rules(level, rules)
    options.check(level + 1, "verdict.rules", rules, RULES)
    for _, name in ipairs{"golden", "crash", "hang", "detected", "recovered"} do
        if rules[name] ~= nil then
            check_list(level + 1, name, rules[name])
        end
    end
    for _, name in ipairs{"output", "done", "junit", "suite", "case"} do
        if rules[name] ~= nil and type(rules[name]) ~= "string" then
            fail(level + 1, "verdict.rules: %s is a string, not a %s", name, type(rules[name]))
        end
    end
    for _, name in ipairs{"linux", "go_on"} do
        if rules[name] ~= nil and type(rules[name]) ~= "boolean" then
            fail(level + 1, "verdict.rules: %s is true or false, not a %s", name, type(rules[name]))
        end
    end
    for _, name in ipairs{"deadline_ns", "quiet_ns"} do
        if rules[name] ~= nil then
            options.check_count(level + 1, "verdict.rules", name, rules[name], 1)
        end
    end
end

local function expected_set(level, expect)
    if expect == nil then
        return nil
    end
    local set = {}
    for _, name in ipairs(type(expect) == "table" and expect or {expect}) do
        check_outcome(level + 1, "verdict.rules: expect", name)
        set[name] = true
    end
    return set
end

local function arm_deadlines(level, rules)
    if rules.deadline_ns then
        options.blame(level + 1, fi.after_ns, rules.deadline_ns, {name = "verdict's deadline"}, function()
            conclude(("not done %d ns after the start"):format(rules.deadline_ns))
        end)
    end
    if rules.quiet_ns then
        options.blame(level + 1, fi.every_ns, rules.quiet_ns, {name = "verdict's watch"}, function()
            if not state.progress and not state.outcome then
                state.matched.hang = state.matched.hang or ("nothing printed for %d ns"):format(rules.quiet_ns)
                conclude()
            end
            state.progress = false
        end)
    end
end

--- Sets the rules. Once, when the scenario loads.
---@param rules table
function verdict.rules(rules)
    check_rules(2, rules)
    if state.rules then
        fail(2, "verdict.rules was called before")
    end
    local own = {}
    for key, value in pairs(rules) do
        own[key] = value
    end
    own.expect = expected_set(2, rules.expect)
    own.junit = rules.junit or fi.args.junit
    own.suite = rules.suite or fi.script or "fi_lua"
    own.case = rules.case or fi.args.case or ("seed %d"):format(fi.seed)
    options.blame(2, fi.on_console, "", {name = "verdict's console", device = rules.device}, function(ev)
        if not state.outcome then
            take_line(own, ev.line)
        end
    end)
    arm_deadlines(2, own)
    state.rules = own
end

--- Tells which trigger is the fault, or that a fault was injected. Returns what it got.
---@param thing any
---@return any
function verdict.fault(thing)
    -- A scenario of the library is armed by several triggers, and counts its faults itself
    local fault = type(thing) == "table" and (thing.fired and thing or thing.trigger) or thing
    if fault == nil then
        state.reported = true
    elseif not pcall(function() return fault.fired > 0 end) then
        fail(2, "verdict.fault: a trigger, what a module of faults returns, or nothing is wanted, not a %s",
             type(thing))
    else
        state.faults[#state.faults + 1] = fault
    end
    return thing
end

--- Tells whether the changed state was read; with `still`, that it is there to the end.
---@param yes boolean
---@param still? boolean
function verdict.activated(yes, still)
    if type(yes) ~= "boolean" then
        fail(2, "verdict.activated: true or false is wanted, not a %s", type(yes))
    end
    state.activated = state.activated or yes
    state.latent = still and true or false
end

-- A guest that ends by itself.
fi.on_exit(function()
    if state.rules and not state.outcome then
        conclude()
    end
end)

return verdict
