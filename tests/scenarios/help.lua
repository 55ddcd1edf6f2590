-- SPDX-License-Identifier: GPL-2.0-or-later
-- The help and the annotations have every name of the API, and the help none that there is not.
--! guest: checksum
--! opt: unsafe=on
--! opt: socket={directory}/fi.sock
--! requires: mmio irq device_fault
--! stdout: checksum 0xdc92167d
--! checks: 9

local check = require "fi.check"
-- The table that the socket's requests reach; its key in the registry is nobody's business
local live
for _, value in next, debug.getregistry() do
  if type(value) == "table" and rawget(value, "complete") and rawget(value, "entries") then
    live = value
  end
end

local entry = {}
local bad = {}
for _, e in ipairs(live.entries) do
  if entry[e.name] then
    bad[#bad + 1] = "twice: " .. e.name
  end
  entry[e.name] = e
  for _, field in ipairs{"signature", "text", "example"} do
    if type(e[field]) ~= "string" or e[field] == "" then
      bad[#bad + 1] = e.name .. ": no " .. field
    end
  end
  local _, lines = e.text:gsub("\n", "")
  if lines < 1 or lines > 5 then
    bad[#bad + 1] = ("%s: %d lines of text"):format(e.name, lines + 1)
  end
end
check.eq(table.concat(bad, "; "), "", "entries are whole")

-- Lua's own names, by a list, as others are what this is about
local lua_names = {}
for name in ([[_G _VERSION assert collectgarbage coroutine debug dofile error getmetatable io ipairs load loadfile math
  next os package pairs pcall rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring
  type utf8 warn xpcall fi]]):gmatch("%S+") do
  lua_names[name] = true
end

local file = assert(io.open(assert(package.searchpath("meta.fi", package.path))))
local annotations = "\n" .. file:read("a")
file:close()

local function annotated(name)
  local literal = name:gsub("%p", "%%%0")
  for _, pattern in ipairs{"\nfunction " .. literal .. "%(", "\n" .. literal .. " = "} do
    if annotations:find(pattern) then
      return true
    end
  end
  local field = name:match("^fi%.([%w_]+)$")
  return field and annotations:find("\n---@field " .. field .. " ", annotations:find("@class fi.Library", 1, true))
end

local missing, bare = {}, {}
local function need(name)
  if name ~= "print" and not annotated(name) then -- Lua's own, which editors know
    bare[#bare + 1] = name
  end
  if not entry[name] and not entry[name:gsub("^fi%.", "")] then
    missing[#missing + 1] = name
  end
end
local function walk(t, prefix)
  for name, value in pairs(t) do
    if type(name) == "string" and name:sub(1, 1) ~= "_" then
      if type(value) == "table" and name ~= "args" and not getmetatable(value) then
        walk(value, prefix .. name .. ".")
      else
        need(prefix .. name)
      end
    end
  end
end
walk(fi, "fi.")
for name in pairs(_G) do
  if not lua_names[name] then
    need(name)
  end
end
check.eq(table.concat(missing, " "), "", "names without help")
check.eq(table.concat(bare, " "), "", "names without annotations")

-- Of objects, by their metatables' methods
local function methods(object, kind)
  local index = debug.getmetatable(object).__index
  for i = 1, 4 do
    local value = index
    if type(index) == "function" then
      value = select(2, debug.getupvalue(index, i))
    end
    for name in pairs(type(value) == "table" and value or {}) do
      if name:sub(1, 1) ~= "_" and not entry[kind .. ":" .. name] then
        missing[#missing + 1] = kind .. ":" .. name
      end
    end
  end
end
local t, c = on_pc("main", nil), fi.counter("x")
methods(t, "trigger")
methods(c, "counter")
methods(cpu, "cpu")
check.eq(table.concat(missing, " "), "", "methods without help")

-- And the reverse
local function exists(name)
  local object, sign, member = name:match("^(%w+)([.:])([%w_]+)$")
  if object == "trigger" or object == "counter" or object == "storm" then
    local value = object == "trigger" and t or object == "counter" and c
    return not value or pcall(function() return assert(value[member] ~= nil) end)
  elseif object == "cpu" and sign == ":" then
    return type(cpu[member]) == "function"
  elseif object == "option" or object == "filter" or object == "irq" or object == "exception" or object == "ev" or
    object == "cpu" then
    return true
  end
  local value = _G
  for part in name:gmatch("[^.:]+") do
    value = value[part]
    if value == nil then
      return false
    end
  end
  return true
end
local wrong = {}
for name in pairs(entry) do
  if not exists(name) then
    wrong[#wrong + 1] = name
  end
end
check.eq(table.concat(wrong, " "), "", "help on what does not exist")

-- Options are what on_pc and its like know: their own error lists them
local function known(message)
  local list = {}
  for name in message:match("known: ([^)]*)"):gmatch("[%w_]+") do
    list[#list + 1] = name
  end
  table.sort(list)
  return table.concat(list, " ")
end
local differ = {}
for name, where in pairs{
  on_pc = "main", on_read = 1, on_write = 1, on_sysreg_read = "ESR_EL1", on_sysreg_write = "ESR_EL1", on_mmio_read = 1,
  on_mmio_write = 1, after_insns = 1, after_ns = 1, on_console = "x",
} do
  local _, message = pcall(_G[name], where, {no_such_option = 1}, print)
  local own = {}
  for _, e in ipairs(live.entries) do
    if e.name:find("^option%.") and e.of[name] then
      own[#own + 1] = e.name:sub(8)
    end
  end
  table.sort(own)
  local wanted = known(message)
  if name == "after_ns" then
    wanted = wanted:gsub("limit ", "") -- known to the timers together
  end
  if wanted ~= table.concat(own, " ") then
    differ[#differ + 1] = ("%s: %s, not %s"):format(name, wanted, table.concat(own, " "))
  end
end
check.eq(table.concat(differ, "; "), "", "options")

check.ok(live.help("fi.on_pc").text:find("on_pc(where", 1, true) == 1, "help by the long name")
check.ok(live.help("t:remove").text == live.help("remove").text:match("^[^:]*:[^:]*: (.*)"), "help on a method")
local ok, message = pcall(live.help, "on_pcc")
check.ok(not ok and message:find("near names: .*on_pc"), "near names")
