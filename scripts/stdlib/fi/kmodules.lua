-- SPDX-License-Identifier: MIT
--
-- fi.kmodules: the modules of a Linux kernel and their symbols, from the kernel's own list. For scenarios it is
-- linux.modules() of fi.linux, described in docs/stdlib.md.
--
-- A module becomes a map of symbols (fi.symbols.define). It comes when the kernel is about to run its first function
-- (do_init_module), loses what was for that only when the kernel throws that away (trim_init_extable), and goes with
-- free_module. kernel/module/main.c, in 6.1 and 6.12. When the machine is reset all of them go (start_kernel).

local btf = require "fi.btf"
local kmemory = require "fi.kmemory"

---@class fi.kmodules
local kmodules = {}

-- Elf64_Sym, 24 bytes: st_name, st_info, st_other, st_shndx, st_value, st_size (elf.h)
local SYMBOL <const>, SYMBOL_SIZE <const> = "<I4BBI2i8i8", 24
local KINDS <const> = {[0] = "other", "object", "func"} -- of STT_NOTYPE, STT_OBJECT, STT_FUNC
local STB_LOCAL <const> = 0
local MODULE_NAME_LEN <const> = 56 -- linux/moduleparam.h, for 64 bits
-- enum mod_mem_type, since 6.4: text, data, rodata, ro_after_init, and three that are for the start only
local MEM_TYPES <const>, FIRST_OF_INIT <const> = 7, 4

local MODULE_STATE_UNFORMED <const> = 3 -- linux/module.h: in the list, and not ready to be read
local MOST <const> = 10000 -- modules, so that a list that changes meanwhile has an end

---@class fi.kmodules.Layout
---@field state integer
---@field list integer
---@field name integer
---@field kallsyms integer
---@field memory {base: integer, size: integer, init: boolean}[]

