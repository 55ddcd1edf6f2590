-- SPDX-License-Identifier: GPL-2.0-or-later
-- Every kind of line that a scenario can cause, with all fields of the fault lines.
--! guest: checksum
--! requires: set_pc
--! stdout-re: ^checksum 0x
--! journal: {"n":1,"kind":"start","journal":1,"target":"aarch64","vcpus":1,"seed":"1","args":{}}
--! journal: {"kind":"log","text":"printed\t1\tnil"}
--! journal: {"kind":"log","text":"formatted 0x10 %"}
--! journal: {"kind":"note","data":{"text":"a \"quoted\" \\ word","number":3,"float":0.5,"flag":true,"list":[1,2,3],"inner":{"key":"value"}}}
--! journal: {"kind":"fault","action":"set_pc","trigger":"there"}
--! journal: {"kind":"fault","vcpu":0,"at":"checksum+0x18","trigger":"here","hit":1,"action":"write_register","target":"w2","old":"0xdc92167d","new":"0x1","info":{"model":"test","bits":"0,1","count":2,"flag":false}}
--! journal: {"kind":"fault","action":"write_memory","space":"virt","size":4,"new":"0x2","info":{"model":"cell"}}
--! journal: {"kind":"fault","action":"write_memory","space":"virt","size":16,"new":"hex:30313233343536373839616263646566"}
--! journal: {"kind":"fault","action":"skip","trigger":"there too","old":"0x2a0203e0"}
--! journal-count: fault 5
--! stderr-re: ^fi_lua: .*printed
--! stderr-re: ^fi_lua: .*formatted 0x10 %

on_pc("main", function()
    print("printed", 1, nil)
    fi.log("formatted 0x%x %%", 16)
    fi.note{text = 'a "quoted" \\ word', number = 3, float = 0.5, flag = true, list = {1, 2, 3},
            inner = {key = "value"}}
end)
on_pc("checksum_done", {name = "here"}, function()
    cpu:write("w2", 1, {model = "test", bits = "0,1", count = 2, flag = false})
    mem:write("buffer", "\2\0\0\0", {model = "cell"})
    mem:write("buffer", "0123456789abcdef")
end)
-- Where execution goes anyway when the loop ends.
on_pc("checksum_branch", {name = "there", after = 255}, function() cpu.pc = fi.symbol("checksum_done") end)
on_pc("checksum_done", {name = "there too"}, function() return fi.SKIP end)
