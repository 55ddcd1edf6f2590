-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Somebody at the console: logs in, runs a command, reads its output, logs out. Linux takes the characters by the
-- PL011's interrupts, and its driver has seen no line error.

--! guest: linux
--! requires: mmio device_fault
--! nondeterministic: the shell's output and the kernel's messages share a console that is no faster than the host
--! sh: mkdir -p /etc /root
--! sh: echo 'root::0:0:root:/root:/bin/sh' > /etc/passwd
--! sh: echo 'root:x:0:' > /etc/group
--! sh: hostname guest
--! sh: setsid getty -L -i 115200 ttyAMA0 vt100
--! stdout-re: ^guest login: root$
--! stdout-re: ^login\[\d+\]: root login on 'ttyAMA0'
--! stdout-re: ^42 is the answer, from a command that is longer than the FIFO
--! sh: grep -o -E '\<(fe|pe|brk|oe):[0-9]+' /proc/tty/driver/ttyAMA; echo no errors of the line
--! stdout: test: no errors of the line
--! journal: {"kind":"input","text":"root\n"}
--! journal: {"kind":"input","text":"echo $((6 * 7)) is the answer, from a command that is longer than the FIFO\n"}
--! journal: {"kind":"note","data":{"answer":"42"}}
--! journal: {"kind":"input","text":"exit\n"}
--! journal-count: note 1
--! journal-count: fault 0

task(function()
    wait_console("login: ")
    fi.console.type("root\n")
    wait_console("[#$] ")
    fi.console.type("echo $((6 * 7)) is the answer, from a command that is longer than the FIFO\n")
    local ev = wait_console("^(%d+) is the answer")
    fi.note{answer = ev.captures[1]}
    fi.console.type("exit\n")
end)
