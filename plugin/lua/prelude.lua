-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the API has on top of the C bindings: tasks, logging, globals, guard rails. Runs once before the scenario, with
-- the table `fi` as its argument.

local fi = ...
local traceback = debug.traceback
local create, resume, status, running, yield =
  coroutine.create, coroutine.resume, coroutine.status, coroutine.running, coroutine.yield

-- Logging ------------------------------------------------------------------------------------------------------------

function fi.log(fmt, ...)
  fi._log(string.format(fmt, ...))
end

local to_client = fi._print

function print(...) -- luacheck: ignore
  local parts = table.pack(...)
  for i = 1, parts.n do
    parts[i] = tostring(parts[i])
  end
  local text = table.concat(parts, "\t")
  if not to_client(text) then
    fi._log(text)
  end
end

-- Tasks --------------------------------------------------------------------------------------------------------------

local WAIT = {} -- what a task yields: only waits do
local tasks = setmetatable({}, { __mode = "k" })
local replaced = fi._replaced -- by fi.reload(): what waits from then on is never resumed, and collected

local function step(co, ...)
  local ok, what, info = resume(co, ...)
  if not ok then
    tasks[co] = nil
    error(traceback(co, tostring(what)), 0)
  elseif status(co) == "dead" then
    tasks[co] = nil
    return what, info -- a task that ends with `return fi.SKIP` means it
  elseif what ~= WAIT then
    tasks[co] = nil
    error(traceback(co, "a task may only wait with wait_pc and its like, not with coroutine.yield"), 0)
  end
end

function fi.task(fn)
  if type(fn) ~= "function" then
    error("task takes a function, not " .. type(fn), 2)
  end
  local co = create(fn)
  tasks[co] = true
  step(co)
end

local function current_task(name)
  local co = running()
  if not tasks[co] then
    error(name .. " is only allowed in a task: put the code into task(function() … end)", 3)
  end
  return co
end

-- A wait is a trigger that fires once; arming it here makes a bad argument an error at the wait's own line.
local function waiter(name, register, argument_count)
  return function(...)
    local co = current_task(name)
    if replaced() then
      return yield(WAIT)
    end
    local args = table.pack(...)
    local opts = {}
    local given = args[argument_count + 1]
    if given ~= nil and type(given) ~= "table" then
      error(name .. ": options are a table, not " .. type(given), 2)
    end
    for k, v in pairs(given or {}) do
      opts[k] = v
    end
    opts.limit = nil
    if (given or {}).limit ~= nil then
      error(name .. ": a wait fires once, it has no option 'limit'", 2)
    end
    opts._internal = true
    if name ~= "wait_insns" and name ~= "wait_ns" then
      opts.limit = 1
    end
    args[argument_count + 1] = opts
    args[argument_count + 2] = function(ev)
      return step(co, ev)
    end
    local ok, err = pcall(register, table.unpack(args, 1, argument_count + 2))
    if not ok then
      error(err, 2)
    end
    return yield(WAIT)
  end
end

-- on_exception's filter may be left out; its wait is told apart by what it gets.
local function exception_waiter(name, register)
  local with_filter, without = waiter(name, register, 1), waiter(name, register, 0)
  return function(filter, opts)
    if filter == nil then
      return without(opts)
    end
    return with_filter(filter, opts)
  end
end

fi.wait_pc = waiter("wait_pc", fi.on_pc, 1)
fi.wait_read = waiter("wait_read", fi.on_read, 1)
fi.wait_write = waiter("wait_write", fi.on_write, 1)
fi.wait_exception = exception_waiter("wait_exception", fi.on_exception)
fi.wait_interrupt = exception_waiter("wait_interrupt", fi.on_interrupt)
fi.wait_sysreg_read = waiter("wait_sysreg_read", fi.on_sysreg_read, 1)
fi.wait_sysreg_write = waiter("wait_sysreg_write", fi.on_sysreg_write, 1)
fi.wait_insns = waiter("wait_insns", fi.after_insns, 1)
fi.wait_mmio_read = waiter("wait_mmio_read", fi.on_mmio_read, 1)
fi.wait_mmio_write = waiter("wait_mmio_write", fi.on_mmio_write, 1)
fi.wait_ns = waiter("wait_ns", fi.after_ns, 1)
fi.wait_console = waiter("wait_console", fi.on_console, 1)

