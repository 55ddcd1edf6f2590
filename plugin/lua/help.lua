-- SPDX-License-Identifier: GPL-2.0-or-later
-- Help on every name of the API: what `?name` shows, and what completion knows of things that it must not look into.
-- Runs with the table `fi` and the table `live`, in which it leaves `entries`, `events` and `help`. tools/apidoc.lua
-- makes of the same data the annotations for editors (scripts/stdlib/meta/fi.lua) and the reference in docs/lua-api.md.
--
-- An entry is {name, signature, text, example}, and has a type, from the table at the end. Names: "on_pc" for what is a
-- global as well, "fi.exit", and "trigger:remove", "trigger.hits", "counter:sum", "ev.pc", "option.after", "irq.spi"
-- (a key) for members of things.

local live = select(2, ...)
local entries = {}
live.entries = entries

local title

local function section(text)
  title = text
end

local function entry(e)
  entries[#entries + 1] = {name = e[1], signature = e[2], text = e[3], example = e[4], of = e.of, section = title}
end

-- Triggers -----------------------------------------------------------------------------------------------------------

section "Triggers"

local HANDLER = "Context: load, handler, task. Returns a trigger."

entry{"on_pc", "on_pc(where, [opts,] fn)", [[
Runs fn(ev) before the instruction at `where` executes. where: an address, "symbol", "symbol+0x10", or a range:
{lo, hi}, {where, size = n}, or {symbol}: all of that function.
fn may return fi.SKIP or fi.RETRY, or write cpu.pc (capability set_pc).
]] .. HANDLER, 'on_pc("checksum", {after = 2, limit = 1}, function() cpu.x0 = cpu.x0 ~ 4 end)'}
entry{"on_insn", "on_insn({mask=, value=}, [opts,] fn)", [[
Runs fn(ev) before an instruction whose opcode & mask == value executes; results as for on_pc.
A 4-byte Thumb instruction has its first halfword in bits 31:16.
]] .. HANDLER, "on_insn({mask = 0xffe0001f, value = 0xd4000001}, function(ev) print(ev.pc) end) -- SVC"}
entry{"on_read", "on_read(where, [opts,] fn)", [[
Runs fn(ev) after a load from `where`, by vaddr, or by paddr with {phys = true}; a symbol means all bytes of its object.
Accesses of devices' DMA are not seen.
]] .. HANDLER, 'on_read("buffer", {limit = 1}, function(ev) print(ev.addr, ev.value) end)'}
entry{"on_write", "on_write(where, [opts,] fn)", [[
Runs fn(ev) after a store to `where`, by vaddr, or by paddr with {phys = true}; a symbol means all bytes of its object.
mem may change in the handler what has just been stored.
]] .. HANDLER, 'on_write("total", {size = 4}, function(ev) mem.u32[ev.addr] = ev.value ~ 1 end)'}
entry{"on_sysreg_read", "on_sysreg_read(reg, [opts,] fn)", [[
Runs fn(ev) before an MRS that reads `reg` executes (AArch64). An integer from fn is what the guest gets; nothing: it
executes.
reg: the architecture's name, "S3_0_C1_C0_0", or {op0=, op1=, crn=, crm=, op2=}.
]] .. HANDLER, 'on_sysreg_read("CNTVCT_EL0", function() return 0x1000 end)'}
entry{"on_sysreg_write", "on_sysreg_write(reg, [opts,] fn)", [[
Runs fn(ev) before an MSR that writes `reg` executes (AArch64). fn returns an integer to be written instead, fi.DROP,
or nothing.
reg as for on_sysreg_read, or a PSTATE field such as "DAIFSet".
]] .. HANDLER, 'on_sysreg_write("SCTLR_EL1", function(ev) return ev.value & ~4 end)'}
entry{"on_exception", "on_exception([filter,] [opts,] fn)", [[
Runs fn(ev) when a synchronous exception was taken, before its handler's first instruction (capability discontinuity).
filter: a name ("svc", "data_abort", ...), or a table of name, ec, number, from.
]] .. HANDLER, 'on_exception("data_abort", function(ev) print(ev.far) end)'}
entry{"on_interrupt", "on_interrupt([filter,] [opts,] fn)", [[
Runs fn(ev) when an interrupt was taken, before its handler's first instruction (capability discontinuity).
filter: "irq", "fiq", "serror", or a table as for on_exception.
]] .. HANDLER, 'on_interrupt("irq", {every = 100}, function(ev) print(ev.from_pc) end)'}
entry{"on_vcpu_init", "on_vcpu_init([opts,] fn)", [[
Runs fn(ev) when a vCPU is about to execute its first instruction.
Cores that are off (PSCI) come when they are switched on.
]] .. HANDLER, "on_vcpu_init(function(ev) print(ev.vcpu) end)"}
entry{"on_idle", "on_idle([opts,] fn)", [[
Runs fn(ev) when a vCPU halts (WFI), on that vCPU: registers and memory can be reached.
]] .. HANDLER, "on_idle({vcpu = 0, limit = 1}, function() print(cpu.pc) end)"}
entry{"on_resume", "on_resume([opts,] fn)", [[
Runs fn(ev) when a halted vCPU goes on.
]] .. HANDLER, "on_resume(function(ev) print(ev.vcpu) end)"}
entry{"after_insns", "after_insns(n, [opts,] fn)", [[
Runs fn(ev) once, n instructions after it was armed, on one vCPU (opts.vcpu, default: the handler's own, else 0).
It runs before the next instruction.
]] .. HANDLER, "after_insns(1000000, function() cpu.x1 = 0 end)"}
entry{"on_mmio_read", "on_mmio_read(where, [opts,] fn)", [[
Runs fn(ev) when a device is about to be read. fn returns an integer to answer, fi.BUS_ERROR, or nothing: the device
answers.
where: a paddr, {lo, hi}, {paddr, size = n}, a device's type, QOM path or memory region, or {device, offset =, size =}.
Capability mmio; without it reads are overridden after the fact, see docs/lua-api.md.
]] .. HANDLER, "on_mmio_read(0x09010000, function(ev) return ev.value | 1 end)"}
entry{"on_mmio_write", "on_mmio_write(where, [opts,] fn)", [[
Runs fn(ev) when a device is about to be written. fn returns an integer to be written instead, fi.DROP, fi.BUS_ERROR
or nothing.
where as for on_mmio_read. Results need the capability mmio.
]] .. HANDLER, 'on_mmio_write("pl061", function() return fi.DROP end)'}
entry{"after_ns", "after_ns(ns, [opts,] fn)", [[
Runs fn(ev) once, ns nanoseconds of guest virtual time from now, on a vCPU (opts.vcpu, default 0), also a halted one.
Capability timers. ]] .. HANDLER, "after_ns(1000000, function() fi.irq.pulse{spi = 33} end)"}
entry{"at_ns", "at_ns(ns, [opts,] fn)", [[
Runs fn(ev) once, at that guest virtual time in ns; a time of the past is an error.
Capability timers. ]] .. HANDLER, "at_ns(5000000, function(ev) print(ev.deadline) end)"}
entry{"every_ns", "every_ns(ns, [opts,] fn)", [[
Runs fn(ev) every ns nanoseconds of guest virtual time, first one period from now; {limit = n} ends it.
Capability timers. ]] .. HANDLER, "every_ns(1000000, {limit = 10}, function() cpu.x0 = 0 end)"}
entry{"on_console", "on_console(pattern, [opts,] fn)", [[
Runs fn(ev) right behind the character with which a line of the guest's console matches the Lua pattern; once a line.
The line need not be complete (a prompt); whole = true waits for its end. ev.line, ev.captures, ev.complete, ev.device.
opts: after, every, limit, name, device, plain, whole. Capability mmio, or {device = paddr of the register}.
]] .. HANDLER, 'on_console("^Kernel panic", {whole = true}, function(ev) fi.exit(2, ev.line) end)'}
entry{"on_machine_ready", "on_machine_ready(fn)", [[
Runs fn(ev) when all devices exist and no instruction has executed; there is no vCPU yet.
Context: load. Capability vcpu_work.]], "on_machine_ready(function() print(fi.device.list()) end)"}
entry{"on_reset", "on_reset([opts,] fn)", [[
Runs fn(ev) when the machine is reset, by the guest, a watchdog or QEMU's monitor; not when it starts.
No vCPU executes, and the devices are in the middle of it; fi.defer(0, fn) is for before the first instruction.
opts: after, every, limit, name. Capability reset. Context: load, handler, task.]],
  'on_reset(function(ev) fi.log("reset %d", ev.hits) end)'}
entry{"on_exit", "on_exit(fn)", [[
Runs fn(ev) when QEMU ends; nothing of the guest can be read any more. ev.code, ev.reason say why.
fi.exit changes the status there. Context: load, handler, task.]], "on_exit(function(ev) print(ev.reason) end)"}

-- Tasks --------------------------------------------------------------------------------------------------------------

section "Tasks"

local TASK = "Context: task. Returns the event; opts as for the trigger, without limit."

entry{"task", "task(fn)", [[
Runs fn as a coroutine, at once, up to its first wait: a chain of events as straight code.
Context: load, handler, task.]], 'task(function() wait_pc("main"); wait_ns(1000); cpu.x0 = 1 end)'}
for _, w in ipairs{
  {"wait_pc", "where", "the instruction at `where` is about to execute", 'wait_pc("main")'},
  {"wait_read", "where", "a load from `where`", 'wait_read("buffer")'},
  {"wait_write", "where", "a store to `where`", 'wait_write("buffer")'},
  {"wait_exception", "[filter]", "a synchronous exception", 'wait_exception("svc")'},
  {"wait_interrupt", "[filter]", "an interrupt", 'wait_interrupt("irq")'},
  {"wait_sysreg_read", "reg", "an MRS of `reg`", 'wait_sysreg_read("CNTVCT_EL0")'},
  {"wait_sysreg_write", "reg", "an MSR to `reg`", 'wait_sysreg_write("VBAR_EL1")'},
  {"wait_mmio_read", "where", "a read of a device", 'wait_mmio_read("pl011")'},
  {"wait_mmio_write", "where", "a write to a device", 'wait_mmio_write("pl011")'},
  {"wait_insns", "n", "n instructions have executed on the vCPU", "wait_insns(1000)"},
  {"wait_console", "pattern", "a line of the guest's console matches", 'wait_console("login:")'},
  {"wait_ns", "ns", "ns nanoseconds of guest virtual time have passed", "wait_ns(1000000)"},
} do
  entry{w[1], ("ev = %s(%s [, opts])"):format(w[1], w[2]),
    ("Goes on in the handler of a one-shot trigger: %s.\n%s"):format(w[3], TASK),
    "task(function() " .. w[4] .. " fi.log('here') end)"}
end
entry{"wait", "ev, t = wait(t1, t2, ...)", [[
Goes on when any of these triggers fires, which are made with a nil handler.
Context: task. Returns the event and the trigger.]], 'wait(on_pc("f", nil), after_ns(1000000, nil))'}

-- Results of handlers ------------------------------------------------------------------------------------------------

section "Results of handlers"

entry{"fi.SKIP", "return fi.SKIP", "Result of on_pc and on_insn: the instruction does not execute.\nCapability set_pc.",
  'on_pc("check", function() return fi.SKIP end)'}
entry{"fi.RETRY", "return fi.RETRY",
  "Result of on_pc and on_insn: the instruction is fetched and decoded anew,\n" ..
    "as the handler has changed the code. Capability set_pc.",
  'on_pc("f", {limit = 1}, function(ev) mem.u32[ev.pc] = 0xd503201f; return fi.RETRY end)'}
entry{"fi.DROP", "return fi.DROP",
  "Result of on_mmio_write and on_sysreg_write: nothing is written.\nThe guest does not notice.",
  'on_mmio_write("pl061", function() return fi.DROP end)'}
entry{"fi.BUS_ERROR", "return fi.BUS_ERROR",
  "Result of on_mmio_read and on_mmio_write: the access fails,\nand an instruction takes a synchronous external abort.",
  'on_mmio_read("pl061", {limit = 1}, function() return fi.BUS_ERROR end)'}

-- Triggers' handles --------------------------------------------------------------------------------------------------

section "Handles of triggers"

for _, m in ipairs{
  {"trigger:remove", "t:remove()", "Ends the trigger for good; may be repeated.\nContext: any.", "t:remove()"},
  {"trigger:disable", "t:disable()", "No hits until t:enable().\nContext: any.", "t:disable()"},
  {"trigger:enable", "t:enable()", "Undoes t:disable(). An error if the trigger has ended.\nContext: any.",
    "t:enable()"},
  {"trigger.hits", "t.hits",
    "Hits so far on all vCPUs: filters passed, fired or not.\nMay lag by the running translation block.",
    "print(t.hits)"},
  {"trigger.fired", "t.fired", "Firings so far: hits for which the handler ran.\nContext: any.", "print(t.fired)"},
  {"trigger.name", "t.name", "The name that the journal shows, a string.\nContext: any.", "print(t.name)"},
  {"trigger.kind", "t.kind", "What triggers it, a string as in ev.kind.\nContext: any.", "print(t.kind)"},
  {"trigger.enabled", "t.enabled", "true while it is armed: neither disabled nor ended.\nContext: any.",
    "print(t.enabled)"},
  {"trigger.errors", "t.errors",
    "Errors of its handler so far; after three it is disabled (option on_error).\nContext: any.", "print(t.errors)"},
  {"trigger.state", "t.state",
    '"active", "pending" (its map has no slide or symbols yet), "disabled", "removed" or "ended": its limit is ' ..
      "reached.\nContext: any.", "print(t.state)"},
  {"trigger.owner", "t.owner", 'Who has armed it: "scenario", or "session 3" of the socket.\nContext: any.',
    "print(t.owner)"},
  {"trigger.time_ns", "t.time_ns", "Time of the host that its handler has taken, in all, in ns.\nContext: any.",
    "print(t.time_ns)"},
  {"trigger.missed", "t.missed",
    "on_mmio_read without the capability mmio: reads that could not be overridden.\nContext: any.",
    "print(t.missed)"},
} do
  entry(m)
end

-- Options ------------------------------------------------------------------------------------------------------------

section "Options and filters"

local CODE = {"on_pc", "on_insn", "wait_pc"}
local SYSREG = {"on_sysreg_read", "on_sysreg_write", "wait_sysreg_read", "wait_sysreg_write"}
local MEMORY = {"on_read", "on_write", "wait_read", "wait_write"}
local MMIO = {"on_mmio_read", "on_mmio_write", "wait_mmio_read", "wait_mmio_write"}
local EXCEPTION = {"on_exception", "on_interrupt", "wait_exception", "wait_interrupt"}
local VCPU = {"on_vcpu_init", "on_idle", "on_resume"}
local CONSOLE = {"on_console", "wait_console"}
local RESET = {"on_reset"}
local TIMER = {"after_ns", "at_ns", "every_ns", "wait_ns"}
local INSNS = {"after_insns", "wait_insns"}

local function all_of(...)
  local set = {}
  for _, list in ipairs{...} do
    for _, name in ipairs(list) do
      set[name] = true
    end
  end
  return set
end

local function counting(...)
  return all_of(CODE, SYSREG, MEMORY, MMIO, EXCEPTION, VCPU, ...)
end

entry{"option.vcpu", "{vcpu = n}",
  "Only on vCPU n; for timers and after_insns: where the handler runs.\n" ..
    "For all triggers but on_exit, on_machine_ready, on_reset.",
  'on_pc("f", {vcpu = 1}, print)', of = counting(TIMER, INSNS)}
entry{"option.asid", "{asid = n}",
  "Only while the address space with this ASID is in use (AArch64: in TTBR1_EL1 if TCR_EL1.A1, else TTBR0_EL1).\n" ..
    "It tells one process's addresses from another's; with el = 0, what the process itself executes.",
  'on_pc(0x400580, {el = 0, asid = 5}, print)', of = all_of(CODE, SYSREG, MEMORY)}
entry{"option.ttbr", "{ttbr = n}",
  "Only while TTBR0_EL1 has this table (AArch64).\n" ..
    "ASID and CnP do not matter, so a value of cpu.ttbr0_el1 will do.",
  'on_pc(0x400580, {el = 0, ttbr = 0x41234000}, print)', of = all_of(CODE, SYSREG, MEMORY)}
entry{"option.el", "{el = n}",
  "Only at exception level n: AArch64 0 to 3; AArch32 0 is User mode; M-profile 0 is unprivileged.\n" ..
    "For exceptions: the level that takes it.",
  'on_pc("f", {el = 0}, print)', of = all_of(CODE, SYSREG, MEMORY, MMIO, EXCEPTION)}
entry{"option.after", "{after = n}",
  "Ignore the first n hits (on each vCPU, unless total).\nNot for timers, after_insns, on_exit, on_machine_ready.",
  'on_pc("f", {after = 10}, print)', of = counting(CONSOLE, RESET)}
entry{"option.every", "{every = n}",
  "Of the hits behind `after`, fire on the first and then on every n-th.\n" ..
    "Not for timers, after_insns, on_exit, on_machine_ready.",
  'on_pc("f", {every = 100}, print)', of = counting(CONSOLE, RESET)}
entry{"option.limit", "{limit = n}",
  "Fire at most n times in all, then the trigger ends.\nFor what has `after`, and for every_ns.",
  'on_pc("f", {limit = 1}, print)', of = counting(CONSOLE, RESET, {"every_ns"})}
entry{"option.total", "{total = true}", "Count `after` and `every` over all vCPUs together.\nContradicts vcpu.",
  'on_pc("f", {total = true, every = 10}, print)', of = counting()}
entry{"option.when", "{when = condition}",
  "Only while a counter's condition holds, on the vCPU's own value.\nEvaluated in generated code.",
  'on_pc("f", {when = fi.counter("c"):ge(1000)}, print)', of = counting()}
entry{"option.value", "{value = v}",
  "Only when data & mask == value & mask, up to 8 bytes.\nFor on_mmio_read the device is read to find out.",
  'on_write("total", {value = 0}, print)', of = all_of(MEMORY, MMIO, {"on_sysreg_write", "wait_sysreg_write"})}
entry{"option.mask", "{value = v, mask = m}",
  "The bits of the data that `value` is compared with; default: all.\nNeeds value.",
  'on_write("total", {value = 1, mask = 1}, print)',
  of = all_of(MEMORY, MMIO, {"on_sysreg_write", "wait_sysreg_write"})}
entry{"option.size", "{size = n}", "Only accesses n bytes wide: 1, 2, 4, 8, 16.\nFor memory and devices.",
  'on_write("total", {size = 4}, print)', of = all_of(MEMORY, MMIO)}
entry{"option.phys", "{phys = true}", "`where` is a paddr.\nFor on_read and on_write.",
  "on_write(0x40080000, {phys = true}, print)", of = all_of(MEMORY)}
entry{"option.dma", "{dma = true}",
  "true: only accesses that no instruction makes; false: only those of instructions.\nDefault: both.",
  'on_mmio_write("pl031", {dma = true}, print)', of = all_of(MMIO)}
entry{"option.name", "{name = s}", "The name in the journal; default: made of kind and place.\nFor all triggers.",
  'on_pc("f", {name = "entry"}, print)', of = counting(TIMER, INSNS, CONSOLE, RESET, {"on_exit", "on_machine_ready"})}
entry{"option.device", "{device = s}",
  "Only this serial port: its type or QOM path, or the paddr of the register to which characters are written.\n" ..
    "Default: all that are known.", 'on_console("login:", {device = "pl011"}, print)', of = all_of(CONSOLE)}
entry{"option.plain", "{plain = true}", "The pattern is looked for as it is.\nFor on_console.",
  'on_console("[  OK  ]", {plain = true}, print)', of = all_of(CONSOLE)}
entry{"option.whole", "{whole = true}", "Only complete lines: ev.line is all of it.\nFor on_console.",
  'on_console("Oops", {whole = true}, function(ev) print(ev.line) end)', of = all_of(CONSOLE)}
entry{"filter.name", "{name = s}",
  "Filter of on_exception and on_interrupt: the exception's name.\nThe string alone means the same.",
  'on_exception({name = "svc"}, print)', of = all_of(EXCEPTION)}
entry{"filter.ec", "{ec = n}",
  "Filter of on_exception: ESR_ELx.EC, 0 to 63 (AArch64).\nOther keys must match as well.",
  "on_exception({ec = 0x25}, print)", of = all_of(EXCEPTION)}
entry{"filter.number", "{number = n}",
  "Filter of on_exception and on_interrupt: M-profile exception number.\nOther keys must match as well.",
  "on_interrupt({number = 15}, print)", of = all_of(EXCEPTION)}
entry{"filter.from", "{from = where}",
  "Filter of on_exception and on_interrupt: the address of the interrupted instruction.\nwhere as for on_pc.",
  'on_interrupt({from = "checksum"}, print)', of = all_of(EXCEPTION)}

-- The event ----------------------------------------------------------------------------------------------------------

section "The event"

for _, f in ipairs{
  {"trigger", "The trigger."}, {"kind", 'What happened, a string: "pc", "read", "mmio_write", "timer", ...'},
  {"hits", "The hit's number on this vCPU (with total: in all), from 1."},
  {"vcpu", "The vCPU's number; nil for DMA, on_exit, on_machine_ready, on_reset."},
  {"pc", "vaddr of the instruction; nil for DMA."},
  {"opcode", "The instruction's opcode; a 4-byte Thumb one has its first halfword in bits 31:16."},
  {"insn_size", "The instruction's size in bytes."},
  {"addr", "vaddr of the access; nil for DMA."}, {"paddr", "paddr of the access, nil where there is none."},
  {"size", "The access's width in bytes."},
  {"value", "The data; in on_mmio_read what the device answers, which is asked once, when this is read."},
  {"is_io", "on_read, on_write: true for device memory; nil without the capability device_info."},
  {"device", "QOM path of the device (on_mmio_..., on_console), or its name (on_read, on_write)."},
  {"region", "on_mmio_...: name of the device's memory region."},
  {"offset", "on_mmio_...: offset in the device's memory region, in bytes."},
  {"dma", "on_mmio_...: true if no instruction makes the access."},
  {"deadline", "Timers: the guest virtual time for which it was set, in ns."},
  {"rt", "on_sysreg_...: number of the general register; 31: XZR; nil for MSR (immediate)."},
  {"op0", "on_sysreg_...: op0 of the encoding."}, {"op1", "on_sysreg_...: op1 of the encoding."},
  {"crn", "on_sysreg_...: CRn of the encoding."}, {"crm", "on_sysreg_...: CRm of the encoding."},
  {"op2", "on_sysreg_...: op2 of the encoding."},
  {"from_pc", "on_exception, on_interrupt: address of the interrupted instruction."},
  {"to_pc", "on_exception, on_interrupt: first instruction of the guest's handler."},
  {"name", "Name of the exception, or of the system register."},
  {"ec", "on_exception (AArch64): ESR_ELx.EC."}, {"esr", "on_exception (AArch64): ESR_ELx of the level that takes it."},
  {"far", "on_exception (AArch64): FAR_ELx of the level that takes it."},
  {"number", "on_exception, on_interrupt (M-profile): exception number."},
  {"el", "on_exception, on_interrupt: the level that takes it."},
  {"line", "on_console: the line, or what there is of it."},
  {"captures", "on_console: list of the pattern's captures."},
  {"complete", "on_console: true if the line has ended."},
  {"code", "on_exit: QEMU's exit status."}, {"reason", 'on_exit: why QEMU ends: "guest", "fi.exit", "signal", ...'},
} do
  entry{"ev." .. f[1], "ev." .. f[1], f[2] .. "\nValid only while the handler runs; nil where it does not apply.",
    'on_pc("main", function(ev) print(ev.' .. f[1] .. ") end)"}
end

-- Counters -----------------------------------------------------------------------------------------------------------

section "Counters"

entry{"fi.counter", 'c = fi.counter("name")',
  "A counter with a value for each vCPU; the same name gives the same counter.\nContext: any.",
  'c = fi.counter("calls")'}
entry{"counter:count_pc", "c:count_pc(where)",
  "Counts each execution there in generated code, without Lua; may be called repeatedly.\n" ..
    "Context: load, handler, task.",
  'fi.counter("calls"):count_pc("f")'}
entry{"counter:add", "c:add(n)", "Adds n on the current vCPU.\nContext: handler, task.", 'fi.counter("calls"):add(1)'}
entry{"counter:value", "c:value([vcpu])", "One vCPU's value; default: the current one.\nContext: any, with a number.",
  'print(fi.counter("calls"):value(0))'}
entry{"counter:sum", "c:sum()", "The sum over all vCPUs.\nContext: any.", 'print(fi.counter("calls"):sum())'}
entry{"counter:reset", "c:reset()", "Sets the counter to 0 on all vCPUs.\nContext: any.", 'fi.counter("calls"):reset()'}
for _, c in ipairs{{"ge", ">="}, {"gt", ">"}, {"le", "<="}, {"lt", "<"}, {"eq", "=="}, {"ne", "~="}} do
  local name, sign = table.unpack(c)
  entry{"counter:" .. name, ("c:%s(n)"):format(name),
    ("A condition for opts.when: the vCPU's own value %s n.\nContext: any."):format(sign),
    ('on_pc("f", {when = fi.counter("calls"):%s(1000)}, print)'):format(name)}
end

-- State --------------------------------------------------------------------------------------------------------------

section "Registers and memory"

entry{"cpu", 'cpu.NAME, cpu["NAME"]', [[
Registers of the current vCPU, the one whose event is handled: read, or assign. Up to 64 bits an integer, wider ones
a string.
Names as in QEMU's gdb description, without regard to case: x0, sp, pc, cpsr, v0, ESR_EL1; aliases w0, lr, d0, pstate.
Context: handler, task.]], "cpu.x0 = cpu.x0 ~ (1 << 3)"}
entry{"fi.cpu", "fi.cpu([n])",
  "Registers of the current vCPU, as cpu; with a number: of vCPU n, while it is the current one.\n" ..
    "Context: any; its registers: handler, task.",
  "print(fi.cpu(0).pc)"}
entry{"cpu:read", "cpu:read(name)", "The same as cpu[name], for names such as \"read\".\nContext: handler, task.",
  'print(cpu:read("x0"))'}
entry{"cpu:write", "cpu:write(name, v [, info])",
  "The same as cpu[name] = v; info, a table, goes into the journal.\nContext: handler, task.",
  'cpu:write("x0", 1, {model = "stuck-at-1"})'}
entry{"cpu:bytes", "cpu:bytes(name)",
  "A register as a little-endian string, whatever its width.\nContext: handler, task.", 'print(#cpu:bytes("v0"))'}
entry{"cpu:names", "cpu:names()", "List of all register names that QEMU knows on this vCPU.\nContext: handler, task.",
  "print(#cpu:names())"}
entry{"cpu:size", "cpu:size(name)", "A register's size in bytes.\nContext: handler, task.", 'print(cpu:size("x0"))'}
entry{"cpu:writable", "cpu:writable(name)",
  "false for a register that cannot be written here.\nContext: handler, task.", 'print(cpu:writable("MIDR_EL1"))'}
entry{"cpu.index", "cpu.index", "The vCPU's number.\nContext: handler, task.", "print(cpu.index)"}
entry{"mem", "mem.u32[addr], mem:read(addr, len)",
  "Guest memory by vaddr, through the current vCPU's translation; addr is an integer or a symbol.\n" ..
    "In the guest's byte order. Context: handler, task.",
  "mem.u32[0x40100000] = 0"}
entry{"phys", "phys.u32[addr], phys:read(addr, len)",
  "Guest memory by paddr, RAM and devices; addr is an integer or a symbol.\n" ..
    "In the guest's byte order. Context: handler, task.",
  "print(phys.u32[0x09010000])"}
for _, m in ipairs{"mem", "phys"} do
  local what = m == "mem" and "vaddr" or "paddr"
  for _, w in ipairs{8, 16, 32, 64} do
    entry{("%s.u%d"):format(m, w), ("%s.u%d[addr]"):format(m, w),
      ("Unsigned integer of %d bits at a %s: read, or assign.\nContext: handler, task."):format(w, what),
      ("%s.u%d[0x40100000] = 1"):format(m, w)}
    entry{("%s.i%d"):format(m, w), ("%s.i%d[addr]"):format(m, w),
      ("Signed integer of %d bits at a %s: read, or assign.\nContext: handler, task."):format(w, what),
      ("%s.i%d[0x40100000] = -1"):format(m, w)}
  end
  entry{m .. ":read", m .. ":read(addr, len)",
    ("len bytes at a %s, as a string.\nContext: handler, task."):format(what), m .. ":read(0x40100000, 16)"}
  entry{m .. ":write", m .. ":write(addr, bytes [, info])",
    ("Stores a string at a %s; info, a table, goes into the journal.\nContext: handler, task."):format(what),
    m .. ':write(0x40100000, "\\0\\0")'}
end
entry{"fi.defer", "fi.defer(vcpu, fn)",
  "Runs fn on that vCPU: the way to another vCPU's registers. A halted one is woken for it.\n" ..
    "Context: handler, task, access, DMA, ready.",
  "fi.defer(1, function() cpu.x0 = 0 end)"}
entry{"fi.skip", "fi.skip()",
  "The same as returning fi.SKIP, for tasks.\nContext: handler or task resumed by on_pc, on_insn.",
  'task(function() wait_pc("f"); fi.skip() end)'}

-- Hardware -----------------------------------------------------------------------------------------------------------

section "Interrupts, exceptions, devices"

local IRQ = "The table names one interrupt by its INTID: {spi =}, {ppi =, vcpu =}, {sgi =, vcpu =}, {irq =}, " ..
  "or {device =, line =, name =}."
local IRQ_AT = "\nContext: handler, task, ready."
local irq_functions = {}

for _, f in ipairs{
  {"set", "Raises an interrupt's input, until fi.irq.clear or its device drives it.", IRQ_AT},
  {"clear", "Lowers an interrupt's input.", IRQ_AT},
  {"pulse", "Raises and lowers an interrupt's input at once; {rate = Hz, count = n}: a storm, which is returned.",
    IRQ_AT},
  {"suppress", "What its device does no longer reaches the input; set, clear and pulse do.",
    "\nContext: load, handler, task, ready."},
  {"restore", "The end of fi.irq.suppress: the input takes the level that its device drives.",
    "\nContext: load, handler, task, ready."},
} do
  irq_functions[#irq_functions + 1] = "fi.irq." .. f[1]
  entry{"fi.irq." .. f[1], ("fi.irq.%s{...}"):format(f[1]), f[2] .. "\n" .. IRQ .. f[3],
    ("fi.irq.%s{spi = 33}"):format(f[1])}
end
entry{"fi.irq.list", "fi.irq.list()",
  "List of all inputs: {device =, type =, name =, lines =}, by path.\nContext: handler, task, ready.",
  "for _, i in ipairs(fi.irq.list()) do print(i.device, i.lines) end"}
entry{"fi.irq.gic", "fi.irq.gic{dist = paddr, redist = paddr}",
  "Where the interrupt controller's registers are, if not as on QEMU's virt machine.\nContext: any but exit.",
  "fi.irq.gic{dist = 0x08000000, redist = 0x080a0000}"}
for _, k in ipairs{
  {"spi", "INTID of a shared peripheral interrupt, 32 to 1019."}, {"ppi",
    "INTID of a private peripheral interrupt, 16 to 31; of vCPU `vcpu`."},
  {"sgi", "INTID of a software generated interrupt, 0 to 15; pending for vCPU `vcpu`."},
  {"irq", "External interrupt of an M-profile NVIC, from 0."}, {"vcpu",
    "Whose PPI or SGI; default: the handler's own vCPU, else 0."},
  {"device", "The device with the input: QOM path, the end of one, or type."}, {"line",
    "Number of the input, to be given if there are several."},
  {"name", "Name of the group of inputs; default: the unnamed ones."}, {"rate",
    "fi.irq.pulse: pulses per second of virtual time, 1 to 1e9."},
  {"count", "fi.irq.pulse: number of pulses; default: no end."},
} do
  local alone = k[1] == "rate" or k[1] == "count"
  entry{"irq." .. k[1], ("{%s = ...}"):format(k[1]), k[2] .. "\nA key of the table that fi.irq's functions take.",
    "fi.irq.pulse{spi = 33, rate = 1000, count = 5}",
    of = all_of(alone and {"fi.irq.pulse"} or irq_functions)}
end
entry{"storm:stop", "s:stop()", "Ends a storm that fi.irq.pulse{rate = ...} has returned.\nContext: any.", "s:stop()"}
entry{"storm.sent", "s.sent", "Pulses sent so far by a storm.\nContext: any.", "print(s.sent)"}

local EXC = '\nBefore an instruction it is taken at once and "taken" or "pending" is returned; else it is queued.\n' ..
  "Capability exception. Context: handler, task; ready; DMA. {vcpu = n}: another vCPU."
entry{"fi.exception.serror", "fi.exception.serror{iss =, virtual =}",
  "SError. iss: ESR_ELx[24:0], default 0; virtual = true: by HCR_EL2.VSE." .. EXC, "fi.exception.serror{iss = 0x11}"}
entry{"fi.exception.external_abort", "fi.exception.external_abort{far =, fsc =, write =, insn =, ea =, async =}",
  "External abort on a data access, or with insn = true on an instruction fetch." .. EXC,
  "fi.exception.external_abort{far = 0x9010004}"}
entry{"fi.exception.undefined", "fi.exception.undefined{}", "Undefined Instruction exception." .. EXC,
  "fi.exception.undefined{}"}
entry{"fi.exception.irq", "fi.exception.irq{}",
  "An IRQ without an interrupt: the guest's handler finds none to acknowledge." .. EXC, "fi.exception.irq{}"}
entry{"fi.exception.fiq", "fi.exception.fiq{}",
  "An FIQ without an interrupt: the guest's handler finds none to acknowledge." .. EXC, "fi.exception.fiq{}"}
entry{"fi.exception.raise", "fi.exception.raise(name, {...})",
  "An exception by its name, as fi.exception.list() has it." .. EXC, 'fi.exception.raise("serror", {esr_iss = 1})'}
entry{"fi.exception.list", "fi.exception.list()",
  "{[name] = {help =, params =}}: the exceptions that this CPU can take; print shows it readably.\n" ..
    "Context: handler, task, ready.",
  "print(fi.exception.list())"}
for _, k in ipairs{
  {"vcpu", "Which vCPU takes it; default: the handler's own, else 0.",
    {"serror", "external_abort", "undefined", "irq", "fiq"}},
  {"iss", "ESR_ELx[24:0], default 0.", {"serror"}}, {"virtual", "true: by HCR_EL2.VSE, with VSESR_EL2.", {"serror"}},
  {"far", "The faulting address; default: FAR_ELx is not valid.", {"external_abort"}}, {"fsc",
    "Fault status code, default 0x10.", {"external_abort"}},
  {"write", "WnR: the access was a write.", {"external_abort"}}, {"insn", "true: on an instruction fetch.",
    {"external_abort"}},
  {"ea", "ESR_ELx.EA.", {"external_abort"}}, {"async", "true: an SError with DFSC 0x11 instead.", {"external_abort"}},
} do
  local of = {}
  for _, name in ipairs(k[3]) do
    of["fi.exception." .. name] = true
  end
  entry{"exception." .. k[1], ("{%s = ...}"):format(k[1]),
    k[2] .. "\nA key of the table that fi.exception's functions take.",
    "fi.exception." .. k[3][1] .. "{" .. k[1] .. " = ...}", of = of}
end

entry{"fi.device.list", "fi.device.list()",
  "{{path =, type =, faults = {[name] = {help =, params =}}}, ...}; print shows it readably.\n" ..
    "Capability device_fault. Context: handler, task, ready.",
  "print(fi.device.list())"}
entry{"fi.device.fault", "fi.device.fault(device, fault, {params})",
  "An error that the device's model declares; fi.device.list() is the reference.\n" ..
    "Capability device_fault. Context: handler, task, ready.",
  'fi.device.fault("smmuv3", "cmdq", {error = "illegal"})'}

entry{"fi.console.type", "fi.console.type(text [, {device = s}])",
  "Types into the guest's PL011, whatever -serial is. Returns at once, the guest reads at its pace.\n" ..
    "Capabilities mmio, device_fault. Context: handler, task, ready.",
  'task(function() wait_console("login:") fi.console.type("root\\n") end)'}
entry{"fi.console.list", "list = fi.console.list()",
  "Serial ports that are known: {{device =, type =}, ...}; print(list) is readable.\n" ..
    "Capability mmio. Context: handler, task, ready.", "print(fi.console.list())"}

-- Everything else ----------------------------------------------------------------------------------------------------

section "Everything else"

for _, e in ipairs{
  {"fi.args", "fi.args.NAME", "The plugin's options arg.NAME=value, strings.\nContext: any.", "print(fi.args.bit)"},
  {"fi.seed", "fi.seed", "The seed of this run, an integer.\nContext: any.", "print(fi.seed)"},
  {"fi.rng", "fi.rng([m [, n]])",
    "Random numbers from the seed, as math.random, which is the same generator.\nContext: any.",
    "print(fi.rng(0, 31))"},
  {"fi.log", "fi.log(fmt, ...)", "string.format to stderr and the journal.\nContext: any.", 'fi.log("x0 is 0x%x", 16)'},
  {"print", "print(...)",
    "Writes its arguments: in a scenario to stderr and the journal, in a chunk of a connection to that connection.\n" ..
      "Context: any.",
    "print(fi.vcpus)"},
  {"fi.note", "fi.note(table)", "A line of kind \"note\" in the journal.\nContext: any.", 'fi.note{phase = "boot"}'},
  {"fi.exit", "fi.exit(code [, why])",
    "Ends QEMU with that status, 0 to 255, when the handler has ended.\n" ..
      "Context: any; in on_exit it changes the status.",
    'fi.exit(1, "checksum is wrong")'},
  {"fi.symbol", "addr, size, kind = fi.symbol(name)",
    "A symbol's address, size in bytes, and kind: func, object or other.\n" ..
      "An error if it is unknown, or if its map has no slide or symbols yet.\n" ..
      "\"kernel:printk\" is the one of map kernel.\nContext: any.",
    'print(fi.symbol("main"))'},
  {"fi.symbols.load", "fi.symbols.load(path, [{name=, slide=, el=, asid=, ttbr=}])",
    "Loads an ELF file, a System.map or an arm64 kernel's image as a map, and returns the map's name.\n" ..
      "A Linux kernel's slide is found out when it sets VBAR_EL1, unless slide is given.\n" ..
      "Triggers on the map's symbols have its el, asid and ttbr if they do not say otherwise.\nContext: any.",
    'fi.symbols.load("app.elf", {name = "app", el = 0})'},
  {"fi.symbols.define", "fi.symbols.define(map [, {{name=, address=, size=, kind=, global=}, ...}])",
    'Gives a map of no file its symbols, in the place of those it has; kind: "func" (default), "object", "other".\n' ..
      "Triggers on them go where they are now. Without a list the map is awaited: its triggers are pending.\n" ..
      "Context: any.",
    'fi.symbols.define("rom", {{name = "reset", address = 0, size = 64}})'},
  {"fi.symbols.slide", "fi.symbols.slide(map)",
    "What is added to the addresses of the map's file; nil if that is not known yet.\nContext: any.",
    'print(fi.symbols.slide("kernel"))'},
  {"fi.symbols.maps", "fi.symbols.maps()",
    "List of {name =, path =, symbols =, slide =, el =, asid =, ttbr =}, symbols being their number.\nContext: any.",
    "print(#fi.symbols.maps())"},
  {"fi.symbols.find", "fi.symbols.find(pattern, [map])",
    "List of the names that match the Lua pattern, in all maps or in one.\nContext: any.",
    'print(#fi.symbols.find("^on_"))'},
  {"fi.symbols.range", "fi.symbols.range(name)", "{lo, hi} of a function or object.\nContext: any.",
    'on_pc(fi.symbols.range("f"), print)'},
  {"fi.symbols.at", "fi.symbols.at(addr)", '"name+0x10" for an address, or nil.\nContext: any.',
    "print(fi.symbols.at(0x40080000))"},
  {"fi.has", "fi.has(cap)", "true if this QEMU has the capability, exactly as described.\nContext: any.",
    'print(fi.has("mmio"))'},
  {"fi.caps", "fi.caps()", "{[name] = {available =, exact =, needs =}}: needs says how to get it.\nContext: any.",
    "print(fi.caps().mmio.needs)"},
  {"fi.target", "fi.target", 'QEMU\'s target, "aarch64" or "arm", ...\nContext: any.', "print(fi.target)"},
  {"fi.vcpus", "fi.vcpus", "Number of vCPUs at start.\nContext: any.", "print(fi.vcpus)"},
  {"fi.version", "fi.version", "The plugin's version, a string.\nContext: any.", "print(fi.version)"},
  {"fi.script", "fi.script", "Path of the scenario.\nContext: any.", "print(fi.script)"},
  {"fi.now_ns", "fi.now_ns()", "Guest virtual time in ns. Capability clock.\nContext: any.", "print(fi.now_ns())"},
  {"fi.triggers", "fi.triggers()", "List of all live triggers; print shows it readably.\nContext: any.",
    "for _, t in ipairs(fi.triggers()) do print(t.name, t.hits) end"},
  {"fi.status", "fi.status()",
    "A table of what the plugin is doing: triggers, hits, costs, errors; print shows it readably.\nContext: any.",
    "print(fi.status())"},
  {"fi.reload", "fi.reload()",
    "Loads the scenario afresh and swaps it in whole; if that fails, the old one stays.\n" ..
      "Context: a chunk of a connection, handler.",
    "fi.reload()"},
  {"fi.xml.load", "fi.xml.load(document)",
    "Arms the faults of an XML document, a string; a bad one is refused whole.\nContext: load, handler.",
    "fi.xml.load('<Fault trigger=\"PC\" />')"},
  {"fi.xml.load_file", "fi.xml.load_file(path)",
    "Arms the faults of an XML file; a bad one is refused whole.\nContext: load, handler.",
    'fi.xml.load_file("faults.xml")'},
  {"fi.xml.to_lua", "fi.xml.to_lua(path)", "Prints the scenario that an XML file is equivalent to.\nContext: any.",
    'fi.xml.to_lua("faults.xml")'},
  {"fi.xml.lua_of", "fi.xml.lua_of(document)",
    "The scenario that an XML document is equivalent to, as a string.\nContext: any.",
    "print(fi.xml.lua_of('<Fault/>'))"},
} do
  entry(e)
end

-- Types --------------------------------------------------------------------------------------------------------------

-- In the notation of LuaCATS: "parameters -> results" of a function, or a value's type. `[x]` may be left out though
-- others follow, `x?` at the end. @option, @filter, @irq, @exception: a table with those of these keys that are `of`
-- the function.

local by_name = {}
for _, e in ipairs(entries) do
  by_name[e.name] = e
end

-- A wait fires once
for name in next, by_name["option.limit"].of do
  if name:find("^wait_") then
    by_name["option.limit"].of[name] = nil
  end
end

-- What kinds of event have besides trigger, kind and hits; a type differs from that of ev.NAME only where it says so.
live.events = {
  {"fi.CodeEvent", "vcpu, pc, opcode, insn_size"},
  {"fi.SysregEvent", "vcpu, pc, opcode, insn_size, name, value, rt, op0, op1, crn, crm, op2"},
  {"fi.MemoryEvent", "vcpu, pc, addr, paddr, size, value: integer|string, is_io, device: string?"},
  {"fi.MmioEvent", "vcpu: integer?, pc: integer?, addr: integer?, paddr, size, value, device, region, offset, dma"},
  {"fi.ExceptionEvent", "vcpu, from_pc, to_pc, name, ec, esr, far, number, el"},
  {"fi.VcpuEvent", "vcpu"},
  {"fi.TimerEvent", "vcpu, deadline"},
  {"fi.MachineEvent", ""},
  {"fi.ConsoleEvent", "vcpu, line, captures, complete, device"},
  {"fi.ExitEvent", "code, reason"},
}

local function types(t)
  for name, text in next, t do
    local e = by_name[name] or error("a type of what has no help: " .. name)
    e.type = text
  end
end

local function trigger(parameters, event, results)
  local handler = "fun(ev: " .. event .. ")" .. (results and ": " .. results or "")
  return parameters .. "fn: (" .. handler .. ")? -> fi.Trigger"
end

local MMIO_WHERE = "where: integer|string|fi.MmioPlace, [opts]: @option, "
local WHEN = "[opts]: @option, "
types{
  on_pc = trigger("where: fi.Where, [opts]: @option, ", "fi.CodeEvent", "fi.CodeResult?"),
  on_insn = trigger("opcode: fi.Opcode, [opts]: @option, ", "fi.CodeEvent", "fi.CodeResult?"),
  on_read = trigger("where: fi.Where, [opts]: @option, ", "fi.MemoryEvent"),
  on_write = trigger("where: fi.Where, [opts]: @option, ", "fi.MemoryEvent"),
  on_sysreg_read = trigger("reg: fi.Sysreg, [opts]: @option, ", "fi.SysregEvent", "integer?, fi.Info?"),
  on_sysreg_write = trigger("reg: fi.Sysreg, [opts]: @option, ", "fi.SysregEvent", "(integer|fi.Drop)?, fi.Info?"),
  on_exception = trigger("[filter]: string|@filter, [opts]: @option, ", "fi.ExceptionEvent"),
  on_interrupt = trigger("[filter]: string|@filter, [opts]: @option, ", "fi.ExceptionEvent"),
  on_vcpu_init = trigger(WHEN, "fi.VcpuEvent"),
  on_idle = trigger(WHEN, "fi.VcpuEvent"),
  on_resume = trigger(WHEN, "fi.VcpuEvent"),
  after_insns = trigger("n: integer, [opts]: @option, ", "fi.CodeEvent"),
  on_mmio_read = trigger(MMIO_WHERE, "fi.MmioEvent", "(integer|fi.BusError)?, fi.Info?"),
  on_mmio_write = trigger(MMIO_WHERE, "fi.MmioEvent", "(integer|fi.Drop|fi.BusError)?, fi.Info?"),
  after_ns = trigger("ns: integer, [opts]: @option, ", "fi.TimerEvent"),
  at_ns = trigger("ns: integer, [opts]: @option, ", "fi.TimerEvent"),
  every_ns = trigger("ns: integer, [opts]: @option, ", "fi.TimerEvent"),
  on_console = trigger("pattern: string|(fun(line: string): ...any), [opts]: @option, ", "fi.ConsoleEvent"),
  on_machine_ready = trigger("[opts]: @option, ", "fi.MachineEvent"),
  on_reset = trigger("[opts]: @option, ", "fi.MachineEvent"),
  on_exit = trigger("[opts]: @option, ", "fi.ExitEvent"),

  task = "fn: fun()",
  wait_pc = "where: fi.Where, opts?: @option -> fi.CodeEvent",
  wait_read = "where: fi.Where, opts?: @option -> fi.MemoryEvent",
  wait_write = "where: fi.Where, opts?: @option -> fi.MemoryEvent",
  wait_exception = "filter?: string|@filter, opts?: @option -> fi.ExceptionEvent",
  wait_interrupt = "filter?: string|@filter, opts?: @option -> fi.ExceptionEvent",
  wait_sysreg_read = "reg: fi.Sysreg, opts?: @option -> fi.SysregEvent",
  wait_sysreg_write = "reg: fi.Sysreg, opts?: @option -> fi.SysregEvent",
  wait_mmio_read = "where: integer|string|fi.MmioPlace, opts?: @option -> fi.MmioEvent",
  wait_mmio_write = "where: integer|string|fi.MmioPlace, opts?: @option -> fi.MmioEvent",
  wait_insns = "n: integer, opts?: @option -> fi.CodeEvent",
  wait_ns = "ns: integer, opts?: @option -> fi.TimerEvent",
  wait_console = "pattern: string|(fun(line: string): ...any), opts?: @option -> fi.ConsoleEvent",
  wait = "...: fi.Trigger -> fi.AnyEvent, fi.Trigger",

  ["fi.SKIP"] = "fi.CodeResult", ["fi.RETRY"] = "fi.CodeResult", ["fi.DROP"] = "fi.Drop",
  ["fi.BUS_ERROR"] = "fi.BusError",

  ["trigger:remove"] = "->", ["trigger:disable"] = "->", ["trigger:enable"] = "->",
  ["trigger.hits"] = "integer", ["trigger.fired"] = "integer", ["trigger.name"] = "string",
  ["trigger.kind"] = "string", ["trigger.enabled"] = "boolean", ["trigger.errors"] = "integer",
  ["trigger.missed"] = "integer", ["trigger.state"] = '"active"|"pending"|"disabled"|"removed"|"ended"',
  ["trigger.owner"] = "string", ["trigger.time_ns"] = "integer",

  ["option.vcpu"] = "integer", ["option.el"] = "integer", ["option.asid"] = "integer",
  ["option.ttbr"] = "integer", ["option.after"] = "integer", ["option.every"] = "integer",
  ["option.limit"] = "integer", ["option.total"] = "boolean", ["option.when"] = "fi.Condition",
  ["option.value"] = "integer", ["option.mask"] = "integer", ["option.size"] = "1|2|4|8|16",
  ["option.phys"] = "boolean", ["option.dma"] = "boolean", ["option.name"] = "string",
  ["option.device"] = "string|integer", ["option.plain"] = "boolean", ["option.whole"] = "boolean",
  ["filter.name"] = "string", ["filter.ec"] = "integer", ["filter.number"] = "integer", ["filter.from"] = "fi.Where",

  ["ev.trigger"] = "fi.Trigger", ["ev.kind"] = "string", ["ev.hits"] = "integer", ["ev.vcpu"] = "integer",
  ["ev.pc"] = "integer", ["ev.opcode"] = "integer", ["ev.insn_size"] = "integer", ["ev.addr"] = "integer",
  ["ev.paddr"] = "integer?", ["ev.size"] = "integer", ["ev.value"] = "integer?", ["ev.is_io"] = "boolean?",
  ["ev.device"] = "string", ["ev.region"] = "string", ["ev.offset"] = "integer", ["ev.dma"] = "boolean",
  ["ev.deadline"] = "integer", ["ev.rt"] = "integer?", ["ev.op0"] = "integer", ["ev.op1"] = "integer",
  ["ev.crn"] = "integer", ["ev.crm"] = "integer", ["ev.op2"] = "integer", ["ev.from_pc"] = "integer",
  ["ev.to_pc"] = "integer", ["ev.name"] = "string", ["ev.ec"] = "integer?", ["ev.esr"] = "integer?",
  ["ev.far"] = "integer?", ["ev.number"] = "integer?", ["ev.el"] = "integer", ["ev.code"] = "integer",
  ["ev.reason"] = "string", ["ev.line"] = "string", ["ev.captures"] = "any[]", ["ev.complete"] = "boolean",

  ["fi.counter"] = "name: string -> fi.Counter", ["counter:count_pc"] = "where: fi.Where",
  ["counter:add"] = "n: integer", ["counter:value"] = "vcpu?: integer -> integer", ["counter:sum"] = "-> integer",
  ["counter:reset"] = "->",

  cpu = "fi.Cpu", ["fi.cpu"] = "n?: integer -> fi.Cpu", ["cpu:read"] = "name: string -> any",
  ["cpu:write"] = "name: string, v: integer|string, info?: fi.Info", ["cpu:bytes"] = "name: string -> string",
  ["cpu:names"] = "-> string[]", ["cpu:size"] = "name: string -> integer",
  ["cpu:writable"] = "name: string -> boolean", ["cpu.index"] = "integer", mem = "fi.Memory", phys = "fi.Memory",
  ["fi.defer"] = "vcpu: integer, fn: fun()", ["fi.skip"] = "->",

  ["fi.irq.set"] = "irq: @irq", ["fi.irq.clear"] = "irq: @irq", ["fi.irq.pulse"] = "irq: @irq -> fi.Storm?",
  ["fi.irq.suppress"] = "irq: @irq", ["fi.irq.restore"] = "irq: @irq",
  ["fi.irq.list"] = "-> {device: string, type: string, name: string?, lines: integer}[]",
  ["fi.irq.gic"] = "registers: {dist: integer, redist: integer?}", ["irq.spi"] = "integer", ["irq.ppi"] = "integer",
  ["irq.sgi"] = "integer", ["irq.irq"] = "integer", ["irq.vcpu"] = "integer", ["irq.device"] = "string",
  ["irq.line"] = "integer", ["irq.name"] = "string", ["irq.rate"] = "number", ["irq.count"] = "integer",
  ["storm:stop"] = "->", ["storm.sent"] = "integer",

  ["fi.exception.raise"] = 'name: string, params?: table<string, any> -> "taken"|"pending"|nil',
  ["fi.exception.list"] = "-> table<string, fi.Declared>", ["exception.vcpu"] = "integer",
  ["exception.iss"] = "integer", ["exception.virtual"] = "boolean", ["exception.far"] = "integer",
  ["exception.fsc"] = "integer", ["exception.write"] = "boolean", ["exception.insn"] = "boolean",
  ["exception.ea"] = "boolean", ["exception.async"] = "boolean",

  ["fi.device.list"] = "-> {path: string, type: string, faults: table<string, fi.Declared>}[]",
  ["fi.device.fault"] = "device: string, fault: string, params?: table<string, any>",

  ["fi.console.type"] = "text: string, opts?: {device: string?}",
  ["fi.console.list"] = "-> {device: string, type: string}[]",

  ["fi.args"] = "table<string, string>", ["fi.seed"] = "integer", ["fi.rng"] = "m?: integer, n?: integer -> number",
  ["fi.log"] = "fmt: string, ...: any", print = "...: any", ["fi.note"] = "note: table",
  ["fi.exit"] = "code: integer, why?: string",
  ["fi.symbol"] = 'name: string -> integer, integer, "func"|"object"|"other"',
  ["fi.symbols.load"] = "path: string, options?: {name?: string, slide?: integer, el?: integer, asid?: integer, " ..
    "ttbr?: integer} -> string",
  ["fi.symbols.define"] = "map: string, symbols?: {name: string, address: integer, size?: integer, " ..
    'kind?: "func"|"object"|"other", global?: boolean}[]',
  ["fi.symbols.slide"] = "map: string -> integer?",
  ["fi.symbols.maps"] = "-> {name: string, path: string?, symbols: integer, slide: integer?, el: integer?, " ..
    "asid: integer?, ttbr: integer?}[]",
  ["fi.symbols.find"] = "pattern: string, map?: string -> string[]",
  ["fi.symbols.range"] = "name: string -> {[1]: integer, [2]: integer}",
  ["fi.symbols.at"] = "addr: integer -> string?", ["fi.has"] = "cap: string -> boolean",
  ["fi.caps"] = "-> table<string, {available: boolean, exact: boolean, needs: string}>", ["fi.target"] = "string",
  ["fi.vcpus"] = "integer", ["fi.version"] = "string", ["fi.script"] = "string?", ["fi.now_ns"] = "-> integer",
  ["fi.triggers"] = "-> fi.Trigger[]", ["fi.status"] = "-> table<string, any>", ["fi.reload"] = "-> integer",
  ["fi.xml.load"] = "document: string, name?: string -> fi.Trigger[]",
  ["fi.xml.load_file"] = "path: string -> fi.Trigger[]", ["fi.xml.to_lua"] = "path: string",
  ["fi.xml.lua_of"] = "document: string, name?: string -> string",
}
for _, name in ipairs{"ge", "gt", "le", "lt", "eq", "ne"} do
  types{["counter:" .. name] = "n: integer -> fi.Condition"}
end
for _, name in ipairs{"serror", "external_abort", "undefined", "irq", "fiq"} do
  types{["fi.exception." .. name] = 'params: @exception -> "taken"|"pending"|nil'}
end
for _, m in ipairs{"mem", "phys"} do
  types{
    [m .. ":read"] = "addr: integer|string, len: integer -> string",
    [m .. ":write"] = "addr: integer|string, bytes: string, info?: fi.Info",
  }
  for _, w in ipairs{8, 16, 32, 64} do
    types{
      [("%s.u%d"):format(m, w)] = "table<integer|string, integer>",
      [("%s.i%d"):format(m, w)] = "table<integer|string, integer>",
    }
  end
end

-- Looking things up --------------------------------------------------------------------------------------------------

local COLUMNS = 4

local function listing()
  local names, lines = {}, {"?name shows help on one of these:"}
  for i, e in ipairs(entries) do
    names[i] = e.name
  end
  table.sort(names)
  local rows = math.ceil(#names / COLUMNS)
  for row = 1, rows do
    local cells = {}
    for i = row, #names, rows do
      cells[#cells + 1] = ("%-30s"):format(names[i])
    end
    lines[#lines + 1] = (table.concat(cells):gsub("%s+$", ""))
  end
  return table.concat(lines, "\n")
end

local function text_of(e)
  return ("%s\n%s\n  %s"):format(e.signature, e.text, e.example)
end

-- What people write for things: t:remove, c:sum, fi.on_pc, fi.mem.u8, on_pc(
local SHORT = {
  ["^t([.:])"] = "trigger%1", ["^c([.:])"] = "counter%1", ["^s([.:])"] = "storm%1", ["^fi%.cpu%(.-%)([.:])"] = "cpu%1",
}

local function canonical(name)
  name = name:gsub("%s+", ""):gsub("%(%)?$", "")
  for pattern, full in next, SHORT do
    name = name:gsub(pattern, full)
  end
  if not by_name[name] and by_name[name:gsub("^fi%.", "")] then
    name = name:gsub("^fi%.", "")
  elseif not by_name[name] and by_name["fi." .. name] then
    name = "fi." .. name
  end
  return name
end

-- Entries whose last part is `name`, for `?remove`.
local function by_last_part(name)
  local found = {}
  for _, e in ipairs(entries) do
    if e.name:match("[^.:]+$") == name then
      found[#found + 1] = e
    end
  end
  return found
end

local function near(name)
  local found, part = {}, name:match("[^.:]*$"):lower()
  for _, e in ipairs(entries) do
    local candidate = e.name:lower()
    if #part >= 2 and #found < 8 and (candidate:find(part, 1, true) or candidate:find(part:sub(1, -2), 1, true)) then
      found[#found + 1] = e.name
    end
  end
  return found
end

-- Text, or nil and a list of near names.
local function help(name)
  if name == "" then
    return listing()
  end
  local wanted = canonical(name)
  if by_name[wanted] then
    return text_of(by_name[wanted])
  end
  local found = by_last_part(wanted)
  if #found == 0 then
    return nil, near(wanted)
  end
  local texts = {}
  for i, e in ipairs(found) do
    texts[i] = e.name .. ": " .. text_of(e)
  end
  return table.concat(texts, "\n")
end

-- The operation of docs/protocol.md
function live.help(name)
  local text, names = help(name or "")
  if not text then
    local hint = #names > 0 and "near names: " .. table.concat(names, ", ") or "? alone lists what there is"
    error(("there is no help on '%s'; %s"):format(name, hint), 0)
  end
  return {text = text}, text
end
