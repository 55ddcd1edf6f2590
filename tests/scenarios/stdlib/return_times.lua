-- SPDX-License-Identifier: GPL-2.0-or-later
-- corrupt_return three times: calls 10 to 12 of compare answer the opposite, 785 swaps.
--! guest: sort
--! stdout: sorted no, sum 0x9afbece0, swaps 785
--! journal-count: {"kind":"fault","info":{"duration":"intermittent"}} 3

require("fi.faults").corrupt_return("compare", {bit = 0, after = 9, persistence = {n = 3}})
