-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.xml: documents of faults as scenarios. Each fault becomes a few lines of Lua over the public API, and loading a
-- document is running them. Runs once after the prelude, with the table `fi` as its argument.

local fi = ...
local parse = fi.xml._parse
fi.xml._parse = nil
local getinfo = debug.getinfo
local load_text, open = load, io.open

local function hex(n)
  return ("0x%x"):format(n)
end

-- Errors: what a message handler shows, and by its fields what a program needs ----------------------------------------

local Error = {}
Error.__index = Error
Error.__name = "fault document error"

function Error:__tostring()
  local attribute = self.attribute and ("attribute %s: "):format(self.attribute) or ""
  return ("%s:%d: %s%s"):format(self.document, self.line, attribute, self.message)
end

local function refuse(document, line, attribute, message)
  error(setmetatable({document = document, line = line, attribute = attribute, message = message}, Error), 0)
end

-- What a target does --------------------------------------------------------------------------------------------------

local action = {}

function action.CPU_REG(f)
  return ("cpu.x%d = %s"):format(f.target_data, hex(f.fault_data))
end

function action.RAM(f)
  local value = f.size == 8 and f.fault_data or f.fault_data & (1 << 8 * f.size) - 1
  return ("mem.u%d[%s] = %s"):format(8 * f.size, hex(f.target_data), hex(value))
end

function action.MMIO(f)
  return ("reads[%s] = %s"):format(hex(f.target_data), hex(f.fault_data))
end

-- Without fault_data the line is raised and stays so.
function action.IRQ(f)
  local op = f.fault_data == 0 and "set" or "pulse"
  if f.irq_type == "SPI" then
    return ("fi.irq.%s{spi = %d}"):format(op, f.target_data + 32)
  elseif f.irq_type == "PPI" then
    return ("fi.irq.%s{ppi = %d, vcpu = %d}"):format(op, f.target_data + 16, f.cpu or 0)
  end
  return ("fi.irq.%s{sgi = %d, vcpu = %d}"):format(op, f.target_data, f.cpu or 0)
end

