-- SPDX-License-Identifier: GPL-2.0-or-later
-- How fi.status() and fi.triggers() look when they are printed. Runs once before the prelude, with the table `fi` as
-- its argument.

local fi = ...
local raw_status, raw_triggers = fi.status, fi.triggers
local concat, format, rep = table.concat, string.format, string.rep

local function time_text(ns)
  if ns < 10000 then
    return format("%d ns", ns)
  elseif ns < 10000000 then
    return format("%.1f µs", ns / 1e3)
  elseif ns < 10000000000 then
    return format("%.1f ms", ns / 1e6)
  end
  return format("%.1f s", ns / 1e9)
end

-- Columns as wide as what is in them; those of numbers are aligned at their end.
local function grid(rows, right)
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i] or 0, utf8.len(cell, 1, -1, true) or #cell)
    end
  end
  local lines = {}
  for n, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do
      local space = rep(" ", widths[i] - (utf8.len(cell, 1, -1, true) or #cell))
      cells[i] = right[i] and space .. cell or cell .. space
    end
    lines[n] = (concat(cells, "  "):gsub(" +$", ""))
  end
  return concat(lines, "\n")
end

local Triggers = {}

function Triggers:__tostring()
  local rows = {{"name", "kind", "state", "hits", "fired", "errors", "time", "per call", "owner"}}
  for i = 1, #self do
    local t = self[i]
    rows[#rows + 1] = {
      t.name, t.kind, t.state, tostring(t.hits), tostring(t.fired), tostring(t.errors), time_text(t.time_ns),
      t.fired > 0 and time_text(t.time_ns // t.fired) or "-", t.owner,
    }
  end
  return grid(rows, {[4] = true, [5] = true, [6] = true, [7] = true, [8] = true})
end

function fi.triggers()
  return setmetatable(raw_triggers(), Triggers)
end

local Status = {}

local function vcpus_text(vcpus)
  local parts = {}
  for i, v in ipairs(vcpus) do
    parts[i] = v.index .. (v.started and "" or " (not there)")
  end
  return concat(parts, ", ")
end

function Status:__tostring()
  local t = self.triggers
  return grid({
    {"plugin", format("fi_lua %s, %s tier, %s", self.version, self.tier, self.target)},
    {"scenario", format("%s, seed %u, reloaded %d times", self.script or "none", self.seed, self.reloads)},
    {"time", self.now_ns and format("%.6f s", self.now_ns / 1e9) or "unknown"},
    {"vCPUs", vcpus_text(self.vcpus)},
    {"triggers", format("%d active, %d disabled, %d removed, %d ended", t.active, t.disabled, t.removed, t.ended)},
    {"handlers", format("%d hits, %d calls, %d errors, %s in all", self.hits, self.fired, self.errors,
      time_text(self.time_ns))},
    {"journal", format("%d faults, %d lines", self.faults, self.lines)},
    {"Lua", format("%d KiB", self.memory // 1024)},
    {"code", format("retranslated %d times, %d counting slots", self.retranslations, self.slots)},
  }, {})
end

function fi.status()
  return setmetatable(raw_status(), Status)
end
