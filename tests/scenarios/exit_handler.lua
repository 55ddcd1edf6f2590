-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.exit in a handler: QEMU ends with that status, the guest prints nothing any more, the journal is complete.
--! guest: checksum
--! stdout-empty
--! exit: 42
--! journal: {"kind":"verdict","code":42,"why":"enough"}
--! journal: {"kind":"trigger","hits":1,"fired":1}
--! journal: {"kind":"end","reason":"fi.exit","code":42}
--! journal-count: verdict 1

on_pc("checksum_done", function()
    fi.exit(42, "enough")
end)
