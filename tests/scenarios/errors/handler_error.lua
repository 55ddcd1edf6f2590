-- SPDX-License-Identifier: GPL-2.0-or-later
-- A runtime error in a handler: logged each time, the trigger is disabled after three, the guest comes to its right
-- result.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! stderr-re: ^fi_lua: .*handler_error\.lua:15: attempt to perform arithmetic on a nil value
--! stderr-re: ^fi_lua: .*disabled after 3 errors
--! journal: {"kind":"error","trigger":"bad","message":"~handler_error\\.lua:15: attempt to perform arithmetic","disabled":false}
--! journal: {"kind":"error","trigger":"bad","disabled":false}
--! journal: {"kind":"error","trigger":"bad","traceback":"~handler_error\\.lua:18:","disabled":true}
--! journal: {"kind":"trigger","name":"bad","hits":3,"fired":3,"errors":3,"state":"disabled"}
--! journal-count: error 3

local function add_nothing()
    return 1 + nil
end

on_pc("checksum_add", {name = "bad"}, function() local _ = add_nothing() + 1 end)
