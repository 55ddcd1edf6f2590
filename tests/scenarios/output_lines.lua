-- SPDX-License-Identifier: GPL-2.0-or-later
-- Everything the plugin prints goes to stderr with its prefix, line by line; the guest's output stays alone on
-- stdout.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! stderr-re: ^fi_lua: .*at load
--! stderr-re: ^fi_lua: .*two lines,
--! stderr-re: ^fi_lua: .*the second
--! journal: {"kind":"log","text":"at load"}
--! journal: {"kind":"log","text":"two lines,\nthe second"}
--! journal: {"kind":"log","text":"100 % sure"}
--! not-stderr-re: ^(?!fi_lua: |qemu-system-[a-z0-9]+: warning: )

print("at load")
on_pc("main", function()
    fi.log("two lines,\nthe second")
    print("100 % sure")
end)
