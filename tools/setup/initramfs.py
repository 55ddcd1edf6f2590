#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the initramfs of the Linux that the tests boot.

initramfs.py TREE INIT OUT MODULE...

TREE: where Debian's kernel and busybox packages are unpacked. INIT: the guest's first program. The modules and what they
depend on go to /modules, named in the order to load them. The same input gives the same bytes.
"""
import lzma
import pathlib
import re
import stat
import sys

DIRECTORY = stat.S_IFDIR | 0o755
PROGRAM = stat.S_IFREG | 0o755
FILE = stat.S_IFREG | 0o644


def record(number, name, mode, content):
    """One file in cpio's "newc" format; owner and time are 0."""
    path = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + path
    return b"".join(part + bytes(-len(part) % 4) for part in (head, content))


def archive(files):
    """files: name → (mode, content)"""
    records = [record(number, name, *files[name]) for number, name in enumerate(sorted(files), 1)]
    return b"".join(records) + record(0, "TRAILER!!!", 0, b"")


def canonical(name):
    """A module's name may be written with - or _."""
    return name.replace("-", "_")


class Modules:
    """The modules of an unpacked kernel package, which has no modules.dep yet: depmod would make that."""

    def __init__(self, tree):
        self.files = {}
        self.builtin = set()
        # Debian 12 has /lib/modules, Debian 13 /usr/lib/modules
        for top in (*tree.glob("lib/modules/*"), *tree.glob("usr/lib/modules/*")):
            for file in top.rglob("*.ko*"):
                self.files[canonical(file.name.split(".ko")[0])] = file
            for line in (top / "modules.builtin").read_text(encoding="utf-8").split():
                self.builtin.add(canonical(pathlib.PurePath(line).name.split(".ko")[0]))

    def content(self, name):
        file = self.files.get(name)
        if file is None:
            raise SystemExit(f"initramfs.py: the kernel has no module {name}")
        content = file.read_bytes()
        if file.suffix == ".xz":
            return lzma.decompress(content)
        if file.suffix != ".ko":
            raise SystemExit(f"initramfs.py: {file.name} is compressed in a way that is not known here")
        return content

    def ordered(self, names, found=None):
        """name → content of these modules and of those they depend on, in the order to load them."""
        found = {} if found is None else found
        for name in map(canonical, names):
            if name in found or name in self.builtin:
                continue
            content = self.content(name)
            depends = re.search(rb"\0depends=([^\0]*)", content)
            self.ordered(filter(None, depends[1].decode().split(",")) if depends else [], found)
            found[name] = content
        return found


def only(tree, *patterns):
    files = [file for pattern in patterns for file in tree.glob(pattern) if file.is_file()]
    if len(files) != 1:
        raise SystemExit(f"initramfs.py: {len(files)} files {' or '.join(patterns)} in {tree}, one is needed")
    return files[0]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    tree, init, out = map(pathlib.Path, sys.argv[1:4])
    files = {name: (DIRECTORY, b"") for name in ("bin", "dev", "modules", "proc", "sys", "tmp")}
    files["init"] = (PROGRAM, init.read_bytes())
    files["bin/busybox"] = (PROGRAM, only(tree, "bin/busybox", "usr/bin/busybox").read_bytes())
    for number, (name, content) in enumerate(Modules(tree).ordered(sys.argv[4:]).items(), 1):
        files[f"modules/{number:02}-{name}.ko"] = (FILE, content)
    out.write_bytes(archive(files))


if __name__ == "__main__":
    main()
