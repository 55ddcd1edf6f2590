-- SPDX-License-Identifier: GPL-2.0-or-later
-- The guest's serial ports: what it writes to them, by the byte for live.lua, by the line for on_console; and typing.
-- Runs before the prelude with the tables `fi` and `live`.

local fi, live = ...
local raw = fi._console
fi._console = nil
local find, char = string.find, string.char

-- Ports --------------------------------------------------------------------------------------------------------------

-- Where a serial port's transmitted bytes are written, by QEMU's type.
local PORTS = {
  pl011 = 0x00, ["serial-mm"] = 0x00, ["cmsdk-apb-uart"] = 0x00, cadence_uart = 0x30, ["imx.serial"] = 0x40,
  ["exynos4210.uart"] = 0x20, ["stm32f2xx-usart"] = 0x04, ["nrf51_soc.uart"] = 0x51c, ["bcm2835-aux"] = 0x40,
}
local KNOWN <const> = "pl011, serial-mm, cmsdk-apb-uart, cadence_uart, imx.serial, exynos4210.uart, stm32f2xx-usart, "
  .. "nrf51_soc.uart, bcm2835-aux"

local function all_ports()
  local ports, seen = {}, {}
  for _, region in ipairs(raw.regions()) do
    if PORTS[region.type] and not seen[region.device] then
      seen[region.device] = true
      ports[#ports + 1] = region
    end
  end
  return ports
end

local function is_named(port, name)
  return name == nil or port.type == name or port.device == name or port.device:sub(-#name - 1) == "/" .. name
end

local function text_of(ports)
  local parts = {}
  for i, port in ipairs(ports) do
    parts[i] = port.device .. " (" .. port.type .. ")"
  end
  return table.concat(parts, ", ")
end

-- Errors here have no place: those who call have it.
local function find_ports(name)
  local all, found = all_ports(), {}
  for _, port in ipairs(all) do
    if is_named(port, name) then
      found[#found + 1] = port
    end
  end
  if #all == 0 then
    error("this machine has no serial port that is known: " .. KNOWN, 0)
  elseif #found == 0 then
    error(("there is no serial port '%s'; this machine has %s"):format(name, text_of(all)), 0)
  end
  return found
end

-- fn(event of on_mmio_write, QOM path, type, byte) for each byte that is written. device: nil, a name, or the physical
-- address of a register. Returns triggers.
local function tap(device, fn)
  if math.type(device) == "integer" then
    local path = ("0x%x"):format(device)
    return {fi.on_mmio_write(device, {_internal = true, name = "console " .. path}, function(ev)
      fn(ev, ev.device or path, "address", ev.value & 0xff)
    end)}
  end
  local taps = {}
  for i, port in ipairs(find_ports(device)) do
    local path, kind = port.device, port.type
    taps[i] = fi.on_mmio_write({path, offset = PORTS[kind]}, {_internal = true, name = "console " .. kind}, function(ev)
      fn(ev, path, kind, ev.value & 0xff)
    end)
  end
  return taps
end

live.tap_console = tap

-- Lines --------------------------------------------------------------------------------------------------------------

local MAX_LINE <const> = 4096
local LF <const>, CR <const> = 10, 13

-- Could what a pattern matches at the end of a line that is not complete become another match? `$` waits for the end.
local function how_early(pattern, opts)
  if opts.whole or pattern == "" or type(pattern) == "function" then
    return "never"
  elseif opts.plain then
    return "at once"
  end
  local bare = pattern:gsub("%%.", "x")
  if bare:sub(-1) == "$" then
    return "never"
  end
  return bare:find("[(]") and "behind it" or bare:find("[*+?-]$") and "behind it" or "at once"
end

-- nil, or the captures
local function match(watch, line, complete)
  if not complete and watch.early == "never" then
    return nil
  end
  if type(watch.pattern) == "function" then
    local results = table.pack(watch.pattern(line))
    return results[1] and results or nil
  end
  local found = table.pack(find(line, watch.pattern, 1, watch.plain))
  if not found[1] or not complete and watch.early == "behind it" and found[2] >= #line then
    return nil
  end
  return table.move(found, 3, found.n, 1, {})
end

-- line: complete, or as far as it has come; path: nil, of no port
local function fire(watch, vcpu, path, line, captures, complete)
  local details = {line = line, captures = captures, complete = complete, device = path}
  fi.defer(vcpu, function()
    raw.hit(watch.trigger, details)
  end)
end

local function take_byte(watch, ev, path, byte)
  local line = watch.lines[path]
  if not line then
    line = {text = "", hit = false}
    watch.lines[path] = line
  end
  local complete = byte == LF or #line.text >= MAX_LINE
  if not complete then
    line.text = line.text .. char(byte)
    if byte == CR then
      return
    end
  end
  local text = line.text:gsub("\r+$", "")
  local captures = not line.hit and match(watch, text, complete)
  if captures then
    line.hit = true
    fire(watch, ev.vcpu or 0, path, text, captures, complete)
  end
  if complete then
    watch.lines[path] = nil
  end
end

local function stop(watch)
  for _, t in ipairs(watch.taps) do
    t:remove()
  end
  watch.taps = {}
end

local function is_over(watch)
  local state = watch.trigger.state
  return state == "removed" or state == "ended"
end

-- Lines of a source are complete.
local function start(watch)
  if watch.source then
    watch.taps = watch.source(function(vcpu, line)
      local captures = not is_over(watch) and match(watch, line, true)
      if captures then
        fire(watch, vcpu, nil, line, captures, true)
      elseif is_over(watch) then
        stop(watch)
      end
    end)
    return
  end
  watch.taps = tap(watch.device, function(ev, path, _, byte)
    if is_over(watch) then
      stop(watch)
    else
      take_byte(watch, ev, path, byte)
    end
  end)
end

-- _source is for modules that have lines of another kind: a function that arms triggers and returns them, and gives
-- lines, with the number of the vCPU, to the function that is its argument.
local OPTIONS <const> = {after = "C", every = "C", limit = "C", name = "C", _internal = "C", device = "device",
                         plain = "boolean", whole = "boolean", _source = "source"}

local function check_device(level, what, device)
  if device ~= nil and math.type(device) ~= "integer" and type(device) ~= "string" then
    error(("%s: option 'device' is a serial port's type or QOM path, or the physical address of the register to which "
      .. "characters are written, not %s"):format(what, type(device)), level + 1)
  end
  return device
end

local function split_options(level, opts)
  local own, for_c = {}, {}
  for key, value in pairs(opts or {}) do
    local kind = OPTIONS[key]
    if not kind then
      error(("unknown option '%s' for on_console (known: after, device, every, limit, name, plain, whole)")
        :format(tostring(key)), level + 1)
    elseif kind == "boolean" and type(value) ~= "boolean" then
      error(("on_console: option '%s' is true or false, not %s"):format(key, type(value)), level + 1)
    end
    if kind == "C" then
      for_c[key] = value
    else
      own[key] = value
    end
  end
  check_device(level + 1, "on_console", own.device)
  return own, for_c
end

local function need_capability(level, device, source)
  if not source and math.type(device) ~= "integer" and not fi.has("mmio") then
    error("on_console: finding a serial port needs the capability 'mmio', which this QEMU lacks: "
      .. fi.caps().mmio.needs .. ". Without it give the physical address of the register to which characters are "
      .. "written, e.g. {device = 0x9000000}", level + 1)
  end
end

local function place_of_caller()
  local _, where = pcall(error, "", 4)
  return where
end

-- Lua finds that a pattern is wrong only when it gets to that part of it, so a pattern is tried without what is before.
local function check_pattern(level, pattern, plain)
  if type(pattern) == "function" then
    return
  elseif type(pattern) ~= "string" then
    error(("on_console: the pattern is a string or a function, not %s"):format(type(pattern)), level + 1)
  end
  local at = 1
  while not plain and at <= #pattern do
    local _, last = find(pattern, "^%[%^?%]?[^%]]*%]", at)
    local item = last and pattern:sub(at, last) or pattern:match("^%%b..", at) or pattern:match("^%%.", at)
      or pattern:sub(at, at)
    if item == "[" or item == "%" then
      error(("on_console: '%s' is no pattern: '%s' has no end; plain = true looks for it as it is"):format(pattern,
        pattern:sub(at)), level + 1)
    end
    at = at + #item
  end
  local _, opened = pattern:gsub("%%.", ""):gsub("%[[^%]]*%]", ""):gsub("%(", "")
  local _, closed = pattern:gsub("%%.", ""):gsub("%[[^%]]*%]", ""):gsub("%)", "")
  if not plain and opened ~= closed then
    error(("on_console: '%s' is no pattern: %d brackets open and %d close; plain = true looks for it as it is")
      :format(pattern, opened, closed), level + 1)
  end
end

function fi.on_console(pattern, opts, ...)
  local fn = ...
  if type(opts) ~= "table" then
    fn, opts = opts, nil
  end
  local own, for_c = split_options(2, opts)
  check_pattern(2, pattern, own.plain)
  if fn ~= nil and type(fn) ~= "function" then
    error(("on_console: the handler is a function, not %s"):format(type(fn)), 2)
  end
  need_capability(2, own.device, own._source)
  local watch = {pattern = pattern, plain = own.plain, early = how_early(pattern, own), device = own.device,
                 source = own._source, lines = {}, taps = {}}
  local ok, trigger = pcall(raw.arm, type(pattern) == "string" and pattern or "function", for_c, fn)
  if not ok then
    error(trigger, 2)
  end
  watch.trigger = trigger
  if own._source or math.type(own.device) == "integer" or raw.ready() then
    local armed, message = pcall(start, watch)
    if not armed then
      trigger:remove()
      error("on_console: " .. message, 2)
    end
  else
    local where = place_of_caller()
    fi.on_machine_ready({_internal = true, name = "on_console"}, function()
      local armed, message = pcall(start, watch)
      if not armed then
        fi._log(where .. "on_console: " .. message)
        fi.exit(1, "on_console: " .. message)
      end
    end)
  end
  return trigger
end

-- Typing -------------------------------------------------------------------------------------------------------------

-- QEMU's PL011 can be made to receive a character with a framing error. Such a character goes through its FIFO, its
-- flags and its interrupts as any other does; what is left to do is to take the error away where the guest reads it.
local UARTDR <const>, UARTRSR <const> = 0x00, 0x04
local DR_FE <const>, RSR_FE <const> = 0x100, 0x01

local keyboards = {}

-- Is this character the next one of ours? Those before it were lost with the guest's FIFO.
local function is_ours(keyboard, data)
  for i, byte in ipairs(keyboard.on_the_way) do
    if byte == data & 0xff then
      table.move(keyboard.on_the_way, i + 1, #keyboard.on_the_way + i, 1)
      return true
    end
  end
  return false
end

local function press(keyboard)
  while #keyboard.queue > 0 do
    local byte = keyboard.queue:byte()
    local way = keyboard.on_the_way
    way[#way + 1] = byte -- before it is there: another vCPU may be quick
    if raw.put(keyboard.port.device, keyboard.port.first, byte) then
      way[#way] = nil
      return -- full; the guest's next read makes room
    end
    keyboard.queue = keyboard.queue:sub(2)
  end
end

local function read_data(keyboard, ev)
  local data = ev.value
  keyboard.clean = data and data & DR_FE ~= 0 and is_ours(keyboard, data)
  if #keyboard.queue > 0 then
    fi.defer(ev.vcpu or 0, function()
      press(keyboard)
    end)
  end
  return keyboard.clean and data & ~DR_FE or nil
end

local function plug_in(keyboard)
  local path = keyboard.port.device
  local quiet <const> = {_internal = true, _quiet = true, name = "fi.console.type"}
  keyboard.queue = "" -- of a scenario that was loaded again
  keyboard.hooks = {
    fi.on_mmio_read({path, offset = UARTDR}, quiet, function(ev)
      return read_data(keyboard, ev)
    end),
    fi.on_mmio_read({path, offset = UARTRSR}, quiet, function(ev)
      return keyboard.clean and ev.value & ~RSR_FE or nil
    end),
  }
end

local function keyboard_of(name)
  local ports = find_ports(name)
  local usable = {}
  for _, port in ipairs(ports) do
    if port.type == "pl011" then
      usable[#usable + 1] = port
    end
  end
  if #usable == 0 then
    error(("characters can be typed into a pl011 only, not into %s"):format(text_of(ports)), 0)
  elseif #usable > 1 and name == nil then
    error(("option 'device' must say into which: %s"):format(text_of(usable)), 0)
  end
  local path = usable[1].device
  keyboards[path] = keyboards[path] or {port = usable[1], queue = "", on_the_way = {}}
  return keyboards[path]
end

local function check_typing(text, opts)
  if type(text) ~= "string" then
    error(("fi.console.type: what is typed is a string, not %s"):format(type(text)), 3)
  elseif opts ~= nil and type(opts) ~= "table" then
    error(("fi.console.type: options are a table, not %s"):format(type(opts)), 3)
  end
  for key in pairs(opts or {}) do
    if key ~= "device" then
      error(("fi.console.type: unknown option '%s' (known: device)"):format(tostring(key)), 3)
    end
  end
  if opts and opts.device ~= nil and type(opts.device) ~= "string" then
    error(("fi.console.type: option 'device' is a serial port's type or QOM path, not %s")
      :format(type(opts.device)), 3)
  end
  for _, name in ipairs{"mmio", "device_fault"} do
    if not fi.has(name) then
      error(("fi.console.type: needs the capability '%s', which this QEMU lacks: %s"):format(name,
        fi.caps()[name].needs), 3)
    end
  end
  if not raw.ready() then
    error("fi.console.type: there is no machine yet; call it in a handler, e.g. of on_console", 3)
  end
end

local function type_into(text, opts)
  local keyboard = keyboard_of(opts and opts.device)
  if not keyboard.hooks or keyboard.hooks[1].state ~= "active" then
    plug_in(keyboard)
  end
  keyboard.queue = keyboard.queue .. text
  raw.note_input(keyboard.port.device, text)
  fi.defer(0, function()
    press(keyboard)
  end)
end

fi.console = {}

function fi.console.type(text, opts)
  check_typing(text, opts)
  local ok, message = pcall(type_into, text, opts)
  if not ok then
    error("fi.console.type: " .. message, 2)
  end
end

local List = {}

function List:__tostring()
  return text_of(self)
end

function fi.console.list()
  local ok, ports = pcall(all_ports)
  if not ok then
    error("fi.console.list: " .. ports, 2)
  elseif not raw.ready() then
    error("fi.console.list: there is no machine yet; call it in a handler, or in on_machine_ready", 2)
  end
  local list = setmetatable({}, List)
  for i, port in ipairs(ports) do
    list[i] = {device = port.device, type = port.type}
  end
  return list
end
