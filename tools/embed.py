#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write a file as a C array: embed.py INPUT OUTPUT.h NAME"""

import sys


def main() -> None:
    source, target, name = sys.argv[1:]
    with open(source, "rb") as f:
        data = f.read()
    with open(target, "w", encoding="ascii") as f:
        f.write(f"static const unsigned char {name}[] = {{\n")
        for i in range(0, len(data), 16):
            f.write("    " + ", ".join(f"0x{b:02x}" for b in data[i:i + 16]) + ",\n")
        f.write(f"}};\nstatic const unsigned int {name}_len = {len(data)};\n")


main()
