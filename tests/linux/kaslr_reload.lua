-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The scenario is loaded again before the kernel has chosen its address: the triggers of the first load are over, those of the
-- second wait in their place.

--! guest: linux
--! machine: virt,gic-version=3,iommu=smmuv3
--! kaslr
--! requires: set_pc
--! nondeterministic: the kernel's address is random
--! sh: awk '/ctxt/ {print $2}' /proc/stat
--! stdout: test: 4242
--! journal: {"kind":"note","data":{"state":"pending"}}
--! journal: {"kind":"trigger","name":"count","hits":0,"state":"removed"}
--! journal: {"kind":"reload","ok":true}
--! journal: {"kind":"fault","trigger":"count","action":"set_pc"}
--! journal-count: note 2

local count = on_pc("kernel:nr_context_switches", {name = "count"}, function()
    cpu.x0 = 4242
    cpu.pc = cpu.x30
end)
fi.note{state = count.state}

on_vcpu_init(function()
    fi.reload()
end)
