-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.exit while the script is loaded: the guest does not start.
--! guest: checksum
--! stdout-empty
--! exit: 7
--! journal: {"kind":"verdict","code":7,"why":""}
--! journal: {"kind":"end","reason":"fi.exit","code":7}

on_pc("main", function() fi.log("must not happen") end)
fi.exit(7)
--! not-journal: {"kind":"log"}
