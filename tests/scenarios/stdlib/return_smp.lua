-- SPDX-License-Identifier: GPL-2.0-or-later
-- corrupt_return with the option vcpu: all cores return from wait_until to the same place, only core 2's x9, which
-- nobody reads, is changed.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0xe6490abc
--! journal: {"kind":"fault","vcpu":2,"at":"~^secondary_main","trigger":"return of wait_until","target":"x9","new":"0x99"}
--! journal-count: fault 1

require("fi.faults").corrupt_return("wait_until", {reg = "x9", value = 0x99, vcpu = 2, persistence = "always"})