function fi.wait(...)
  local co = current_task("wait")
  local triggers = table.pack(...)
  local done = false
  if triggers.n == 0 then
    error("wait takes triggers, e.g. wait(on_pc(\"f\", nil), on_pc(\"g\", nil))", 2)
  end
  if replaced() then
    return yield(WAIT)
  end
  for i = 1, triggers.n do
    if type(triggers[i]) ~= "userdata" or not pcall(function() return triggers[i].hits end) then
      error(("wait: argument %d is not a trigger"):format(i), 2)
    end
  end
  local live = 0
  for i = 1, triggers.n do
    local t = triggers[i]
    local armed = t:_handler(function(ev)
      if done then
        return
      end
      done = true
      for j = 1, triggers.n do
        triggers[j]:_handler(nil)
      end
      return step(co, ev, t)
    end)
    live = live + (armed and 1 or 0)
  end
  if live == 0 then
    error("wait: all of these triggers have ended", 2)
  end
  return yield(WAIT)
end

-- Random numbers: the generator was seeded by C ----------------------------------------------------------------------

fi.rng = math.random

-- Lua's own order of string keys differs from run to run. With -icount and one seed two runs have to be the same.
local rank = { number = 1, string = 2 }

local function before(a, b)
  local ra, rb = rank[type(a)], rank[type(b)]
  if ra ~= rb then
    return ra < rb
  end
  return a < b
end

function pairs(t) -- luacheck: ignore
  local meta = getmetatable(t)
  if type(meta) == "table" and meta.__pairs then
    return meta.__pairs(t)
  end
  local keys, others = {}, {}
  for k in next, t do
    local list = rank[type(k)] and keys or others
    list[#list + 1] = k
  end
  table.sort(keys, before)
  table.move(others, 1, #others, #keys + 1, keys)
  local i = 0
  return function()
    while true do
      i = i + 1
      local k = keys[i]
      if k == nil then
        return nil
      end
      local v = rawget(t, k)
      if v ~= nil then
        return k, v
      end
    end
  end, t, nil
end

-- Globals ------------------------------------------------------------------------------------------------------------

for _, name in ipairs {
  "on_pc", "on_insn", "on_read", "on_write", "on_exception", "on_interrupt", "on_vcpu_init", "on_idle", "on_resume",
  "on_sysreg_read", "on_sysreg_write", "wait_sysreg_read", "wait_sysreg_write",
  "after_insns", "on_exit", "task", "wait", "wait_pc", "wait_read", "wait_write", "wait_exception", "wait_interrupt",
  "wait_insns", "mem", "phys", "on_mmio_read", "on_mmio_write", "after_ns", "at_ns", "every_ns", "on_machine_ready",
  "wait_mmio_read", "wait_mmio_write", "wait_ns", "on_console", "wait_console", "on_reset",
} do
  _G[name] = fi[name]
end
cpu = fi.cpu() -- luacheck: ignore

-- Guard rails: not a sandbox, but what a scenario does not need and what would get around the limits. ----------------

if not fi._unsafe then
  debug = { traceback = traceback, getinfo = debug.getinfo } -- luacheck: ignore
  local load_any, loadfile_any = load, loadfile
  -- Precompiled chunks can crash the VM.
  function load(chunk, name, _, ...) -- luacheck: ignore
    return load_any(chunk, name, "t", ...)
  end
  function loadfile(name, _, ...) -- luacheck: ignore
    return loadfile_any(name, "t", ...)
  end
  function dofile(name) -- luacheck: ignore
    return assert(loadfile(name))()
  end
  package.searchers[4] = nil
  package.searchers[3] = nil
  function os.exit() -- luacheck: ignore
    error("use fi.exit(code), which lets QEMU end in order", 2)
  end
end
fi._unsafe = nil
