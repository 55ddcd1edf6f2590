-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.corrupt_return: compare always answers 0, so nothing is sorted.
--! guest: sort
--! stdout: sorted no, sum 0x9afbece0, swaps 0
--! journal-count: {"kind":"fault","trigger":"return of compare","target":"x0","new":"0x0","info":{"model":"return-value","duration":"permanent"}} 63

require("fi.faults").corrupt_return("compare", {value = 0, persistence = "always"})
