-- SPDX-License-Identifier: GPL-2.0-or-later
-- Completion of what is being typed. Runs with the tables `fi` and `live`, behind help.lua, and leaves live.complete.
-- Nothing here may run a metamethod or need a vCPU: whoever asks is on no vCPU, and has changed nothing.
--
-- From C, in `live`: globals(), registers(), symbols(prefix) and devices(), which is {mmio = {name, …},
-- irq = {name, …}, fault = {name, …}, faults = {[device] = {fault, …}}}.

local fi, live = ...
-- A scenario may change its globals
local string, table, getmetatable, setmetatable, rawget, type, next, ipairs =
  string, table, getmetatable, setmetatable, rawget, type, next, ipairs

local MAX_MATCHES = 200

local KEYWORDS = {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not",
  "or", "repeat", "return", "then", "true", "until", "while",
}

-- Where are we? ------------------------------------------------------------------------------------------------------

-- What stands before an opening bracket or quote: "on_pc", "fi.device.fault", "cpu", "fi.cpu(0)"
local function expression_before(text, at)
  local before = text:sub(1, at - 1)
  return before:match("(fi%.cpu%(%s*%d*%s*%))%s*$") or before:match("([%a_][%w_.:]*)%s*$") or ""
end

-- Skip what has an end; returns the index behind it, or nil if the text ends inside.
local function behind_long_bracket(text, i)
  local level = text:match("^%[(=*)%[", i)
  if level then
    local _, last = text:find("]" .. level .. "]", i, true)
    return true, last and last + 1
  end
  return false
end

local function behind_comment(text, i)
  local long, behind = behind_long_bracket(text, i + 2)
  if long then
    return behind
  end
  local newline = text:find("\n", i, true)
  return newline and newline + 1
end

local function behind_string(text, i)
  local quote, at = text:sub(i, i), i + 1
  while at <= #text do
    local c = text:sub(at, at)
    if c == "\\" then
      at = at + 2
    elseif c == quote or c == "\n" then
      return at + 1
    else
      at = at + 1
    end
  end
  return nil
end

local CLOSES = {[")"] = "(", ["]"] = "[", ["}"] = "{"}

