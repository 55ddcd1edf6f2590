-- SPDX-License-Identifier: GPL-2.0-or-later
-- What can be wrong only when the fault is due is an error of the handler that names the line where it was armed.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"register","message":"~faults_late_errors\\.lua:15: .*x99"}
--! journal: {"kind":"error","trigger":"width","message":"~faults_late_errors\\.lua:16: bit 64 is outside of x0, which has 64 bits"}
--! journal: {"kind":"error","trigger":"unmapped","message":"~faults_late_errors\\.lua:17: .*0x80000000"}
--! journal: {"kind":"error","trigger":"value","message":"~faults_late_errors\\.lua:18: the value 0x100000000 does not fit the 4 bytes of w0"}
--! journal: {"kind":"error","trigger":"opcode","message":"~faults_late_errors\\.lua:19: the opcode 0x100000000 does not fit the instruction's 4 bytes"}
--! journal-count: error 5
--! journal-count: fault 0
local faults = require "fi.faults"

faults.flip_at("main", {reg = "x99", bit = 1, name = "register"})
faults.flip_at("main", {reg = "x0", bit = 64, name = "width"})
faults.flip_at("main", {mem = 0x80000000, bit = 1, name = "unmapped"})
faults.set_at("main", {reg = "w0", value = 1 << 32, name = "value"})
faults.replace("main", 1 << 32, {persistence = "once", name = "opcode"})
