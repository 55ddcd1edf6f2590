-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the socket asks for, beside chunks: values as Lua literals, and an operation for each op of docs/protocol.md
-- that is done in the VM. Gets the tables `fi` and `live`. An operation returns what is shown as JSON, and as text.

local fi, live = ...
local tostring, type, pairs = tostring, type, pairs

-- Literals -----------------------------------------------------------------------------------------------------------

local MAX_DEPTH, MAX_ENTRIES, WIDTH = 6, 500, 100
local SHORT = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }
local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true until
               while]]):gmatch("%a+") do
  KEYWORDS[word] = true
end

-- A byte that is not printable, in a way that does not depend on what follows.
local function escape_byte(c)
  return SHORT[c] or ("\\x%02x"):format(c:byte())
end

-- UTF-8 stays readable; any other byte is escaped.
local function quote(s)
  local parts, at = {}, 1
  while at <= #s do
    local _, bad = utf8.len(s, at)
    local stop = bad and bad - 1 or #s
    parts[#parts + 1] = (s:sub(at, stop):gsub('[%c"\\\127]', escape_byte))
    if bad then
      parts[#parts + 1] = escape_byte(s:sub(bad, bad))
    end
    at = stop + 2
  end
  return '"' .. table.concat(parts) .. '"'
end

local function number(v, top)
  if math.type(v) == "float" then
    if v ~= v then
      return "0/0"
    elseif v == math.huge or v == -math.huge then
      return v > 0 and "math.huge" or "-math.huge"
    end
    local s = ("%.14g"):format(v)
    s = tonumber(s) == v and s or ("%.17g"):format(v)
    return s:find("[.eE]") and s or s .. ".0"
  elseif v == math.mininteger then
    return "math.mininteger"
  elseif top and (v >= 0x10000 or v < 0) then
    return ("%d  -- 0x%x"):format(v, v)
  end
  return ("%d"):format(v)
end

local literal

local function key_of(k)
  if type(k) == "string" and k:find("^[%a_][%w_]*$") and not KEYWORDS[k] then
    return k
  end
  return "[" .. literal(k) .. "]"
end

local function entries_of(t, depth, open)
  local entries, n, rest = {}, #t, 0
  for i = 1, n do
    if i > MAX_ENTRIES then
      rest = n - MAX_ENTRIES
      break
    end
    entries[i] = literal(t[i], false, depth, open)
  end
  for k, v in pairs(t) do
    if not (math.type(k) == "integer" and k >= 1 and k <= n) then
      if #entries > MAX_ENTRIES then
        rest = rest + 1
      else
        entries[#entries + 1] = key_of(k) .. " = " .. literal(v, false, depth, open)
      end
    end
  end
  if rest > 0 then
    entries[#entries + 1] = ("--[[ %d more ]]"):format(rest)
  end
  return entries
end

local function table_literal(t, depth, open)
  local meta = getmetatable(t)
  if type(meta) == "table" and meta.__tostring then
    return tostring(t)
  elseif open[t] then
    return "nil --[[ the table that this is in ]]"
  elseif depth > MAX_DEPTH then
    return "{ --[[ … ]] }"
  end
  open[t] = true
  local entries = entries_of(t, depth, open)
  open[t] = nil
  local line = table.concat(entries, ", ")
  if #line + 2 * depth <= WIDTH and not line:find("\n", 1, true) then
    return "{" .. line .. "}"
  end
  local indent = ("  "):rep(depth)
  return "{\n" .. indent .. table.concat(entries, ",\n" .. indent) .. "\n" .. indent:sub(3) .. "}"
end

-- What has no literal is shown as tostring() has it, in brackets that Lua does not know.
function literal(v, top, depth, open)
  local kind = type(v)
  if kind == "string" then
    return quote(v)
  elseif kind == "number" then
    return number(v, top)
  elseif kind == "table" then
    return table_literal(v, (depth or 0) + 1, open or {})
  elseif kind == "nil" or kind == "boolean" then
    return tostring(v)
  end
  return "<" .. tostring(v) .. ">"
end

live.literal = literal

-- Operations ---------------------------------------------------------------------------------------------------------

local function count(n, what)
  return ("%d %s%s"):format(n, what, n == 1 and "" or "s")
end

function live.xml(document)
  local ok, triggers = pcall(fi.xml.load, document)
  if not ok then
    if type(triggers) == "table" and triggers.line then
      live.blame_document(triggers.line, triggers.attribute)
    end
    error(triggers, 0)
  end
  local names = {}
  for i, t in ipairs(triggers) do
    names[i] = t.name
  end
  return { faults = #triggers, triggers = names }, count(#triggers, "fault") .. " armed"
end

function live.reload()
  local n = fi.reload()
  return { triggers = n }, "reloaded: " .. count(n, "trigger")
end

function live.status()
  local status = fi.status()
  return status, tostring(status)
end

function live.triggers()
  return { triggers = fi._trigger_rows() }, tostring(fi.triggers())
end

-- Console ------------------------------------------------------------------------------------------------------------

local armed

local function stop_listening()
  for _, t in ipairs(armed or {}) do
    t:remove()
  end
  armed = nil
end

-- A chunk that removes or disables all that fi.triggers() lists does so with these, too.
local function is_listening()
  for _, t in ipairs(armed or {}) do
    if not t.enabled then
      return false
    end
  end
  return armed ~= nil
end

-- Arm what a client that wants to see the console needs; what is armed ends when nobody listens any more.
function live.subscribe()
  if is_listening() then
    return {}
  end
  stop_listening()
  armed = live.tap_console(nil, function(_, path, kind, byte)
    if not live.console_byte(path, kind, byte) then
      stop_listening()
    end
  end)
  return {}
end
