-- SPDX-License-Identifier: GPL-2.0-or-later
-- What fi.irq, fi.exception and fi.device have on top of the C bindings. Runs once before the prelude, with the table
-- `fi` as its argument.

local fi = ...

-- A function of C that is called by pcall puts no place in front of its message: that at `level` is put there, counted
-- as error() does in the function that calls this one. Not to be called as a tail call, which would drop a level.
local function blame(level, fn, ...)
  local ok, result = pcall(fn, ...)
  if not ok then
    error(result, level + 1)
  end
  return result
end

-- Storms -------------------------------------------------------------------------------------------------------------

local pulse_once = fi.irq.pulse

local MAX_RATE = 1000000000 -- one each nanosecond

local Storm = {}
Storm.__index = Storm

function Storm:stop()
  self.trigger:remove()
end

function Storm:__tostring()
  return ("interrupt storm, %d sent"):format(self.sent)
end

local function check_storm(rate, count)
  if rate == nil then
    error("fi.irq.pulse: 'count' goes with 'rate': pulses without time between them are one interrupt", 3)
  elseif type(rate) ~= "number" or not (rate >= 1 and rate <= MAX_RATE) then
    error(("fi.irq.pulse: 'rate' is a number of pulses per second from 1 to 1e9, not %s"):format(tostring(rate)), 3)
  elseif count ~= nil and (math.type(count) ~= "integer" or count < 1) then
    error(("fi.irq.pulse: 'count' is a whole number from 1 on, not %s"):format(tostring(count)), 3)
  elseif not fi.has("timers") then
    error("fi.irq.pulse: 'rate' needs the capability 'timers', which this QEMU lacks: " .. fi.caps().timers.needs, 3)
  end
end

local function start_storm(target, rate, count)
  local storm = setmetatable({sent = 0}, Storm)
  local _, where = pcall(error, "", 4) -- the scenario's line, for what fails later
  storm.trigger = blame(3, fi.every_ns, math.floor(1e9 / rate + 0.5), {limit = count, name = "fi.irq.pulse"}, function()
    local ok, message = pcall(pulse_once, target)
    if not ok then
      error(where .. message, 0)
    end
    storm.sent = storm.sent + 1
  end)
  return storm
end

function fi.irq.pulse(t)
  if type(t) ~= "table" or t.rate == nil and t.count == nil then
    blame(2, pulse_once, t)
    return nil
  end
  check_storm(t.rate, t.count)
  local target = {}
  for k, v in next, t do
    if k ~= "rate" and k ~= "count" then
      target[k] = v
    end
  end
  blame(2, fi.irq._check, target)
  local storm = start_storm(target, t.rate, t.count)
  return storm
end

-- Lists of faults ----------------------------------------------------------------------------------------------------

local function param_text(p)
  local text = p.name .. ": "
  if p.type == "choice" then
    text = text .. table.concat(p.choices, " | ")
  elseif p.type == "boolean" then
    text = text .. "true | false"
  else
    text = text .. ("0 to 0x%x"):format(p.max)
  end
  if p.required then
    text = text .. ", required"
  end
  return p.help == "" and text or text .. " (" .. p.help .. ")"
end

local function fault_text(name, fault)
  local parts = {}
  for i, p in ipairs(fault.params) do
    parts[i] = param_text(p)
  end
  return ("%s{%s}  %s"):format(name, table.concat(parts, "; "), fault.help)
end

local function sorted_names(faults)
  local names = {}
  for name in next, faults do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local Exceptions = {}

function Exceptions:__tostring()
  local lines = {}
  for i, name in ipairs(sorted_names(self)) do
    lines[i] = fault_text(name, self[name])
  end
  return table.concat(lines, "\n")
end

local Devices = {}

function Devices:__tostring()
  local lines = {}
  for _, device in ipairs(self) do
    for _, name in ipairs(sorted_names(device.faults)) do
      lines[#lines + 1] = ("%s (%s): %s"):format(device.path, device.type, fault_text(name, device.faults[name]))
    end
  end
  return table.concat(lines, "\n")
end

local raw_exceptions, raw_devices = fi.exception.list, fi.device.list

function fi.exception.list()
  local list = setmetatable({}, Exceptions)
  for _, e in ipairs(blame(2, raw_exceptions)) do
    list[e.name] = {help = e.help, params = e.params}
  end
  return list
end

function fi.device.list()
  local list, by_path = setmetatable({}, Devices), {}
  for _, f in ipairs(blame(2, raw_devices)) do
    local device = by_path[f.path]
    if not device then
      device = {path = f.path, type = f.type, faults = {}}
      by_path[f.path] = device
      list[#list + 1] = device
    end
    device.faults[f.name] = {help = f.help, params = f.params}
  end
  table.sort(list, function(a, b) return a.path < b.path end)
  return list
end

-- Exceptions by name -------------------------------------------------------------------------------------------------

local raise = fi.exception.raise

function fi.exception.raise(name, params)
  local how = blame(2, raise, name, params)
  return how
end

for _, name in ipairs{"external_abort", "undefined", "irq", "fiq"} do
  fi.exception[name] = function(params)
    local how = blame(2, raise, name, params)
    return how
  end
end

-- `iss` is short for the name that it has in fi.exception.list(): there it says of which register it is a part.
function fi.exception.serror(params)
  local named = params
  if type(params) == "table" and params.iss ~= nil then
    if params.esr_iss ~= nil then
      error("fi.exception.serror: 'iss' and 'esr_iss' are the same parameter", 2)
    end
    named = {}
    for k, v in next, params do
      named[k == "iss" and "esr_iss" or k] = v
    end
  end
  local how = blame(2, raise, "serror", named)
  return how
end