-- Where struct module has what is wanted here.
local function layout_of(types)
    local layout = {
        state = types:offset("module", "state"),
        list = types:offset("module", "list"),
        name = types:offset("module", "name"),
        kallsyms = types:offset("module", "kallsyms"),
        symtab = types:offset("mod_kallsyms", "symtab"),
        num_symtab = types:offset("mod_kallsyms", "num_symtab"),
        strtab = types:offset("mod_kallsyms", "strtab"),
        memory = {},
    }
    local function add(at, kind, init)
        local base, size = types:offset(kind, "base"), types:offset(kind, "size")
        layout.memory[#layout.memory + 1] = {base = at + base, size = at + size, init = init}
    end
    local mem_at = types:find("module", "mem")
    if mem_at then
        for i = 0, MEM_TYPES - 1 do
            add(mem_at + i * types:size("module_memory"), "module_memory", i >= FIRST_OF_INIT)
        end
    else -- before 6.4
        add(types:offset("module", "core_layout"), "module_layout", false)
        add(types:offset("module", "init_layout"), "module_layout", true)
    end
    return layout
end

--- The layout in `types` of what fi.kmodules reads. For tests.
---@param types fi.btf.Types
---@return fi.kmodules.Layout
function kmodules.layout(types)
    return layout_of(types)
end

local function memory_of(layout, address)
    local memory = {}
    for _, part in ipairs(layout.memory) do
        local base, size = mem.u64[address + part.base], mem.u32[address + part.size]
        if base ~= 0 and size > 0 then
            memory[#memory + 1] = {lo = base, hi = base + size, init = part.init}
        end
    end
    return memory
end

local function part_at(memory, address)
    for _, part in ipairs(memory) do
        if address >= part.lo and address < part.hi then
            return part
        end
    end
    return nil
end

-- All of them have some page behind them, or their NUL before its end.
local function read_strings(address, last)
    local bytes = mem:read(address, ((address + last | 0xfff) + 1) - address)
    while not bytes:find("\0", last + 1, true) do
        bytes = bytes .. mem:read(address + #bytes, 0x1000)
    end
    return bytes
end

-- AAELF64's mapping symbols, and labels of the compiler
local function is_of_no_use(name)
    return name == "" or name:find("^%$") or name:find("^%.L")
end

local function symbols_of(layout, address, memory)
    local table_at = mem.u64[address + layout.kallsyms]
    local count = table_at ~= 0 and mem.u32[table_at + layout.num_symtab] or 0
    local raw = count > 0 and mem:read(mem.u64[table_at + layout.symtab], count * SYMBOL_SIZE) or ""
    local found, last = {}, 0
    for at = 1, #raw, SYMBOL_SIZE do
        local name, info, _, section, value, size = string.unpack(SYMBOL, raw, at)
        local part = section ~= 0 and KINDS[info & 15] and part_at(memory, value)
        if part then
            found[#found + 1] = {name_at = name, address = value, size = size, kind = KINDS[info & 15],
                                 global = info >> 4 ~= STB_LOCAL, init = part.init}
            last = math.max(last, name)
        end
    end
    local strings = #found > 0 and read_strings(mem.u64[table_at + layout.strtab], last) or ""
    local symbols = {}
    for _, symbol in ipairs(found) do
        symbol.name = kmemory.text(strings, symbol.name_at + 1)
        if not is_of_no_use(symbol.name) then
            symbols[#symbols + 1] = symbol
        end
    end
    return symbols
end

local function name_of(layout, address)
    return kmemory.text(mem:read(address + layout.name, MODULE_NAME_LEN))
end

--- The module whose struct module is at `address`: {name =, symbols =, memory =}. Context: handler, in the kernel.
---@param layout fi.kmodules.Layout
---@param address integer
---@return {name: string, symbols: table[], memory: table[]}
function kmodules.read(layout, address)
    local memory = memory_of(layout, address)
    return {name = name_of(layout, address), memory = memory, symbols = symbols_of(layout, address, memory)}
end

-- Is this a list of modules that has some?
local function is_head(layout, address)
    local first, last = mem.u64[address], mem.u64[address + 8]
    return first ~= address and mem.u64[first + 8] == address and mem.u64[last] == address
        and name_of(layout, first - layout.list):find("^[%w_]+$") ~= nil
end

-- An empty list; this one cannot be told from others, and need not be.
local function is_empty(address)
    return mem.u64[address] == address and mem.u64[address + 8] == address
end

local USERS <const> = {"find_module_all", "print_modules"}

-- The addresses of all struct module.
local function all(layout, map)
    local head = kmemory.variable(map, "modules", USERS, function(address)
        return is_head(layout, address)
    end) or kmemory.variable(map, "modules", USERS, is_empty)
    if not head then
        error(("the list of modules of the kernel of map '%s' was not found"):format(map), 0)
    end
    local found, at = {}, mem.u64[head]
    while at ~= head and #found < MOST do
        local address = at - layout.list
        if mem.u32[address + layout.state] ~= MODULE_STATE_UNFORMED then
            found[#found + 1] = address
        end
        at = mem.u64[at]
    end
    return found
end

---------------------------------------------------------------------------------------------------------------------
-- Maps of symbols

---@class fi.kmodules.Watch
local Watch = {}
Watch.__index = Watch

-- The names that a map of symbols is made of; `start` false: without what the kernel has thrown away.
local function define(module, start)
    local list = {}
    for _, symbol in ipairs(module.symbols) do
        if start or not symbol.init then
            list[#list + 1] = {name = symbol.name, address = symbol.address, size = symbol.size, kind = symbol.kind,
                               global = symbol.global}
        end
    end
    fi.symbols.define(module.name, list)
end

local function tell(watch, event, module)
    if watch.fn then
        watch.fn{event = event, module = module.name, symbols = #module.symbols}
    end
end

local function came(watch, address, start)
    watch.layout = watch.layout or layout_of(btf.kernel(watch.map))
    local module = kmodules.read(watch.layout, address)
    define(module, start)
    watch.loaded[module.name] = module
    tell(watch, "load", module)
end

local function started(watch, address)
    local module = watch.layout and watch.loaded[name_of(watch.layout, address)]
    if module then
        define(module, false)
    end
end

-- A map of this name, which another watch may have made, before the scenario was loaded again.
local function map_of(name)
    for _, map in ipairs(fi.symbols.maps()) do
        if map.name == name then
            return map
        end
    end
    return nil
end

local function went(watch, address)
    watch.layout = watch.layout or layout_of(btf.kernel(watch.map))
    local name = name_of(watch.layout, address)
    local module, map = watch.loaded[name], map_of(name)
    if map and not map.path then
        fi.symbols.define(name)
    end
    if module then
        watch.loaded[name] = nil
        tell(watch, "unload", module)
    end
end

-- The machine has been reset, and the kernel begins: no module is where it was.
local function began(watch)
    for name, module in pairs(watch.loaded) do
        fi.symbols.define(name)
        watch.loaded[name] = nil
        tell(watch, "unload", module)
    end
end

-- A map that has the module's name, and other errors, are one line and no reason to lose the other modules.
local function guarded(what, fn)
    local ok, message = pcall(fn)
    if not ok then
        fi.log("linux.modules: %s: %s", what, tostring(message))
    end
end

-- Those that are loaded already. Once: modules that come meanwhile are taken twice, which does no harm.
local function look(watch)
    watch.layout = watch.layout or layout_of(btf.kernel(watch.map))
    for _, address in ipairs(all(watch.layout, watch.map)) do
        guarded("a loaded module", function()
            came(watch, address, false)
        end)
    end
end

-- In a process the kernel's memory need not be mapped, and while a scenario is loaded again there is no vCPU to read it
-- by: then when the scheduler runs.
local function look_now_or_later(watch, running)
    if not (running and pcall(look, watch)) then
        local opts = {limit = 1, _internal = true, name = "linux.modules schedule"}
        watch.triggers[#watch.triggers + 1] = fi.on_pc(watch.map .. ":schedule", opts, function()
            guarded("loaded modules", function()
                look(watch)
            end)
        end)
    end
end

local function arm(watch)
    local function on(name, fn)
        local where = ("%s:%s"):format(watch.map, name)
        watch.triggers[#watch.triggers + 1] = fi.on_pc(where, {name = "linux.modules " .. name}, function()
            local address = cpu.x0
            guarded(name, function()
                fn(watch, address, true)
            end)
        end)
    end
    on("start_kernel", began)
    on("do_init_module", came)
    on("free_module", went)
    if #fi.symbols.find("^trim_init_extable$", watch.map) > 0 then
        on("trim_init_extable", started)
    end
end

--- Stops following the modules; the maps stay as they are.
function Watch:remove()
    for _, trigger in ipairs(self.triggers) do
        trigger:remove()
    end
end

--- Makes maps of the modules that are loaded, if the guest runs already, and of those that will be.
---@param opts {map?: string, fn?: fun(ev: table), running: boolean, [integer]: string}
---@return fi.kmodules.Watch
function kmodules.watch(opts)
    local watch = setmetatable({map = opts.map or "kernel", fn = opts.fn, loaded = {}, triggers = {}}, Watch)
    kmemory.check(watch.map, {"do_init_module", "free_module", "start_kernel", "schedule"})
    for _, name in ipairs(opts) do
        local map = map_of(name)
        if not map or map.path then -- an error if it is of a file
            fi.symbols.define(name)
        end
    end
    arm(watch)
    if fi.symbols.slide(watch.map) then
        look_now_or_later(watch, opts.running)
    end
    return watch
end

return kmodules