-- The open brackets around the end of the text, outermost first, each {open =, before =, argument =, strings = {…}};
-- and where the string that is open there begins. Nil in a comment or a long string.
local function scan(text)
  local stack, i = {}, 1
  while i <= #text do
    local c = text:sub(i, i)
    local top = stack[#stack]
    if text:find("^%-%-", i) then
      i = behind_comment(text, i)
    elseif c == "[" and behind_long_bracket(text, i) then
      local _, behind = behind_long_bracket(text, i)
      i = behind
    elseif c == '"' or c == "'" then
      local behind = behind_string(text, i)
      if not behind then
        return stack, i
      elseif top then
        top.strings[top.argument] = text:sub(i + 1, behind - 2)
      end
      i = behind
    else
      if c == "(" or c == "[" or c == "{" then
        stack[#stack + 1] = {open = c, before = expression_before(text, i), argument = 1, strings = {}}
      elseif CLOSES[c] and top and top.open == CLOSES[c] then
        stack[#stack] = nil
      elseif c == "," and top then
        top.argument = top.argument + 1
      end
      i = i + 1
    end
    if not i then
      return nil
    end
  end
  return stack
end

-- Matches ------------------------------------------------------------------------------------------------------------

local Matches = {}
Matches.__index = Matches

local function matches_for(prefix, any_case)
  local m = {prefix = any_case and prefix:lower() or prefix, any_case = any_case, seen = {}, list = {}}
  return setmetatable(m, Matches)
end

function Matches:add(name)
  local head = type(name) == "string" and name:sub(1, #self.prefix)
  if head and (self.any_case and head:lower() or head) == self.prefix and not self.seen[name] then
    self.seen[name] = true
    self.list[#self.list + 1] = name
  end
end

function Matches:add_all(names)
  for _, name in ipairs(names or {}) do
    self:add(name)
  end
end

function Matches:result()
  table.sort(self.list)
  for i = #self.list, MAX_MATCHES + 1, -1 do
    self.list[i] = nil
  end
  return self.list
end

-- Members that the help knows: "ev." "counter:" "irq."
local function add_members(matches, prefix)
  for _, e in ipairs(live.entries) do
    if e.name:sub(1, #prefix) == prefix then
      matches:add(e.name:sub(#prefix + 1):match("^[%w_]+"))
    end
  end
end

-- Names in strings ---------------------------------------------------------------------------------------------------

local function set(words)
  local s = {}
  for word in words:gmatch("%S+") do
    s[word] = true
  end
  return s
end

local CODE = set"on_pc on_read on_write wait_pc wait_read wait_write symbol symbols.range symbols.find count_pc"
local MMIO = set"on_mmio_read on_mmio_write wait_mmio_read wait_mmio_write"
local SYSREG = set"on_sysreg_read on_sysreg_write wait_sysreg_read wait_sysreg_write"
local MEMORY = set"mem phys fi.mem fi.phys"
local CPU_METHODS = set"read write bytes size writable"

-- "fi.on_pc" is "on_pc"; of a method the name alone counts.
local function short(before)
  local object, method = before:match("^(.-):([%w_]+)$")
  return method or (before:gsub("^fi%.", "")), object
end

local function is_cpu(expression)
  return expression == "cpu" or expression:find("^fi%.cpu%(") ~= nil
end

local function add_fault_names(matches, call)
  local faults = live.devices().faults
  for device, names in next, faults do
    local wanted = call.strings[1] or ""
    if device == wanted or device:sub(-#wanted - 1) == "/" .. wanted then
      matches:add_all(names)
    end
  end
end

local function add_capabilities(matches)
  for name in next, fi.caps() do
    matches:add(name)
  end
end

local function add_exceptions(matches)
  for name in next, fi.exception do
    if name ~= "raise" and name ~= "list" then
      matches:add(name)
    end
  end
end

-- The string that is being typed is a value in call.before's argument, perhaps in a table there under `key`.
local function string_matches(call, key, prefix)
  local name, object = short(call.before)
  if call.open == "[" and is_cpu(call.before) or object and is_cpu(object) and CPU_METHODS[name] then
    local matches = matches_for(prefix, true)
    matches:add_all(live.registers())
    return matches
  end
  local matches = matches_for(prefix, SYSREG[name])
  if key == "device" and call.before:find("^fi%.irq%.") then
    matches:add_all(live.devices().irq)
  elseif key == "from" or not key and CODE[name] and call.argument == 1 or
    call.open == "[" and MEMORY[call.before:match("^(.*)%.%w+$")] then
    matches:add_all(live.symbols(prefix))
  elseif not key and MMIO[name] and call.argument == 1 then
    matches:add_all(live.devices().mmio)
  elseif not key and SYSREG[name] and call.argument == 1 then
    matches:add_all(live.registers())
  elseif name == "device.fault" and call.argument == 1 then
    matches:add_all(live.devices().fault)
  elseif name == "device.fault" and call.argument == 2 then
    add_fault_names(matches, call)
  elseif name == "has" then
    add_capabilities(matches)
  elseif name == "exception.raise" and call.argument == 1 then
    add_exceptions(matches)
  end
  return matches
end

-- The call around a table: `f{…}`, or `f(…, {…}`.
local function call_around(stack, i)
  local table_ = stack[i]
  if table_.before ~= "" and table_.before ~= "return" then
    return {open = "(", before = table_.before, argument = 1, strings = {}}
  end
  local outer = stack[i - 1]
  return outer and outer.open == "(" and outer or nil
end

local function complete_string(text, stack, at)
  local prefix = text:sub(at + 1)
  local key = text:sub(1, at - 1):match("([%a_][%w_]*)%s*=%s*$")
  local top = stack[#stack]
  local call = top
  if top and top.open == "{" then
    call = call_around(stack, #stack)
  elseif expression_before(text, at) ~= "" then
    call = {open = "(", before = expression_before(text, at), argument = 1, strings = {}} -- on_pc"…"
  end
  return at, call and string_matches(call, key, prefix):result() or {}
end

-- Names in code ------------------------------------------------------------------------------------------------------

-- The value of a chain of names, raw; nil where it does not exist.
local function look_up(chain)
  local value = live.globals()
  for name in chain:gmatch("[^.:]+") do
    if type(value) ~= "table" then
      return nil
    end
    value = rawget(value, name)
  end
  return value
end

-- By the name of its metatable, or by how it is written, what the help calls an object.
local KINDS = {["fi.trigger"] = "trigger", ["fi.counter"] = "counter", ["fi.cpu"] = "cpu", ["fi.event"] = "ev"}
local WRITTEN = {cpu = "cpu", mem = "mem", phys = "phys", ["fi.mem"] = "mem", ["fi.phys"] = "phys", ev = "ev"}

local function add_string_keys(matches, t, methods)
  for key, value in next, t do
    if type(key) == "string" and key:sub(1, 1) ~= "_" and (not methods or type(value) == "function") then
      matches:add(key)
    end
  end
end

-- Methods that a class has in a plain table.
local function add_class(matches, value)
  local meta = getmetatable(value)
  local class = type(meta) == "table" and rawget(meta, "__index")
  if type(class) == "table" then
    add_string_keys(matches, class, true)
  end
end

local function complete_member(base, sign, prefix)
  local cpu = is_cpu(base)
  local matches = matches_for(prefix, cpu and sign == ".")
  local value = not cpu and look_up(base) or nil
  local meta = value ~= nil and getmetatable(value)
  local kind = WRITTEN[base] or cpu and "cpu" or type(meta) == "table" and KINDS[rawget(meta, "__name")]
  if cpu and sign == "." then
    matches:add_all(live.registers())
  end
  if kind then
    add_members(matches, kind .. sign)
  elseif type(value) == "table" then
    add_string_keys(matches, value, sign == ":")
    add_class(matches, value)
  elseif type(value) == "string" or sign == ":" and value == nil and base == "" then
    add_string_keys(matches, string, true)
  elseif value == nil then
    -- A local variable of the chunk: what it may be
    add_members(matches, "trigger" .. sign)
    add_members(matches, "counter" .. sign)
  end
  return matches:result()
end

-- Keys of the table that is given to a function of ours.
local function add_option_keys(matches, stack)
  local call = stack[#stack].open == "{" and call_around(stack, #stack)
  local name = call and short(call.before)
  for _, e in ipairs(call and live.entries or {}) do
    if e.of and (e.of[name] or e.of[call.before] or e.of["fi." .. name]) then
      matches:add(e.name:match("[%w_]+$"))
    end
  end
end

local function complete_name(text, stack, start, prefix)
  local matches = matches_for(prefix)
  if #stack > 0 and text:sub(1, start - 1):find("[{,;]%s*$") then
    add_option_keys(matches, stack)
    if #matches.list > 0 then
      return matches:result()
    end
  end
  add_string_keys(matches, live.globals())
  matches:add_all(KEYWORDS)
  return matches:result()
end

-- Where the word that is completed begins, in bytes from 0, and what it may become.
local function complete(text)
  local stack, quote = scan(text)
  if not stack then
    return #text, {}
  elseif quote then
    return complete_string(text, stack, quote)
  end
  local prefix = text:match("[%a_][%w_]*$") or ""
  local start = #text - #prefix + 1
  local base, sign = text:sub(1, start - 1):match("(fi%.cpu%(%s*%d*%s*%))([.:])$")
  if not base then
    base, sign = text:sub(1, start - 1):match("([%a_][%w_.]*)([.:])$")
  end
  if base then
    return start - 1, complete_member(base, sign, prefix)
  elseif text:sub(1, start - 1):find("[.:]$") then
    return start - 1, {}
  end
  return start - 1, complete_name(text, stack, start, prefix)
end

-- The operation of docs/protocol.md
function live.complete(text)
  local start, matches = complete(text)
  return {start = start, matches = matches}, table.concat(matches, "\n")
end
