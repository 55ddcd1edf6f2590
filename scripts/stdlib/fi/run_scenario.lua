-- SPDX-License-Identifier: MIT
--
-- A scenario of the library without a line of Lua (./fi run --scenario NAME): its parameters are the plugin options
-- arg.NAME, and at the end it says what was injected. With one of the options arg.golden, linux, done, deadline_ns, quiet_ns
-- and expect, fi.verdict gives the outcome as QEMU's exit status. Described in docs/scenarios.md.

local name = fi.args.scenario or error("fi.run_scenario: no scenario is named: give arg.scenario=NAME", 0)
local found, module = pcall(require, "fi.scenarios." .. name)
if not found then
    -- A library of one's own has its name in full
    local own, other = pcall(require, name)
    if not own then
        error(("%s: neither fi.scenarios.%s nor %s: %s\n%s"):format(name, name, name, module, other), 0)
    end
    module = other
end
if type(module) ~= "table" or not module.from_args then
    error(name .. ": it is no scenario of the kind that fi.scenario makes", 0)
end

local function lines_of(path)
    local lines = {}
    for line in io.lines(path) do
        lines[#lines + 1] = line
    end
    return lines
end

local function integer(key)
    local text = fi.args[key]
    if not text then
        return nil
    end
    return math.tointeger(tonumber(text)) or error(("arg.%s=%s: must be a whole number"):format(key, text), 0)
end

local args = fi.args
local judged = args.golden or args.linux or args.done or args.deadline_ns or args.quiet_ns or args.expect
local verdict = judged and require "fi.verdict"
if judged then
    verdict.rules{
        golden = args.golden and lines_of(args.golden), linux = args.linux == "true" or nil, done = args.done,
        deadline_ns = integer("deadline_ns"), quiet_ns = integer("quiet_ns"), expect = args.expect,
    }
end

-- What is wrong is wrong with an option, not with a line of this file
local armed, fault = pcall(module.from_args)
if not armed then
    error(tostring(fault):gsub("^[^\n]-fi/run_scenario%.lua:%d+: ", ""), 0)
end
if judged then
    verdict.fault(fault)
end
fi.on_exit(function()
    fi.log("%s", fault:report())
end)
