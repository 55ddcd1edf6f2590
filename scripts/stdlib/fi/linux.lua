-- SPDX-License-Identifier: MIT
--
-- fi.linux: what a Linux kernel says of itself when something is wrong, read from its console or its memory; and its
-- modules. Described in docs/stdlib.md.
--
--     local linux = require "fi.linux"
--     linux.on("panic", function(ev) fi.exit(1, ev.message) end)

local klog = require "fi.klog"
local kmodules = require "fi.kmodules"
local options = require "fi.options"

---@class fi.linux
local linux = {}

local fail = options.fail

---------------------------------------------------------------------------------------------------------------------
-- Wordings. Each is a list of Lua patterns, anchored in the message; the first oracle with one that matches has the
-- line, so the order counts. They are the same in 6.1 and 6.12: compared with the strings in Debian's
-- arm64 kernels 6.1.176 and 6.12.117, but for hard_lockup in 6.1, which that one was built without.

local ORACLES = {
    -- kernel/panic.c, panic(): "Kernel panic - not syncing: %s\n". The line "---[ end Kernel panic" is no second one.
    {"panic", "^Kernel panic %- not syncing: (.*)"},
    -- arch/arm64/kernel/traps.c, arm64_serror_panic(): "SError Interrupt on CPU%d, code 0x%016lx -- %s\n"
    {"serror", "^SError Interrupt on CPU(%d+), code 0x(%x+)"},
    -- lib/bug.c, __report_bug() (6.1: report_bug()): "kernel BUG at %s:%u!\n", "kernel BUG at %pB [verbose debug …"
    {"bug", "^kernel BUG at (%S+)", "^Kernel BUG at (%S+)"},
    -- kernel/watchdog.c, watchdog_timer_fn(): "BUG: soft lockup - CPU#%d stuck for %us! [%s:%d]\n"; pr_fmt "watchdog: "
    {"soft_lockup", "^BUG: soft lockup %- CPU#(%d+) stuck for (%d+)s"},
    -- 6.1: kernel/watchdog_hld.c, watchdog_overflow_callback(); 6.12: kernel/watchdog.c, watchdog_hardlockup_check():
    -- "Watchdog detected hard LOCKUP on cpu %d\n"; later ones begin with the CPU
    {"hard_lockup", "Watchdog detected hard LOCKUP on cpu (%d+)"},
    -- kernel/rcu/tree_stall.h, print_cpu_stall(): "INFO: %s self-detected stall on CPU\n", print_other_cpu_stall():
    -- "INFO: %s detected stalls on CPUs/tasks:\n"; kernel/rcu/tree_exp.h, synchronize_rcu_expedited_wait(): "INFO: %s
    -- detected expedited stalls on CPUs/tasks: {"; pr_fmt "rcu: "; kernel/rcu/tasks.h, check_all_holdout_tasks():
    -- "INFO: rcu_tasks detected stalls on tasks:\n"
    {"rcu_stall", "^INFO: (%S+) self%-detected stall on CPU", "^INFO: (%S+) detected stalls on ",
     "^INFO: (%S+) detected expedited stalls on "},
    -- kernel/hung_task.c, check_hung_task(): "INFO: task %s:%d blocked for more than %ld seconds.\n"
    {"hung_task", "^INFO: task (.-):(%d+) blocked for more than (%d+) seconds"},
    -- arch/arm64/kernel/traps.c, __die(): "Internal error: %s: %016lx [#%d]" and SMP, PREEMPT; arch/arm64/mm/fault.c,
    -- die_kernel_fault(), which goes before it: "Unable to handle kernel %s at virtual address %016lx\n"
    {"oops", "^Internal error: (.-): (%x+) %[#(%d+)%]"},
    {"kernel_fault", "^Unable to handle kernel (.-) at virtual address (%x+)"},
    -- kernel/panic.c, __warn(): "WARNING: CPU: %d PID: %d at %s:%d %pS\n" or, without the line's number, "… at %pS\n"
    {"warn", "^WARNING: CPU: (%d+) PID: (%d+) at (.*)"},
    -- kernel/irq/spurious.c, __report_bad_irq(): "irq %d: nobody cared (try booting with the \"irqpoll\" option)\n"
    {"nobody_cared", "^irq (%d+): nobody cared"},
    -- block/blk-mq.c, blk_print_req_error(): "%s error, dev %s, sector %llu op 0x%x:(%s) flags 0x%x …"; fs/buffer.c,
    -- buffer_io_error(): "Buffer I/O error on dev %pg, logical block %llu%s\n"
    {"io_error", "^(.-) error, dev (%S+), sector (%d+)", "^(Buffer I/O) error on dev (%S+), logical block (%d+)"},
    -- mm/oom_kill.c, __oom_kill_process(): "%s: Killed process %d (%s) …"; %s is "Out of memory", "Out of memory
    -- (oom_kill_allocating_task)" or "Memory cgroup out of memory"
    {"oom", "^Out of memory[^:]*: Killed process (%d+) %((.-)%)",
     "^Memory cgroup out of memory: Killed process (%d+) %((.-)%)"},
    -- kernel/sched/core.c, __schedule_bug(): "BUG: scheduling while atomic: …"; mm/page_alloc.c, bad_page(): "BUG: Bad
    -- page state …", and others that begin so
    {"bug", "^BUG: (.*)"},
}

-- What printk puts in front: kernel/printk/printk.c, print_syslog(), print_time(), print_caller(); and the pr_fmt of
-- the messages above
local function without_prefix(line)
    return (line:gsub("^<%d+>", ""):gsub("^%[%s*%d+%.%d+%]", ""):gsub("^%[%s*[TC]%d+%]", ""):gsub("^ +", "")
        :gsub("^rcu: ", ""):gsub("^watchdog: ", ""))
end

local names, known = {}, {}
for _, oracle in ipairs(ORACLES) do
    if not known[oracle[1]] then
        known[oracle[1]] = true
        names[#names + 1] = oracle[1]
    end
end
table.sort(names)

--- The names of all oracles, a list.
---@return string[]
function linux.names()
    return table.move(names, 1, #names, 1, {})
end

--- Which oracle has this line of a console: its name, the message and the captures, or nil.
---@param line string
---@return string?, string?, any[]?
function linux.find(line)
    if type(line) ~= "string" then
        fail(2, "linux.find: a line is a string, not a %s", type(line))
    end
    local message = without_prefix(line)
    for _, oracle in ipairs(ORACLES) do
        for i = 2, #oracle do
            local found = table.pack(message:match(oracle[i]))
            if found[1] then
                return oracle[1], message, table.move(found, 1, found.n, 1, {})
            end
        end
    end
    return nil
end

---------------------------------------------------------------------------------------------------------------------
-- Triggers

-- The set of oracles that `what` names: a name, a list of them, or "any".
local function wanted(level, what, names_given)
    if names_given == "any" then
        return known, "any"
    end
    local list = type(names_given) == "string" and {names_given} or names_given
    if type(list) ~= "table" or #list == 0 then
        fail(level + 1, "%s: an oracle's name, a list of names, or \"any\" is wanted", what)
    end
    local set = {}
    for _, name in ipairs(list) do
        if not known[name] then
            fail(level + 1, "%s: unknown oracle '%s' (known: %s)", what, tostring(name), table.concat(names, ", "))
        end
        set[name] = true
    end
    return set, table.concat(list, ", ")
end

local OPTIONS = options.set_of{"after", "every", "limit", "name", "device", "log", "map"}

-- How to arm a trigger for complete lines by these options: as fi.on_console, whose pattern gets a record besides where
-- they come from the kernel's memory. And the options that are left for it.
local function source(level, what, opts)
    local from, map = opts.log or "console", opts.map
    local rest = {}
    for key, value in pairs(opts) do
        if key ~= "log" and key ~= "map" then
            rest[key] = value
        end
    end
    if from ~= "console" and from ~= "memory" then
        fail(level + 1, "%s: log is \"console\" or \"memory\", not %s", what, tostring(from))
    elseif from == "console" and map ~= nil then
        fail(level + 1, "%s: map is for log = \"memory\": whose symbols the kernel's are", what)
    elseif from == "memory" and opts.device ~= nil then
        fail(level + 1, "%s: device is for log = \"console\"", what)
    elseif map ~= nil and type(map) ~= "string" then
        fail(level + 1, "%s: map is the name of a map of symbols, not a %s", what, type(map))
    end
    if from == "memory" then
        return function(...)
            return klog.on_line(map or "kernel", ...)
        end, rest
    end
    return fi.on_console, rest
end

local function arm(level, what, names_given, opts, fn)
    local set, label = wanted(level + 1, what, names_given)
    local on_line, own = source(level + 1, what, opts)
    own.name = own.name or "linux " .. label
    local trigger = options.blame(level + 1, on_line, function(line, record)
        local name, message, captures = linux.find(line)
        if set[name] then
            return name, message, captures, record
        end
    end, own, fn and function(ev)
        local found = ev.captures
        return fn{oracle = found[1], message = found[2], captures = found[3], record = found[4], line = ev.line,
                  device = ev.device, vcpu = ev.vcpu, hits = ev.hits, trigger = ev.trigger}
    end)
    return trigger
end

--- Runs fn when the kernel says so. Returns the trigger, as on_console does.
---@param names_given string|string[]
---@param opts? table
---@param ... function
---@return fi.Trigger
function linux.on(names_given, opts, ...)
    local what <const> = "linux.on"
    local fn = ...
    if type(opts) ~= "table" then
        fn, opts = opts, {}
    end
    options.check(2, what, opts, OPTIONS)
    if fn ~= nil and type(fn) ~= "function" then
        fail(2, "%s: the handler is a function, not a %s", what, type(fn))
    end
    local trigger = arm(2, what, names_given, opts, fn)
    return trigger
end

local WATCH_OPTIONS = options.set_of{"on", "fn", "device", "name", "log", "map"}

--- Counts what the kernel says. Returns a table: counts by oracle's name, first (the first event), events, trigger.
---@param opts? table
---@return table
function linux.watch(opts)
    local what <const> = "linux.watch"
    opts = opts == nil and {} or opts
    options.check(2, what, opts, WATCH_OPTIONS)
    if opts.fn ~= nil and type(opts.fn) ~= "function" then
        fail(2, "%s: fn is a function, not a %s", what, type(opts.fn))
    end
    local watch = {counts = {}, events = {}}
    watch.trigger = arm(2, what, opts.on == nil and "any" or opts.on,
                        {device = opts.device, name = opts.name, log = opts.log, map = opts.map}, function(ev)
        watch.counts[ev.oracle] = (watch.counts[ev.oracle] or 0) + 1
        watch.events[#watch.events + 1] = {oracle = ev.oracle, message = ev.message, captures = ev.captures}
        watch.first = watch.first or watch.events[1]
        if opts.fn then
            opts.fn(ev)
        end
    end)
    return watch
end

---------------------------------------------------------------------------------------------------------------------
-- The kernel's log, in its memory

local LOG_OPTIONS = options.set_of{"after", "every", "limit", "name", "plain", "level", "map"}
local LEVELS <const> = 7 -- KERN_EMERG is 0, KERN_DEBUG 7

-- nil, or the captures as a list
local function found_in(line, pattern, plain)
    if type(pattern) == "function" then
        local results = table.pack(pattern(line))
        return results[1] and results or nil
    end
    local found = table.pack(line:find(pattern, 1, plain))
    return found[1] and table.move(found, 3, found.n, 1, {}) or nil
end

--- Runs fn when the kernel logs a line that matches, whether its console shows that or not. Returns the trigger.
---@param pattern string|fun(line: string): any
---@param opts? table
---@param ... function
---@return fi.Trigger
function linux.on_log(pattern, opts, ...)
    local what <const> = "linux.on_log"
    local fn = ...
    if type(opts) ~= "table" then
        fn, opts = opts, {}
    end
    options.check(2, what, opts, LOG_OPTIONS)
    if type(pattern) ~= "string" and type(pattern) ~= "function" then
        fail(2, "%s: the pattern is a string or a function, not a %s", what, type(pattern))
    elseif type(pattern) == "string" and not pcall(string.find, "", pattern, 1, opts.plain) then
        fail(2, "%s: '%s' is no pattern; plain = true looks for it as it is", what, pattern)
    elseif opts.level ~= nil and (math.type(opts.level) ~= "integer" or opts.level < 0 or opts.level > LEVELS) then
        fail(2, "%s: level is from 0 (emergency) to %d (debug)", what, LEVELS)
    elseif fn ~= nil and type(fn) ~= "function" then
        fail(2, "%s: the handler is a function, not a %s", what, type(fn))
    end
    local on_line, own = source(2, what, {log = "memory", map = opts.map})
    for key, value in pairs(opts) do
        if key ~= "map" and key ~= "plain" and key ~= "level" then
            own[key] = value
        end
    end
    own.name = own.name or "linux.on_log " .. (type(pattern) == "string" and pattern or "function")
    local trigger = options.blame(2, on_line, function(line, record)
        local captures = record.level <= (opts.level or LEVELS) and found_in(line, pattern, opts.plain)
        if captures then
            return record, captures
        end
    end, own, fn and function(ev)
        local record, captures = ev.captures[1], ev.captures[2]
        return fn{line = ev.line, captures = captures, record = record, vcpu = ev.vcpu, hits = ev.hits,
                  trigger = ev.trigger}
    end)
    return trigger
end

-- The arguments of those that read the guest's memory at once.
local function check_map(level, what, opts, allowed)
    options.check(level + 1, what, opts, allowed)
    if opts.map ~= nil and type(opts.map) ~= "string" then
        fail(level + 1, "%s: map is the name of a map of symbols, not a %s", what, type(opts.map))
    end
end

--- All messages that are in the kernel's memory, a list of records, which prints as dmesg does.
---@param opts? {map?: string}
---@return {seq: integer, time_ns: integer, level: integer, facility: integer, text: string}[]
function linux.dmesg(opts)
    opts = opts == nil and {} or opts
    check_map(2, "linux.dmesg", opts, options.set_of{"map"})
    local records = options.blame(2, klog.all, opts.map or "kernel")
    return records
end

---------------------------------------------------------------------------------------------------------------------
-- Modules

--- Gives the kernel's modules maps of symbols, as they come and go. Returns a table: loaded, by name; remove().
---@param opts? {map?: string, fn?: fun(ev: {event: string, module: string, symbols: integer}), [integer]: string}
---@return fi.kmodules.Watch
function linux.modules(opts)
    local what <const> = "linux.modules"
    opts = opts == nil and {} or opts
    local allowed, own = options.set_of{"map", "fn"}, {}
    for key, value in pairs(type(opts) == "table" and opts or {}) do
        if math.type(key) == "integer" then
            if type(value) ~= "string" or not value:find("^[%w_]+$") then
                fail(2, "%s: a module's name is letters, digits and '_', not %s", what, tostring(value))
            end
            allowed[key] = true
        end
        own[key] = value
    end
    check_map(2, what, opts, allowed)
    if own.fn ~= nil and type(own.fn) ~= "function" then
        fail(2, "%s: fn is a function, not a %s", what, type(own.fn))
    end
    own.running = pcall(function() return cpu.pc end) -- on a vCPU that executes
    local watch = options.blame(2, kmodules.watch, own)
    return watch
end

return linux