local function abort(f, insn)
  local params = {}
  if insn then
    params[1] = "insn = true"
  elseif f.fault_data & 1 << 6 ~= 0 then
    params[1] = "write = true"
  end
  if f.fault_data & 1 << 9 ~= 0 then
    params[#params + 1] = "ea = true"
  end
  return ("fi.exception.external_abort{%s}"):format(table.concat(params, ", "))
end

-- By QEMU's numbers; the exception class of fault_data is not needed.
local exceptions = {
  [1] = function() return "fi.exception.undefined{}" end,
  [3] = function(f) return abort(f, true) end,
  [4] = function(f) return abort(f, false) end,
  [5] = function() return "fi.exception.irq{}" end,
  [6] = function() return "fi.exception.fiq{}" end,
  [24] = function(f) return ("fi.exception.serror{iss = %s}"):format(hex(f.fault_data & 0x1ffffff)) end,
}

function action.EXCP(f)
  return exceptions[f.target_data](f)
end

local smmu_errors = {"illegal", "abort", "atc_inv_sync"}

function action.CUSTOM(f)
  return ('fi.device.fault("smmuv3", "cmdq", {error = "%s"})'):format(smmu_errors[f.fault_data])
end

-- What a trigger arms: a list of lines --------------------------------------------------------------------------------

-- `cpu` is the interrupt's CPU where there is one, and else the trigger's.
local function options(f)
  return f.cpu and f.target ~= "IRQ" and ("{vcpu = %d}, "):format(f.cpu) or ""
end

local arm = {}

function arm.PC(f)
  return {("on_pc(%s, %sfunction() %s end)"):format(hex(f.trigger_condition), options(f), action[f.target](f))}
end

function arm.RAM(f)
  local where = hex(f.trigger_condition)
  return {
    "do",
    "  local function fault(ev)",
    ("    if ev.addr == %s then %s end"):format(where, action[f.target](f)),
    "  end",
    ("  on_read(%s, %sfault)"):format(where, options(f)),
    ("  on_write(%s, %sfault)"):format(where, options(f)),
    "end",
  }
end

function arm.SYS_REG(f)
  return {('on_sysreg_read("%s", %sfunction() return %s end)'):format(f.sys_reg, options(f), hex(f.fault_data))}
end

-- A value for a read of ev.size bytes
local function narrow(f)
  local n = f.fault_data
  return n >= 0 and n <= 0xff and hex(n) or hex(n) .. " & (1 << 8 * ev.size) - 1"
end

local function fixed_read(f)
  local where = hex(f.target_data)
  return {
    ("on_mmio_read(%s, %sfunction(ev)"):format(where, options(f)),
    ("  if ev.paddr == %s then return %s end"):format(where, narrow(f)),
    "end)",
  }
end

local function variable_read(where)
  return {
    ("on_mmio_read(%s, function(ev)"):format(where),
    ("  local value = ev.paddr == %s and reads[%s]"):format(where, where),
    "  if value then return value & (1 << 8 * ev.size) - 1 end",
    "end)",
  }
end

-- A time that has passed, or is about to, has the fault at once: the guest runs while we look.
local NEAR = 1000000000

function arm.TIMER(f)
  local at = f.trigger_condition
  local call = ("at_ns(%d, "):format(at)
  local now = fi.has("clock") and fi.now_ns() or 0
  if now > 0 and at < now + NEAR then
    call = ("after_ns(%d, "):format(math.max(at - now, 0))
  end
  return {("%s%sfunction() %s end)"):format(call, options(f), action[f.target](f))}
end

-- The document --------------------------------------------------------------------------------------------------------

-- Faults of PC triggers that say the same again count once.
local function identity(f)
  return f.trigger == "PC" and
    ("%x %s %x %x"):format(f.trigger_condition, f.target, f.target_data, f.fault_data) or f
end

-- Registers of devices that change what they give in the course of the run
local function variable_registers(faults)
  local registers = {}
  for _, f in ipairs(faults) do
    if f.target == "MMIO" and f.trigger ~= "MMIO" then
      registers[f.target_data] = true
    end
  end
  return registers
end

local function append(lines, more)
  table.move(more, 1, #more, #lines + 1, lines)
end

local function mmio_lines(f, variable, armed)
  local lines = {}
  if f.trigger == "MMIO" and (f.cpu or not variable[f.target_data]) then
    return fixed_read(f)
  end
  if not armed[f.target_data] then
    armed[f.target_data] = true
    append(lines, variable_read(hex(f.target_data)))
  end
  append(lines, f.trigger == "MMIO" and {action.MMIO(f)} or arm[f.trigger](f))
  return lines
end

-- List of {line = XML's, lines = Lua's}; and the lines that come before
local function translate(faults)
  local variable, armed, seen, parts = variable_registers(faults), {}, {}, {}
  for _, f in ipairs(faults) do
    local id = identity(f)
    local part = {line = f.line, lines = {}}
    if seen[id] then
      part.same = seen[id].line
    elseif f.target == "MMIO" then
      part.lines = mmio_lines(f, variable, armed)
    else
      part.lines = arm[f.trigger](f)
    end
    seen[id] = seen[id] or part
    parts[#parts + 1] = part
  end
  return parts, next(armed) and {"local reads = {} -- what device registers give, once a fault has said so"} or {}
end

-- As a person reads it
local function pretty(parts, first, document)
  local out = {"-- The faults of " .. (document:gsub("%c", "?"))}
  append(out, first)
  for _, part in ipairs(parts) do
    out[#out + 1] = ("-- line %d%s"):format(part.line, part.same and (", the same as line %d"):format(part.same) or "")
    append(out, part.lines)
  end
  return table.concat(out, "\n") .. "\n"
end

-- The same statements, each on the line of its element: so messages have the document's lines
local function aligned(parts, first)
  local out, line = {first[1] and "local reads = {} " or ""}, 1
  for _, part in ipairs(parts) do
    out[#out + 1] = ("\n"):rep(part.line - line)
    line = part.line
    out[#out + 1] = table.concat(part.lines, " ") .. " "
  end
  return table.concat(out)
end

local function check_string(name, value)
  if type(value) ~= "string" then
    error(("fi.xml.%s takes a string, not %s"):format(name, type(value)), 3)
  end
end

local function read_document(text, document)
  local faults, line, attribute, message = parse(text)
  if not faults then
    refuse(document, line, attribute, message)
  end
  return faults
end

-- A longer document is refused, whatever is behind this.
local MAX_SIZE = fi.xml._max_size
fi.xml._max_size = nil

local function read_file(name, path)
  local file, message = open(path, "rb")
  if not file then
    error(("fi.xml.%s: %s"):format(name, message), 3)
  end
  local text
  text, message = file:read(MAX_SIZE + 1)
  file:close()
  if message then
    error(("fi.xml.%s: %s: %s"):format(name, path, message), 3)
  end
  return text or ""
end

-- Loading -------------------------------------------------------------------------------------------------------------

local needs = {EXCP = "exception", CUSTOM = "device_fault", SYS_REG = "set_pc"}

local function lacking(f)
  local cap = needs[f.target] or needs[f.trigger]
  if cap and not fi.has(cap) then
    return ("%s needs the capability '%s', which this QEMU lacks: %s"):format(
      f.target or f.trigger, cap, fi.caps()[cap].needs)
  end
end

-- What would show only when the fault is due
local function check_fault(f, document)
  local lack = lacking(f)
  if lack then
    refuse(document, f.line, f.target and "target" or "trigger", lack)
  elseif f.cpu and f.cpu >= fi.vcpus then
    refuse(document, f.line, "cpu", ("there is no vCPU %d, the last one is %d"):format(f.cpu, fi.vcpus - 1))
  elseif f.target == "CPU_REG" and fi.target ~= "aarch64" then
    refuse(document, f.line, "target", "x0 to x30 are AArch64's, and this is QEMU for " .. fi.target ..
      "; in a scenario, cpu.r1 = … in a handler of on_pc does it")
  end
end

local arming = {"on_pc", "on_read", "on_write", "on_sysreg_read", "on_mmio_read", "at_ns", "after_ns"}

-- The globals of a document's code; what it arms goes on the list.
local function environment(triggers, document)
  local env = {fi = fi, cpu = fi.cpu(), mem = fi.mem}
  for _, name in ipairs(arming) do
    local register = fi[name]
    env[name] = function(...)
      local ok, trigger = pcall(register, ...)
      if not ok then
        refuse(document, getinfo(2, "l").currentline, nil, tostring(trigger))
      end
      triggers[#triggers + 1] = trigger
    end
  end
  return env
end

local function remove_all(triggers)
  for _, t in ipairs(triggers) do
    t:remove()
  end
end

local function load_document(text, document)
  local faults = read_document(text, document)
  local triggers = {}
  for _, f in ipairs(faults) do
    check_fault(f, document)
  end
  local run = assert(load_text(aligned(translate(faults)), "@" .. document, "t", environment(triggers, document)))
  local ok, message = pcall(run)
  if not ok then
    remove_all(triggers)
    error(message, 0)
  end
  return triggers
end

function fi.xml.load(text, name)
  check_string("load", text)
  if name ~= nil then
    check_string("load", name)
  end
  local triggers = load_document(text, name or "xml")
  return triggers
end

function fi.xml.load_file(path)
  check_string("load_file", path)
  local text = read_file("load_file", path)
  local triggers = load_document(text, path)
  return triggers
end

function fi.xml.lua_of(text, name)
  check_string("lua_of", text)
  if name ~= nil then
    check_string("lua_of", name)
  end
  local parts, first = translate(read_document(text, name or "xml"))
  return pretty(parts, first, name or "xml")
end

function fi.xml.to_lua(path)
  check_string("to_lua", path)
  local parts, first = translate(read_document(read_file("to_lua", path), path))
  print((pretty(parts, first, path):gsub("\n$", "")))
end
