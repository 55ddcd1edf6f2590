-- SPDX-License-Identifier: GPL-2.0-or-later
-- Registers that there are not, and other wrong arguments of on_sysreg_read and on_sysreg_write.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"log","text":"~sysreg_arguments.lua:\\d+: unknown system register 'SCTRL_EL1' \\(near: .*SCTLR_EL1.*\\) .*S<op0>_<op1>_C<n>_C<m>_<op2>"}
--! journal: {"kind":"log","text":"~unknown system register 'S1_0_C7_C8_0' .*op0 2 or 3"}
--! journal: {"kind":"log","text":"~on_sysreg_read: daifset can only be written, by MSR \\(immediate\\)"}
--! journal: {"kind":"log","text":"~a system register is a name, .*or \\{op0=, op1=, crn=, crm=, op2=\\}, not number"}
--! journal: {"kind":"log","text":"~a system register's op0 is a number from 2 to 3, not 1"}
--! journal: {"kind":"log","text":"~a system register's crm is a number from 0 to 15, not nil"}
--! journal: {"kind":"log","text":"~unknown key 'opO' in a system register's encoding \\(known: op0, op1, crn, crm, op2\\)"}
--! journal: {"kind":"log","text":"~unknown option 'value' for on_sysreg_read \\(known: vcpu, el, asid, ttbr, after, every, limit, total, when, name\\)"}
--! journal: {"kind":"log","text":"~unknown option 'size' for on_sysreg_write \\(known: vcpu, el, asid, ttbr, after, every, limit, total, when, value, mask, name\\)"}
--! journal: {"kind":"log","text":"~option 'mask' needs 'value'"}
--! journal: {"kind":"log","text":"~on_sysreg_write: the handler \\(argument 2\\) is a function, not number"}
--! journal: {"kind":"log","text":"~on_sysreg_read: too many arguments"}
--! journal: {"kind":"log","text":"~wait_sysreg_read is only allowed in a task"}
--! journal: {"kind":"log","text":"~unknown system register 'TTBR'"}
--! journal-count: log 14

local function nothing() end

local function rejected(fn, ...)
    local ok, message = pcall(function(...) fn(...) end, ...)
    assert(not ok, "accepted")
    fi.log("%s", message)
end

rejected(on_sysreg_read, "SCTRL_EL1", nothing)
rejected(on_sysreg_write, "S1_0_C7_C8_0", nothing)
rejected(on_sysreg_read, "daifset", nothing)
rejected(on_sysreg_write, 5, nothing)
rejected(on_sysreg_write, {op0 = 1, op1 = 0, crn = 0, crm = 0, op2 = 0}, nothing)
rejected(on_sysreg_write, {op0 = 3, op1 = 0, crn = 0, op2 = 0}, nothing)
rejected(on_sysreg_write, {opO = 3, op1 = 0, crn = 0, crm = 0, op2 = 0}, nothing)
rejected(on_sysreg_read, "TPIDR_EL1", {value = 1}, nothing)
rejected(on_sysreg_write, "TPIDR_EL1", {size = 8}, nothing)
rejected(on_sysreg_write, "TPIDR_EL1", {mask = 8}, nothing)
rejected(on_sysreg_write, "TPIDR_EL1", 5)
rejected(on_sysreg_read, "TPIDR_EL1", nothing, nothing)
rejected(wait_sysreg_read, "TPIDR_EL1")
task(function() rejected(wait_sysreg_write, "TTBR") end)
