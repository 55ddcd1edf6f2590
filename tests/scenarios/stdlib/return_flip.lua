-- SPDX-License-Identifier: GPL-2.0-or-later
-- corrupt_return with a flipped bit, once: the 100th answer of compare is the wrong one. Then the sort works with
-- unsorted values, as a model of it confirms: 854 swaps.
--! guest: sort
--! stdout: sorted no, sum 0x9afbece0, swaps 854
--! journal: {"kind":"fault","trigger":"return of compare","info":{"model":"return-value","duration":"transient","bits":"0","upset":"SEU"}}
--! journal-count: fault 1
--! checks: 1

local check = require "fi.check"

local calls = require("fi.faults").corrupt_return("compare", {bit = 0, after = 99})

check.at_exit(function() check.fired(calls, 1) end)
