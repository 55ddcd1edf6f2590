-- SPDX-License-Identifier: GPL-2.0-or-later
-- What is offered for a text that is being typed; at the end on no vCPU, as the socket does.
--! guest: checksum
--! opt: unsafe=on
--! opt: socket={directory}/fi.sock
--! requires: mmio irq device_fault
--! stdout: checksum 0xdc92167d
--! checks: 38

local check = require "fi.check"
-- The table that the socket's requests reach; its key in the registry is nobody's business
local live
for _, value in next, debug.getregistry() do
  if type(value) == "table" and rawget(value, "complete") and rawget(value, "entries") then
    live = value
  end
end

-- `wanted`: among the matches, with - in front: not among them
local function offers(text, word, wanted)
  local reply = live.complete(text)
  local start, matches = reply.start, reply.matches
  local set = {}
  for _, m in ipairs(matches) do
    set[m] = true
  end
  local wrong = {}
  if text:sub(start + 1) ~= word then
    wrong[1] = "completes " .. text:sub(start + 1)
  end
  for name in wanted:gmatch("%S+") do
    local no = name:sub(1, 1) == "-"
    if (set[no and name:sub(2) or name] or false) == no then
      wrong[#wrong + 1] = name
    end
  end
  check.eq(table.concat(wrong, " "), "", text)
end

local function nothing(text)
  local matches = live.complete(text).matches
  check.eq(table.concat(matches, " "), "", text)
end

local touched = 0
local function touch()
  touched = touched + 1
end
rawset(_G, "trap", setmetatable({plain = 1}, {__index = touch, __pairs = touch}))
rawset(_G, "handle", on_pc("checksum_done", nil))
rawset(_G, "count", fi.counter("c"))

on_pc("checksum", {limit = 1}, function()
  offers("on_p", "on_p", "on_pc -on_read")
  offers("x = fi.", "", "on_pc device irq exit -_live -_log")
  offers("fi.irq.su", "su", "suppress -set")
  offers("fi.symbols.", "", "at find range")
  offers("if tr", "tr", "trap true")
  offers("string.f", "f", "format find")
  offers("trap.", "", "plain")
  offers("trap.none.", "", "-plain")
  check.eq(touched, 0, "metamethods that ran")
  offers("handle.", "", "hits fired name -remove")
  offers("handle:", "", "remove disable enable -hits")
  offers("count:", "", "sum value ge -remove")
  offers("t:re", "re", "remove reset")
  offers("ev.pa", "pa", "paddr")
  offers("cpu.x", "x", "x0 x30 -sp")
  offers("fi.cpu(0).CPS", "CPS", "cpsr")
  offers("cpu['esr_e", "esr_e", "ESR_EL1")
  offers('cpu:read("x', "x", "x0")
  offers("cpu:", "", "read write bytes -x0")
  offers("mem.", "", "u8 i64 -read")
  offers("mem:", "", "read write -u8")
  offers('on_pc("check', "check", "checksum checksum_add -buffer")
  offers('on_pc"check', "check", "checksum")
  offers('on_read({"buf', "buf", "buffer")
  offers('mem.u32["buf', "buf", "buffer")
  offers('on_mmio_read("pl0', "pl0", "pl011 pl031 -cortex-a53-arm-cpu")
  offers('on_mmio_write({"pl0', "pl0", "pl011")
  offers('fi.irq.set{line = 1, device = "pl06', "pl06", "pl061")
  offers('fi.irq.set{', "", "spi device -rate")
  offers('fi.irq.pulse{spi = 33, ', "", "rate count vcpu")
  offers('fi.exception.serror{', "", "iss virtual -far")
  offers('fi.device.fault("pl0', "pl0", "pl011")
  offers('fi.device.fault("pl011", "', "", "framing")
  offers('on_pc("f(", {af', "af", "after")
  offers('after_ns(1, {', "", "vcpu name -after")
  offers('fi.has("mm', "mm", "mmio -irq")
  nothing("-- on_p")
  nothing("x = [[ on_p")
end)
