-- SPDX-License-Identifier: MIT
-- One bit of one register flips, once: a single event upset. The guest prints another checksum, the journal says why.
--
-- fi: guest=checksum compare=golden
--
-- Output:
--     golden run:
--     checksum 0xdc92167d
--
--     faulty run:
--     fi_lua: word 100: 0x7febb025 becomes 0x7febb0a5
--     checksum 0xdc921665
--     journal:
--     {"n":2,"t":797918,"kind":"fault","vcpu":0,"pc":"0x40201b2c","at":"checksum+0xc",
--     "trigger":"on_pc checksum_add","hit":100,"action":"write_register","target":"w3","old":"0x7febb025",
--     "new":"0x7febb0a5"}

local BIT = 7

-- Before the 100th addition: w3 is the word to be added.
on_pc("checksum_add", {after = 99, limit = 1}, function(ev)
    local old = cpu.w3
    cpu.w3 = old ~ (1 << BIT)
    fi.log("word %d: 0x%x becomes 0x%x", ev.hits, old, cpu.w3)
end)
