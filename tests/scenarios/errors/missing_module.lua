-- SPDX-License-Identifier: GPL-2.0-or-later
-- require of a module that does not exist: QEMU does not start, the message names it.
--! guest: checksum
--! stdout-empty
--! exit: 1
--! journal: {"kind":"error","trigger":null,"message":"~module 'fi\\.nosuch' not found"}
--! stderr-re: ^fi_lua: .*missing_module\.lua:9: module 'fi\.nosuch' not found

require "fi.nosuch"
