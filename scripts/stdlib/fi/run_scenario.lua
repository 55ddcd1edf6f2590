-- SPDX-License-Identifier: MIT
--
-- A scenario of the library without a line of Lua (./fi run --scenario NAME): its parameters are the plugin options
-- arg.NAME, and at the end it says what was injected. With one of the rules below (arg.golden=FILE, arg.linux=true, …)
-- fi.verdict gives the outcome as QEMU's exit status. Described in docs/scenarios.md.

local args = fi.args
local name = args.scenario or error("fi.run_scenario: no scenario is named: give arg.scenario=NAME", 0)

-- What require finds, or nil if there is no such module; a mistake in the module itself is an error.
local function module_of(path)
    if package.searchpath(path, package.path) then
        return require(path)
    end
end

-- A library of one's own has its name in full
local module = module_of("fi.scenarios." .. name) or module_of(name)
    or error(("arg.scenario=%s: there is no such scenario in the library (docs/scenarios.md lists them), and no module "
              .. "'%s' in FI_LUA_PATH"):format(name, name), 0)
if type(module) ~= "table" or not module.from_args then
    error(("arg.scenario=%s: that module is not made with fi.scenario"):format(name), 0)
end

local function as_lines(path)
    local file, message = io.open(path)
    if not file then
        return nil, message
    end
    local lines = {}
    for line in file:lines() do
        lines[#lines + 1] = line
    end
    file:close()
    return lines
end

local function as_number(text)
    return math.tointeger(tonumber(text)), "must be a whole number"
end

local function as_alarms(text)
    return text == "true" or text == "memory" and text or nil, "must be true or memory"
end

local function as_text(text)
    return text
end

local function as_pattern(text)
    return {text}
end

local function as_list(text)
    local list = {}
    for word in text:gmatch("[^,]+") do
        list[#list + 1] = word
    end
    return list
end

local RULES <const> = {
    golden = as_lines, linux = as_alarms, done = as_text, output = as_text, crash = as_pattern, hang = as_pattern,
    detected = as_pattern, recovered = as_pattern, deadline_ns = as_number, quiet_ns = as_number, expect = as_list,
}

-- The rules for fi.verdict, or nil if there are none
local function rules_of()
    local rules
    for key, convert in pairs(RULES) do
        local text = args[key]
        if text then
            local value, message = convert(text)
            if value == nil then
                error(("arg.%s=%s: %s"):format(key, text, message), 0)
            end
            rules = rules or {}
            rules[key] = value
        end
    end
    return rules
end

local rules = rules_of()
local verdict = rules and require "fi.verdict"
if rules then
    local accepted, message = pcall(verdict.rules, rules)
    if not accepted then
        error("arg: " .. message:gsub("^[^\n]-fi/[%w_]+%.lua:%d+: ", ""), 0)
    end
end

-- What is wrong is wrong with an option, not with a line of this file
local armed, fault = pcall(module.from_args)
if not armed then
    local text = tostring(fault):gsub("^[^\n]-fi/run_scenario%.lua:%d+: ", "")
    error(text:find(module.name .. ": ", 1, true) == 1 and text or module.name .. ": " .. text, 0)
end
if rules then
    verdict.fault(fault)
end
fi.on_exit(function()
    fi.log("%s", fault:report())
end)
