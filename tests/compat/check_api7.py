#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the plugin compile for plugin API 7? check_api7.py HEADER PLUGIN_DIR COMPILER FLAGS...

QEMU 11.1's header is not to be had where QEMU 11.0 is. What API 7 changes is documented: callbacks lose the plugin's id
and gain userdata, and so do the functions that register them. So this makes such a header from version 6's and compiles
the files that see the difference. Prints TAP.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# What changes, as patterns on version 6's text with its blanks folded
CHANGES = [
    (r"#define QEMU_PLUGIN_VERSION 6", "#define QEMU_PLUGIN_VERSION 7"),
    (r"\(\*qemu_plugin_simple_cb_t\)\(qemu_plugin_id_t id\)", "(*qemu_plugin_simple_cb_t)(void *userdata)"),
    (r"\(\*qemu_plugin_udata_cb_t\)\(qemu_plugin_id_t id,\s*void \*userdata\)",
     "(*qemu_plugin_udata_cb_t)(void *userdata)"),
    (r"\(\*qemu_plugin_(vcpu_simple|vcpu_discon|vcpu_tb_trans)_cb_t\)\(qemu_plugin_id_t id,\s*([^)]*)\)",
     r"(*qemu_plugin_\1_cb_t)(\2, void *userdata)"),
    (r"(void qemu_plugin_(?:uninstall|reset|register_flush_cb|register_vcpu_(?:init|exit|idle|resume|tb_trans|discon)_cb)"
     r"\([^;]*?cb)\);", r"\1, void *userdata);"),
]


def header_of_version_7(text: str) -> str:
    for pattern, replacement in CHANGES:
        text, count = re.subn(pattern, replacement, text)
        if count == 0:
            raise ValueError(f"version 6's header has nothing like {pattern}")
    return text

# What meson.build defines; here nothing is run
DEFINES = [f'-D{name}="/"' for name in ("FI_STDLIB_SOURCE", "FI_STDLIB_RELATIVE", "FI_BUILD_DIR")]


def main() -> int:
    header, plugin_dir, *compiler = sys.argv[1:]
    plugin = pathlib.Path(plugin_dir)
    text = pathlib.Path(header, "qemu-plugin.h").read_text(encoding="utf-8")
    if "#define QEMU_PLUGIN_VERSION 6" not in text:
        print("1..0 # SKIP the header at hand is not version 6's")
        return 0
    sources = [source for pattern in ("*.c", "arch/*.c", "control/*.c") for source in sorted(plugin.glob(pattern))]
    print(f"1..{len(sources)}")
    failed = False
    with tempfile.TemporaryDirectory() as tmp:
        pathlib.Path(tmp, "qemu-plugin.h").write_text(header_of_version_7(text), encoding="utf-8")
        for number, source in enumerate(sources, 1):
            command = [*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", *DEFINES, f"-I{tmp}", f"-I{plugin}",
                       str(source)]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            failed |= result.returncode != 0
            print("ok" if result.returncode == 0 else "not ok", number, "-", source.name, "for API 7")
            for line in result.stderr.splitlines()[:20]:
                print("#", line)
    return 1 if failed else 0


sys.exit(main())
