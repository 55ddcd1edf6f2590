#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of ./fi (TAP). Nothing is installed, and no QEMU is built.

Each test works in a copy of the launcher, below a directory with a space and a comma in its name. It sees a Debian mirror
that runs in this process and offers a "QEMU" of two files, whose configure takes no time, and an apt-get that has two
"packages" for arm64.
"""

import contextlib
import functools
import hashlib
import http.server
import io
import lzma
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/harness"))
VERSION = "9.9.1"
TARBALL = f"qemu_{VERSION}+ds.orig.tar.xz"

# Says what it was called with, copies its input, leaves a journal, and ends with a status that is told it
FAKE_QEMU = """#!/bin/sh
case $1 in --version) echo "QEMU emulator version 9.9.1"; exit 0;; esac
for a; do printf '<%s>\\n' "$a"; done
case $*,, in
*journal=*) journal=$(printf '%s' "$*" | sed -n 's/.*,journal=\\(.*\\)/\\1/; s/,,/,/gp' | sed 's/,symbols=.*//; s/,stdlib=.*//')
    echo '{"kind": "start"}' >"$journal"
    for n in $(seq "${FAKE_FAULTS:-1}"); do echo '{"kind":"fault","old":1,"new":3}' >>"$journal"; done;;
esac
[ -z "$FAKE_SLEEP" ] || { trap 'echo terminated; exit 143' TERM; while :; do sleep 0.1; done; }
[ -z "$FAKE_CAT" ] || cat
[ -z "$FAKE_KEEP" ] || for a; do
    case $a in *file=*) file=${a##*file=} && file=$(printf '%s' "${file%%,format=*}" | sed 's/,,/,/g') && cp "$file" "$FAKE_KEEP";; esac
done
exit ${FAKE_STATUS:-0}
"""

# Two things to compile, and a record of what was compiled
FAKE_CONFIGURE = r"""#!/bin/sh
src=$(dirname "$0")
echo "configure $*" >>"$FAKE_LOG"
sleep "${FAKE_CONFIGURE_SLEEP:-0}"
cat >build.ninja <<END
rule gen
  command = cp \$in \$out && echo made \$out >>"\$\$FAKE_LOG"
rule link
  command = cat \$in >\$out && chmod +x \$out
build part1: gen source1
build part2: gen source2
build qemu-system-aarch64: link part1 part2
END
ln -sf "$src/one.sh" source1
ln -sf "$src/two.sh" source2
"""

# Has the two packages, if it can; says what it was asked for, and by which sources
FAKE_APT_GET = """#!/bin/sh
case $1 in indextargets | --print-uris) exec /usr/bin/apt-get "$@";; esac
case $* in
*APT::Architecture=arm64*" update") echo "arm64 update: $(cat debian.list)" >>"$FAKE_LOG"; exit 0;;
*APT::Architecture=arm64*" download "*)
    echo "arm64 download ${*##* download }" >>"$FAKE_LOG"
    cp "$FAKE_DEBS"/*.deb . && exit 0
    exit 100;;
esac
echo "apt-get $*" >>"$FAKE_LOG"
echo "E: no network here" >&2
exit 100
"""
FAKE_APT_CACHE = """#!/bin/sh
case $* in
*APT::Architecture=arm64*" linux-image-cloud-arm64")
    printf 'Package: x\\nDepends: linux-image-9.9-cloud-arm64 (= 9.9-1), y\\n'; exit 0;;
esac
exec /usr/bin/apt-cache "$@"
"""

# What is in the two packages; blk is built in
DEBS = {
    "kernel": {
        "boot/vmlinuz-9.9": b"kernel",
        "lib/modules/9.9/modules.builtin": b"kernel/x/virtio-blk.ko\n",
        "lib/modules/9.9/kernel/virtio_pci.ko": b"pci\0depends=virtio-ring\0license=x\0",
        "lib/modules/9.9/kernel/virtio_ring.ko.xz": lzma.compress(b"ring\0depends=\0license=x\0"),
        "lib/modules/9.9/kernel/qemu_fw_cfg.ko": b"fw_cfg\0license=x\0",
    },
    "busybox-static": {"usr/bin/busybox": b"busybox"},
}

MESON_BUILD = """project('fake', 'c', default_options: ['b_lundef=false'])
inc = include_directories(get_option('qemu_include'))
shared_library('fi_lua', 'p.c', include_directories: inc)
test('tap', find_program('tap.sh'), suite: 'good', protocol: 'tap')
test('exit', find_program('true'), suite: 'good')
test('tap-bad', find_program('tapbad.sh'), suite: 'bad', protocol: 'tap')
test('crash', find_program('crash.sh'), suite: 'bad', protocol: 'tap')
test('hang', find_program('hang.sh'), suite: 'bad', protocol: 'tap', timeout: 1)
test('none', find_program('none.sh'), suite: 'skip', protocol: 'tap')
"""

TESTS = {
    "tap.sh": "echo 1..3; echo ok 1 - a; echo 'ok 2 - b # SKIP no b'; echo 'not ok 3 - c # TODO later'",
    "tapbad.sh": "echo 1..2; echo not ok 1 - a; echo ok 2; exit 1",
    "crash.sh": "echo 1..2; echo ok 1 - a; kill -SEGV $$",
    "hang.sh": "echo 1..2; echo ok 1 - a; exec sleep 30",
    "none.sh": "echo '1..0 # SKIP not here'",
}


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


CONTROL = "Package: {}\nVersion: 9.9-1\nArchitecture: arm64\nMaintainer: Nobody <nobody@example.org>\nDescription: fake\n"


def make_patch(path, old, new):
    """A patch to two.sh and to a new file."""
    path.write_text(
        "From 0\nSubject: [PATCH] fake: change\n\n---\n"
        "diff --git a/two.sh b/two.sh\n--- a/two.sh\n+++ b/two.sh\n@@ -1,3 +1,3 @@\n"
        f" # two\n-{old}\n+{new}\n # end\n"
    )


class Mirror:
    """Debian's pool, on this machine."""

    def __init__(self, directory):
        handler = functools.partial(Quiet, directory=str(directory))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.debs = directory / "debs"
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/debian"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Sandbox:
    def __init__(self, base, mirror):
        base = pathlib.Path(tempfile.mkdtemp(dir=base)) / "a place, with all"
        self.base = base
        self.repo = base / "my clone"
        self.log = base / "log"
        self.repo.mkdir(parents=True)
        self.log.write_text("")
        shutil.copy(ROOT / "fi", self.repo / "fi")
        shutil.copytree(ROOT / "tools/setup", self.repo / "tools/setup")
        (self.repo / "tests/linux").mkdir(parents=True)
        shutil.copy(ROOT / "tests/linux/init", self.repo / "tests/linux/init")
        # No way out of this machine
        setup = self.repo / "tools/setup/qemu.sh"
        setup.write_text(setup.read_text().replace("UPSTREAM=https://download.qemu.org", "UPSTREAM=http://127.0.0.1:9"))
        (self.repo / "qemu-patches").mkdir()
        shutil.copy(ROOT / "qemu-patches/apply.sh", self.repo / "qemu-patches/apply.sh")
        self.make_meson_tree()
        self.bin = base / "bin"
        # All packages are there, and nothing can be installed
        executable(self.bin / "dpkg-query", '#!/bin/sh\nshift 2\nfor p; do echo "installed=$p"; done\n')
        executable(self.bin / "sudo", '#!/bin/sh\necho "sudo $*" >>"$FAKE_LOG"\nexit 1\n')
        self.apt_get(f"{mirror.url}")
        self.env = {
            "PATH": f"{self.bin}:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(base / "home"),
            "XDG_CACHE_HOME": str(base / "cache"),
            "TMPDIR": str(base),
            "APT_CONFIG": str(base / "apt.conf"),
            "FAKE_LOG": str(self.log),
            "FAKE_DEBS": str(mirror.debs),
        }
        self.cache = base / "cache/fi_lua"

    def apt_get(self, uri):
        """apt uses the repository at this address only. Questions about it go to the real apt, all else is only recorded."""
        sources = self.base / "sources.list"
        sources.write_text(f"deb [trusted=yes] {uri} bookworm main\n" if uri else "")
        (self.base / "apt.conf").write_text(
            f'Dir::Etc::sourcelist "{sources}";\nDir::Etc::sourceparts "/dev/null";\n'
            f'Dir::State::lists "{self.base}/lists/";\nAcquire::Retries "0";\n'
        )
        executable(self.bin / "apt-get", FAKE_APT_GET)
        executable(self.bin / "apt-cache", FAKE_APT_CACHE)

    def make_meson_tree(self):
        (self.repo / "meson.build").write_text(MESON_BUILD)
        (self.repo / "meson_options.txt").write_text(
            "".join(f"option('{name}', type: 'string')\n" for name in ("qemu_include", "qemu", "linux"))
        )
        (self.repo / "p.c").write_text("#include <qemu-plugin.h>\nint fi_version = QEMU_PLUGIN_VERSION;\n")
        for name, body in TESTS.items():
            executable(self.repo / name, f"#!/bin/sh\n{body}\n")
        (self.repo / "plugin").mkdir()
        shutil.copy(ROOT / "plugin/qemu-plugin-fi.h", self.repo / "plugin/")

    def versions(self, sha256):
        (self.repo / "qemu-patches/versions").write_text(
            f"# comment\n{VERSION}\tv{VERSION}\t{TARBALL}\t{sha256}\t6\treference\n"
        )
        series = self.repo / f"qemu-patches/v{VERSION}"
        series.mkdir(exist_ok=True)
        self.patch = series / "0001-fake-change.patch"
        make_patch(self.patch, "# original", "# patched once")

    def fi(self, *args, env=None, stdin=None, timeout=60):
        return subprocess.run(
            [str(self.repo / "fi"), *args],
            env={**self.env, **(env or {})},
            cwd=self.base,
            input=stdin,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=timeout,
            check=False,
        )

    @contextlib.contextmanager
    def started(self, *args, env=None):
        """./fi as a process of its own, of which nothing is left afterwards."""
        process = subprocess.Popen(
            [str(self.repo / "fi"), *args],
            env={**self.env, **(env or {})},
            cwd=self.base,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def given_qemu(self):
        """Environment for a QEMU that is there already."""
        binary = self.base / "given/bin/qemu-system-aarch64"
        executable(binary, FAKE_QEMU)
        include = self.base / "given/include"
        include.mkdir(exist_ok=True)
        (include / "qemu-plugin.h").write_text("#define QEMU_PLUGIN_VERSION 6\n")
        return {"FI_QEMU": str(binary), "FI_QEMU_INCLUDE": str(include)}

    def script(self, header="", name="scenario, one.lua"):
        path = self.base / name
        path.write_text(f"-- SPDX-License-Identifier: MIT\n{header}\n\nprint('x')\n-- fi: guest=not-in-the-header\n")
        return str(path)

    def guest(self, name="checksum"):
        path = self.repo / f"build/tests/guest/{name}.elf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF....")
        return str(path)

    def logged(self):
        return self.log.read_text().splitlines()

    def binary(self):
        return self.cache / f"qemu-{VERSION}/build/qemu-system-aarch64"


def make_pool(directory):
    """The pool with its one tarball; returns the checksum."""
    pool = directory / "debian/pool/main/q/qemu"
    pool.mkdir(parents=True)
    tree = {
        "VERSION": VERSION + "\n",
        "configure": FAKE_CONFIGURE,
        "one.sh": FAKE_QEMU.replace("exit ${FAKE_STATUS:-0}\n", ""),
        "two.sh": "# two\n# original\n# end\nexit ${FAKE_STATUS:-0}\n",
        "include/plugins/qemu-plugin.h": "#define QEMU_PLUGIN_VERSION 6\n",
    }
    with tarfile.open(pool / TARBALL, "w:xz") as tar:
        for name, text in tree.items():
            info = tarfile.TarInfo(f"qemu-{VERSION}/{name}")
            info.size = len(text)
            info.mode = 0o755 if name == "configure" else 0o644
            info.mtime = 1_000_000_000
            tar.addfile(info, io.BytesIO(text.encode()))
    return hashlib.sha256((pool / TARBALL).read_bytes()).hexdigest()


def make_debs(directory):
    """Debian packages of the tests' Linux."""
    for package, files in DEBS.items():
        tree = directory / package
        for name, content in {**files, "DEBIAN/control": CONTROL.format(package).encode()}.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(content)
        subprocess.run(["dpkg-deb", "--build", tree, directory / "debs" / f"{package}.deb"], check=True,
                       stdout=subprocess.DEVNULL)


TEST_FUNCTIONS = []


def test(function):
    TEST_FUNCTIONS.append(function)
    return function


def expect(condition, result=None):
    if not condition:
        raise AssertionError(f"\nstatus {result.returncode}\n{result.stdout}\n{result.stderr}" if result else "")


def expect_error(result, status, *words):
    expect(result.returncode == status, result)
    for word in words:
        expect(word in result.stderr, result)


# Arguments


@test
def help_names_every_command(box):
    for args in (["help"], ["--help"], []):
        result = box.fi(*args)
        expect(result.returncode == 0, result)
        for command in ("setup", "run", "repl", "test", "bench", "doctor"):
            expect(command in result.stdout, result)


@test
def unknown_commands_and_options_are_named(box):
    expect_error(box.fi("frobnicate"), 2, "frobnicate")
    for command in ("setup", "run", "test", "doctor"):
        expect_error(box.fi(command, "--frob"), 2, command, "--frob")
    expect(not box.logged())


@test
def run_wants_one_script(box):
    expect_error(box.fi("run"), 2, "which script")
    expect_error(box.fi("run", "a.lua", "b.lua"), 2, "a.lua", "b.lua")
    expect_error(box.fi("run", "missing.lua"), 1, "missing.lua")
    expect_error(box.fi("run", str(box.base)), 1, "not a file")


@test
def options_of_run_want_values(box):
    expect_error(box.fi("run", "x.lua", "--kernel"), 2, "--kernel")
    expect_error(box.fi("run", "x.lua", "--config"), 2, "--config")
    for option in ("--arg", "--opt"):
        for value in ("plain", "=x"):
            expect_error(box.fi("run", option, value, "x.lua"), 2, option, value)


# Packages


@test
def no_install_prints_the_command(box):
    executable(box.bin / "dpkg-query", "#!/bin/sh\nexit 1\n")
    for command in (["setup"], ["test"], ["run", box.script()]):
        result = box.fi(*command, "--no-install")
        expect(result.returncode == 1, result)
        expect("apt-get install" in result.stdout and "liblua5.4-dev" in result.stdout, result)
    expect(not box.logged())


@test
def what_is_installed_is_not_listed(box):
    executable(box.bin / "dpkg-query", '#!/bin/sh\nshift 2\nfor p; do [ $p = ninja-build ] || echo "installed=$p"; done\n')
    result = box.fi("setup", "--no-install")
    expect("ninja-build" in result.stdout and "flex" not in result.stdout, result)


@test
def failing_installation_shows_its_output(box):
    executable(box.bin / "dpkg-query", "#!/bin/sh\nexit 1\n")
    executable(box.bin / "sudo", '#!/bin/sh\nexec "$@"\n')
    result = box.fi("setup")
    expect_error(result, 1, "E: no network here", "apt-get install")
    expect(any("install -y" in line or "update" in line for line in box.logged()), result)


# Getting and building QEMU


@test
def setup_from_the_mirror(box):
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect("# patched once" in box.binary().read_text(), result)
    expect((box.repo / "build/libfi_lua.so").exists(), result)
    expect(sum("configure" in line for line in box.logged()) == 1, result)


@test
def second_setup_does_nothing_and_is_quick(box):
    box.fi("setup")
    before = box.logged()
    # Nothing is to be asked of apt or dpkg either
    for tool in ("apt-get", "dpkg-query"):
        executable(box.bin / tool, '#!/bin/sh\necho "called" >>"$FAKE_LOG"\nexit 1\n')
    start = time.monotonic()
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect(time.monotonic() - start < 2, result)
    expect(box.logged() == before, result)


@test
def download_that_fails_says_what_was_tried(box):
    versions = box.repo / "qemu-patches/versions"
    versions.write_text(versions.read_text().replace(TARBALL, "gone.tar.xz"))
    result = box.fi("setup")
    expect_error(result, 1, "Tried:", "/debian/pool/main/q/qemu/gone.tar.xz", f"qemu-{VERSION}.tar.xz", "FI_QEMU_SRC")
    expect(not list((box.cache / "downloads").iterdir()), result)


@test
def unusable_mirrors_are_named(box):
    box.apt_get("mirror+file:/etc/apt/mirrors.txt")
    expect_error(box.fi("setup"), 1, "mirror+file:/etc/apt/mirrors.txt", "no file can be fetched")
    box.apt_get("")
    expect_error(box.fi("setup"), 1, "none is configured")


@test
def wrong_checksum_is_refused(box):
    box.versions("0" * 64)
    result = box.fi("setup")
    expect_error(result, 1, "checksum", "0" * 64)
    expect(not list((box.cache / "downloads").iterdir()), result)


@test
def interrupted_download_is_done_again(box):
    part = box.cache / f"downloads/{TARBALL}.part"
    part.parent.mkdir(parents=True)
    part.write_text("half of a tarb")
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect(not part.exists(), result)


@test
def killed_setup_can_be_run_again(box):
    with box.started("setup", env={"FAKE_CONFIGURE_SLEEP": "60"}):
        deadline = time.monotonic() + 30
        while not box.logged() and time.monotonic() < deadline:
            time.sleep(0.05)
    expect(not box.binary().exists())
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect(box.binary().exists(), result)


@test
def killed_unpacking_leaves_nothing_in_the_source(box):
    half = box.cache / f"qemu-{VERSION}/source.new"
    half.mkdir(parents=True)
    (half / "half-a-file").write_text("")
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect(box.binary().exists() and not (half.with_name("source") / "half-a-file").exists(), result)


@test
def changed_patch_recompiles_what_it_touches(box):
    other = box.patch.with_name("0002-fake-other.patch")
    other.write_text(
        "diff --git a/one.sh b/one.sh\n--- a/one.sh\n+++ b/one.sh\n@@ -1,2 +1,3 @@\n #!/bin/sh\n+# other\n "
        + FAKE_QEMU.splitlines()[1]
        + "\n"
    )
    box.fi("setup")
    expect("# other" in box.binary().read_text())
    box.log.write_text("")
    make_patch(box.patch, "# original", "# patched twice")
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect("# patched twice" in box.binary().read_text(), result)
    expect(box.logged() == ["made part2"], result)


@test
def dropped_patch_is_undone(box):
    new_file = box.patch.with_name("0002-fake-new-file.patch")
    new_file.write_text(
        "Subject: [PATCH] x\n---\ndiff --git a/new.c b/new.c\nnew file mode 100644\n--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+new\n"
    )
    box.fi("setup")
    source = box.cache / f"qemu-{VERSION}/source"
    expect((source / "new.c").exists())
    new_file.unlink()
    result = box.fi("setup")
    expect(result.returncode == 0 and not (source / "new.c").exists(), result)
    expect("# patched once" in (source / "two.sh").read_text(), result)


@test
def patch_that_does_not_fit_is_named(box):
    make_patch(box.patch, "# something else", "# patched")
    expect_error(box.fi("setup"), 1, box.patch.name)
    make_patch(box.patch, "# original", "# mended")
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect("# mended" in box.binary().read_text(), result)


@test
def two_setups_at_once(box):
    env = {"FAKE_CONFIGURE_SLEEP": "1"}
    with box.started("setup", env=env) as one, box.started("setup", env=env) as other:
        errors = [process.communicate(timeout=60)[1] for process in (one, other)]
        expect([one.returncode, other.returncode] == [0, 0])
    expect(any("waiting for another" in error for error in errors))
    expect(sum("configure" in line for line in box.logged()) == 1)


@test
def source_tarball_of_ones_own(box):
    tarball = next((box.base.parent.parent).glob("mirror/debian/pool/main/q/qemu/*.xz"))
    shutil.copy(tarball, box.base / "my source.tar.xz")
    box.apt_get("")
    result = box.fi("setup", env={"FI_QEMU_SRC": "my source.tar.xz"})
    expect(result.returncode == 0, result)
    binary = next(box.cache.glob(f"qemu-{VERSION}-*/build/qemu-system-aarch64"))
    expect("# patched once" in binary.read_text(), result)
    (box.base / "junk.tar").write_text("junk")
    expect_error(box.fi("setup", env={"FI_QEMU_SRC": "junk.tar"}), 1, "junk.tar", "not a QEMU source tarball")
    expect_error(box.fi("setup", env={"FI_QEMU_SRC": "nowhere"}), 1, "nowhere")


@test
def source_tree_of_ones_own_is_left_alone(box):
    tarball = next((box.base.parent.parent).glob("mirror/debian/pool/main/q/qemu/*.xz"))
    with tarfile.open(tarball) as tar:
        tar.extractall(box.base)
    tree = box.base / f"qemu-{VERSION}"
    before = sorted((p, p.stat().st_mtime) for p in tree.rglob("*") if p.is_file())
    result = box.fi("setup", env={"FI_QEMU_SRC": str(tree)})
    expect(result.returncode == 0, result)
    expect("no fi_lua patches" in result.stderr, result)
    expect(sorted((p, p.stat().st_mtime) for p in tree.rglob("*") if p.is_file()) == before, result)


@test
def unknown_version_is_refused(box):
    expect_error(box.fi("setup", env={"FI_QEMU_VERSION": "1.2.3"}), 1, "1.2.3", VERSION)


@test
def given_qemu_is_used(box):
    box.apt_get("")
    given = box.given_qemu()
    result = box.fi("setup", env=given)
    expect(result.returncode == 0, result)
    expect(given["FI_QEMU"] in result.stderr, result)
    # A built tree, whose header is in its source
    tree = box.base / "tree"
    executable(tree / "build/qemu-system-aarch64", FAKE_QEMU)
    (tree / "include/plugins").mkdir(parents=True)
    (tree / "include/plugins/qemu-plugin.h").write_text("#define QEMU_PLUGIN_VERSION 5\n")
    (tree / "build/config-host.mak").write_text(f"SRC_PATH={tree}\n")
    result = box.fi("setup", env={"FI_QEMU": "tree"})
    expect(result.returncode == 0, result)
    expect(str(tree / "build/qemu-system-aarch64") in result.stderr, result)


@test
def given_qemu_that_cannot_be_used(box):
    given = box.given_qemu()
    expect_error(box.fi("setup", env={"FI_QEMU": "/nowhere/qemu"}), 1, "/nowhere/qemu", "does not exist")
    expect_error(box.fi("setup", env={"FI_QEMU": str(box.log)}), 1, "not a program")
    expect_error(box.fi("setup", env={"FI_QEMU": str(box.repo)}), 1, "no qemu-system-aarch64")
    expect_error(box.fi("setup", env={**given, "FI_QEMU_INCLUDE": str(box.repo)}), 1, "FI_QEMU_INCLUDE")
    shutil.rmtree(given["FI_QEMU_INCLUDE"])
    expect_error(box.fi("setup", env={"FI_QEMU": given["FI_QEMU"]}), 1, "FI_QEMU_INCLUDE")
    given = box.given_qemu()
    executable(pathlib.Path(given["FI_QEMU"]), "#!/bin/sh\necho broken >&2\nexit 1\n")
    expect_error(box.fi("setup", env=given), 1, "does not run", "broken")


# The tests' Linux


def initramfs(path):
    """name → content of a cpio archive in newc format, in its order."""
    data = path.read_bytes()
    files = {}
    while True:
        fields = [int(data[i : i + 8], 16) for i in range(6, 110, 8)]
        expect(data[:6] == b"070701" and fields[5] == 0)
        size, name_size = fields[6], fields[11]
        name = data[110 : 110 + name_size - 1].decode()
        start = -(-(110 + name_size) // 4) * 4
        if name == "TRAILER!!!":
            return files
        files[name] = data[start : start + size]
        data = data[start + -(-size // 4) * 4 :]


@test
def linux_is_made_of_debians_packages(box):
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    linux = box.cache / "linux"
    expect((linux / "kernel").read_bytes() == b"kernel", result)
    expect(sorted(path.name for path in (linux / "packages").iterdir()) == ["busybox-static.deb", "kernel.deb"], result)
    files = initramfs(linux / "initrd")
    expect(list(files) == sorted(files), result)
    expect(files["bin/busybox"] == b"busybox" and b"poweroff" in files["init"], result)
    modules = {name: content.split(b"\0")[0] for name, content in files.items() if name.startswith("modules/")}
    expect(modules == {"modules/01-virtio_ring.ko": b"ring", "modules/02-virtio_pci.ko": b"pci",
                       "modules/03-qemu_fw_cfg.ko": b"fw_cfg"}, result)
    arm64 = [line for line in box.logged() if line.startswith("arm64")]
    codename = subprocess.check_output(["sh", "-c", ". /etc/os-release && echo $VERSION_CODENAME"], text=True).strip()
    expect(arm64[0].startswith("arm64 update: deb [signed-by=/usr/share/keyrings/"), result)
    expect(arm64[0].endswith(f"/debian {codename} main"), result)
    expect(arm64[1:] == ["arm64 download linux-image-9.9-cloud-arm64 busybox-static"], result)


@test
def linux_is_made_again_from_the_kept_packages(box):
    box.fi("setup")
    linux = box.cache / "linux"
    before = (linux / "initrd").read_bytes()
    (linux / "made").unlink()
    box.log.write_text("")
    result = box.fi("setup", env={"FAKE_DEBS": "/nowhere"})
    expect(result.returncode == 0 and (linux / "initrd").read_bytes() == before, result)
    with (box.repo / "tests/linux/init").open("a") as init:
        init.write("# more\n")
    result = box.fi("setup", env={"FAKE_DEBS": "/nowhere"})
    expect(initramfs(linux / "initrd")["init"].endswith(b"# more\n"), result)
    expect(not box.logged(), result)


@test
def linux_that_cannot_be_had_is_no_error(box):
    linux = box.cache / "linux"
    result = box.fi("setup", env={"FAKE_DEBS": "/nowhere"})
    expect(result.returncode == 0 and "skips the tests that boot Linux" in result.stderr, result)
    expect("the Debian mirror did not give" in (linux / "missing").read_text(), result)
    expect(not (linux / "initrd").exists() and not list(linux.glob("packages*")), result)
    expect("note     Linux      not there yet" in box.fi("doctor").stdout)
    result = box.fi("setup")
    expect((linux / "initrd").exists() and not (linux / "missing").exists(), result)
    expect("note     Linux      the tests boot" in box.fi("doctor").stdout)
    shutil.rmtree(linux)
    box.apt_get("")
    result = box.fi("setup")
    expect(result.returncode == 0, result)
    expect("names no Debian mirror" in (linux / "missing").read_text(), result)


@test
def linux_is_for_the_tests_only(box):
    result, _ = run(box)
    expect(result.returncode == 0 and not (box.cache / "linux").exists() and not box.logged(), result)


# Running


def run(box, *args, header="-- fi: guest=checksum", **kwargs):
    """./fi run with the fake QEMU; returns the result and the words that QEMU got."""
    box.guest()
    env = {**box.given_qemu(), **kwargs.pop("env", {})}
    result = box.fi("run", box.script(header), *args, env=env, **kwargs)
    return result, [line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")]


def has(words, *wanted):
    return any(words[i : i + len(wanted)] == list(wanted) for i in range(len(words)))


def plugin_options(words):
    """The plugin's options as QEMU takes them apart."""
    text = words[words.index("-plugin") + 1].replace(",,", "\0")
    return dict(pair.replace("\0", ",").split("=", 1) for pair in text.split(","))


@test
def run_builds_the_command_line(box):
    result, words = run(box)
    expect(result.returncode == 0, result)
    expect(has(words, "-M", "virt,secure=off,gic-version=3"), result)
    expect(has(words, "-cpu", "cortex-a53"), result)
    expect(has(words, "-kernel", box.guest()), result)
    expect(has(words, "-semihosting-config", "enable=on,target=native"), result)
    options = plugin_options(words)
    expect(options["file"] == str(box.repo / "build/libfi_lua.so"), result)
    expect(options["script"] == box.script("-- fi: guest=checksum"), result)
    expect(options["stdlib"] == str(box.repo / "scripts/stdlib"), result)
    expect(options["symbols"] == box.guest(), result)


@test
def run_reads_the_header(box):
    header = "-- fi: guest=checksum machine=stm32vldiscovery smp=4\n-- what it shows\n--  fi: icount=shift=3 args=a=1,b=x*y"
    result, words = run(box, header=header)
    expect(has(words, "-M", "stm32vldiscovery") and "-cpu" not in words, result)
    expect(has(words, "-smp", "4") and has(words, "-icount", "shift=3"), result)
    options = plugin_options(words)
    expect(options["arg.a"] == "1" and options["arg.b"] == "x*y", result)


@test
def command_line_comes_before_the_header(box):
    kernel = box.base / "other, kernel"
    kernel.write_text("an image, not ELF")
    result, words = run(
        box, "--machine", "mps2-an385", "--cpu", "cortex-m4", "--smp", "1", "--kernel", str(kernel), "--accel", "tcg",
        "--icount", "shift=1", "--seed", "7", "--arg", "a=1,2", "--opt", "stdlib=else where", "--journal", "j, k",
        header="-- fi: guest=checksum machine=virt smp=4 args=a=9,b=2",
    )
    expect(has(words, "-M", "mps2-an385") and has(words, "-cpu", "cortex-m4") and has(words, "-smp", "1"), result)
    expect(has(words, "-kernel", str(kernel)) and has(words, "-accel", "tcg") and has(words, "-icount", "shift=1"), result)
    options = plugin_options(words)
    expect(options["arg.a"] == "1,2" and options["arg.b"] == "2" and options["seed"] == "7", result)
    expect(options["stdlib"] == "else where" and "symbols" not in options, result)
    expect(options["journal"] == str(box.base / "j, k"), result)


@test
def config_is_passed_on(box):
    config = box.base / "faults, all.xml"
    config.write_text("<Faults/>")
    result, words = run(box, "--config", str(config))
    options = plugin_options(words)
    expect(options["config"] == str(config), result)
    expect(options["script"] == box.script("-- fi: guest=checksum"), result)


@test
def config_alone_will_do(box):
    config = box.base / "faults.xml"
    config.write_text("<Faults/>")
    result = box.fi("run", "--config", "faults.xml", "--kernel", box.guest(), env=box.given_qemu())
    words = [line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")]
    options = plugin_options(words)
    expect(options["config"] == str(config) and "script" not in options, result)
    expect_error(box.fi("run", "--config", str(config), env=box.given_qemu()), 1, "faults.xml", "--kernel")
    expect_error(box.fi("run", "--config", "nowhere.xml", env=box.given_qemu()), 1, "nowhere.xml", "no file")


@test
def a_scenario_of_the_library_needs_no_script(box):
    library = box.repo / "scripts/stdlib/fi"
    library.mkdir(parents=True, exist_ok=True)
    (library / "run_scenario.lua").write_text("-- runs it\n")
    result = box.fi(
        "run", "--scenario", "seu", "--arg", "bits=1,2", "--kernel", box.guest(), "--seed", "3", env=box.given_qemu())
    words = [line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")]
    options = plugin_options(words)
    expect(options["script"] == str(library / "run_scenario.lua"), result)
    expect(options["arg.scenario"] == "seu" and options["arg.bits"] == "1,2" and options["seed"] == "3", result)
    expect_error(box.fi("run", "--scenario", "seu", env=box.given_qemu()), 1, "--scenario seu", "--kernel")
    expect_error(box.fi("run", "--scenario", "seu", "x.lua"), 2, "x.lua", "seu")
    expect_error(box.fi("run", "--scenario"), 2, "--scenario")


@test
def scenarios_are_listed_and_described(box):
    (box.repo / "docs").mkdir(exist_ok=True)
    shutil.copy(ROOT / "docs/scenarios.md", box.repo / "docs/scenarios.md")
    names = [path.stem for path in (ROOT / "scripts/stdlib/fi/scenarios").glob("*.lua") if ".test" not in path.name]
    result = box.fi("scenarios")
    expect([line.split()[0] for line in result.stdout.splitlines()] == sorted(names), result)
    result = box.fi("scenarios", "seu_registers")
    expect("single event upset" in result.stdout and "code         the function (place; must be given)" in result.stdout, result)
    expect("--scenario seu_registers" in result.stdout and "|" not in result.stdout, result)
    expect_error(box.fi("scenarios", "seu"), 1, "'seu'", "seu_registers")
    expect_error(box.fi("scenarios", "seu_registers", "more"), 2, "one NAME")


@test
def arguments_after_the_dashes_go_to_qemu(box):
    result, words = run(box, "--", "-append", "two words", "-serial", "null")
    expect(has(words, "-append", "two words"), result)
    expect(words.count("-serial") == 1, result)


@test
def unknown_header_keys_are_named(box):
    result, _ = run(box, header="-- fi: guest=checksum colour=red")
    expect_error(result, 1, "colour", "guest machine")
    result, _ = run(box, header="-- fi: guest")
    expect_error(result, 1, "'guest'", "key=value")


@test
def missing_guest_is_named(box):
    result, _ = run(box, header="-- fi: guest=nosuch")
    expect_error(result, 1, "nosuch", "checksum")
    result, _ = run(box, header="--")
    expect_error(result, 1, "--kernel", "guest=NAME")
    result, _ = run(box, "--kernel", "/nowhere/k", header="--")
    expect_error(result, 1, "/nowhere/k")


@test
def socket_is_passed_on_and_needs_no_script(box):
    kernel = box.guest()
    result = box.fi("run", "--socket", "a b,c.sock", "--kernel", kernel, env=box.given_qemu())
    expect(result.returncode == 0, result)
    options = plugin_options([line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")])
    expect(options["socket"] == f"{box.base}/a b,c.sock" and "script" not in options, result)
    result, words = run(box, "--socket", "/x/y.sock")
    options = plugin_options(words)
    expect(options["socket"] == "/x/y.sock" and "script" in options, result)
    expect_error(box.fi("run", "--socket", "x", env=box.given_qemu()), 1, "without a script", "--kernel")
    expect_error(box.fi("run", "--socket"), 2, "--socket needs a value")


@test
def repl_starts_the_client(box):
    client = box.repo / "build/fi-repl"
    executable(client, "#!/bin/sh\nfor a; do printf '<%s>\\n' \"$a\"; done\nexit 7\n")
    result = box.fi("repl", "-e", "x = 1 *", "--no-install", "a b.sock")
    expect(result.returncode == 7 and result.stdout == "<-e>\n<x = 1 *>\n<a b.sock>\n", result)
    # Where it is not built yet, it is
    client.unlink()
    executable(box.bin / "dpkg-query", "#!/bin/sh\nexit 1\n")
    result = box.fi("repl", "--no-install")
    expect(result.returncode == 1 and "apt-get install" in result.stdout, result)


@test
def golden_run_comes_first(box):
    result, words = run(box, header="-- fi: guest=checksum compare=golden")
    parts = [result.stdout.find(label) for label in ("golden run:", "faulty run:", "<-plugin>", "journal:", '"fault"')]
    expect(-1 not in parts and parts == sorted(parts), result)
    expect(words.count("-M") == 2 and words.count("-plugin") == 1, result)
    expect('"start"' not in result.stdout, result)


@test
def many_faults_are_not_all_shown(box):
    result, _ = run(box, env={"FAKE_FAULTS": "10"})
    expect(result.stdout.count('"fault"') == 10 and "more)" not in result.stdout, result)
    result, _ = run(box, env={"FAKE_FAULTS": "12"})
    expect(result.stdout.count('"fault"') == 10 and "(and 2 faults more)\n" in result.stdout, result)


@test
def status_is_qemus(box):
    result, _ = run(box, env={"FAKE_STATUS": "3"})
    expect(result.returncode == 3, result)


@test
def input_reaches_the_guest(box):
    result, _ = run(box, env={"FAKE_CAT": "1"}, stdin="typed by the user\n")
    expect("typed by the user" in result.stdout, result)


def run_and_terminate(box, header):
    """./fi run, SIGTERM when the guest runs; returns the status and the output."""
    box.guest()
    env = {**box.given_qemu(), "FAKE_SLEEP": "1"}
    box.fi("setup", env=env)
    with box.started("run", box.script(header), env=env) as process:
        while "-kernel" not in process.stdout.readline():
            pass
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=10)[0]
        return process.returncode, output


@test
def signal_ends_qemu_and_shows_the_journal(box):
    status, output = run_and_terminate(box, "-- fi: guest=checksum")
    expect(status == 143)
    expect("terminated" in output and '"fault"' in output)


@test
def signal_in_the_golden_run_ends_it_all(box):
    status, output = run_and_terminate(box, "-- fi: guest=checksum compare=golden")
    expect(status == 143)
    expect("faulty run:" not in output)


# Linux as a guest


def run_linux(box, *args, header="--", env=None):
    """./fi run --linux with the fake QEMU and the fake Linux; result, and the words that QEMU got."""
    result = box.fi("run", "--linux", *args, box.script(header), env={**box.given_qemu(), **(env or {})})
    return result, [line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")]


@test
def linux_is_booted_as_in_the_tests(box):
    import linux
    import qemu
    import scenario

    result, words = run_linux(box, "--sh", "one  'two'", "--sh", "three", "--disk", "--append", "a b", "--append", "c")
    expect(result.returncode == 0, result)
    wanted = scenario.Scenario(path=box.base, guest="linux", shell=["one  'two'", "three"], disk=True,
                               append=["a", "b", "c"])
    config = type("Config", (), {"linux": box.cache / "linux"})
    machine = qemu.machine_arguments(wanted)
    others = linux.arguments(config, wanted, box.base)
    pairs = list(zip(machine[::2], machine[1::2]))
    rest = [word for word in others if word != "-no-reboot"]
    pairs += zip(rest[::2], rest[1::2])
    expect(len(pairs) == 9 and "-no-reboot" in words, result)
    for flag, value in pairs:
        got = words[words.index(flag) + 1]
        if flag == "-append":
            got = got.replace(" quiet ", " ")
        # The files are others
        got, value = (re.sub(r"(?<=file=).*/", "", text.replace(",,", "")) for text in (got, value))
        expect(got == value, result)
    expect(has(words, "-kernel", str(box.cache / "linux/kernel")), result)
    expect("symbols" not in plugin_options(words), result)


@test
def linux_gets_its_script_and_its_disk(box):
    import linux

    keep = box.base / "kept"
    keep.mkdir()
    result, words = run_linux(box, "--sh", "one  'two'", "--sh", "three", "--disk", env={"FAKE_KEEP": str(keep)})
    expect((keep / "test.sh").read_text() == "one  'two'\nthree\n", result)
    expect((keep / "disk").read_bytes() == linux.disk_content(), result)
    # Nothing is left
    expect(not list(box.base.glob("fi_lua-linux*")), result)
    result, words = run_linux(box)
    expect("-fw_cfg" not in words and "-drive" not in words and "-initrd" in words, result)


@test
def linux_by_the_header(box):
    result = box.fi("run", box.script("-- fi: guest=linux smp=2"), env=box.given_qemu())
    words = [line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")]
    expect(has(words, "-kernel", str(box.cache / "linux/kernel")) and has(words, "-smp", "2"), result)
    # Another kernel for the same scenario
    kernel = box.guest()
    result = box.fi("run", "--kernel", kernel, box.script("-- fi: guest=linux"), env=box.given_qemu())
    words = [line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")]
    expect(has(words, "-kernel", kernel) and "-initrd" not in words, result)


@test
def linux_options_are_for_linux(box):
    for option in (["--sh", "x"], ["--disk"], ["--append", "x"]):
        result, _ = run(box, *option)
        expect_error(result, 2, option[0], "--linux")
    expect_error(run_linux(box, "--kernel", "k")[0], 2, "--kernel k")
    expect_error(box.fi("run", "--linux", "--sh"), 2, "--sh needs a value")


@test
def linux_without_a_scenario_is_without_the_plugin(box):
    result = box.fi("run", "--linux", "--sh", "x", env={**box.given_qemu(), "FAKE_STATUS": "3"})
    words = [line[1:-1] for line in result.stdout.splitlines() if line.startswith("<")]
    expect(result.returncode == 3 and "-initrd" in words and "-plugin" not in words, result)
    result = box.fi("run", "--linux", "--socket", "s", env=box.given_qemu())
    expect("<-plugin>" in result.stdout, result)


@test
def linux_that_is_missing_is_told(box):
    result, _ = run_linux(box, env={"FAKE_DEBS": "/nowhere"})
    expect_error(result, 1, "there is no Linux", "the Debian mirror did not give", "./fi doctor")


# Testing


@test
def bench_knows_where_things_are(box):
    env = box.given_qemu()
    expect_error(box.fi("bench", env=env), 1, "bench/run.py")
    (box.repo / "bench").mkdir()
    (box.repo / "bench/run.py").write_text("import os, sys\nprint(os.environ['FI_QEMU_BIN'], os.environ['FI_BUILD_DIR'], sys.argv[1:])\n")
    result = box.fi("bench", "--quick", "a b", env=env)
    expect(result.stdout == f"{env['FI_QEMU']} {box.repo}/build ['--quick', 'a b']\n", result)


@test
def test_counts_subtests(box):
    env = box.given_qemu()
    result = box.fi("test", "good", env=env)
    expect(result.returncode == 0, result)
    expect(result.stdout.splitlines()[-1] == "2 passed, 0 failed, 2 skipped", result)
    result = box.fi("test", "skip", env=env)
    expect(result.returncode == 0, result)
    expect(result.stdout.splitlines()[-1] == "0 passed, 0 failed, 1 skipped", result)


@test
def crashes_and_timeouts_are_failures(box):
    result = box.fi("test", env=box.given_qemu())
    expect(result.returncode == 1, result)
    # tapbad: 1 passed, 1 failed; crash and hang: 1 passed each, and the program failed
    expect(result.stdout.splitlines()[-1] == "5 passed, 3 failed, 3 skipped", result)


@test
def unknown_suite_lists_the_suites(box):
    expect_error(box.fi("test", "nosuch", env=box.given_qemu()), 2, "nosuch", "bad, good, skip")


@test
def plugin_that_does_not_compile(box):
    (box.repo / "p.c").write_text("this is no C\n")
    result = box.fi("setup", env=box.given_qemu())
    expect_error(result, 1, "p.c", "could not build the plugin")
    (box.repo / "p.c").write_text("int x;\n")
    result = box.fi("setup", env=box.given_qemu())
    expect(result.returncode == 0, result)


# Doctor


@test
def doctor_tells_what_is_missing(box):
    result = box.fi("doctor")
    expect(result.returncode == 1, result)
    expect("missing  QEMU" in result.stdout and "missing  plugin" in result.stdout and "./fi setup" in result.stdout, result)
    expect(not box.logged(), result)


@test
def doctor_is_content_when_all_is_there(box):
    env = box.given_qemu()
    box.fi("setup", env=env)
    result = box.fi("doctor", env=env)
    expect(result.returncode == 0, result)
    expect("stock" in result.stdout and "plugin API 6" in result.stdout, result)
    result = box.fi("doctor", env={**env, "FI_QEMU": "/nowhere/qemu"})
    expect(result.returncode == 1 and "/nowhere/qemu" in result.stdout, result)


def main():
    names = sys.argv[1:]
    tests = [t for t in TEST_FUNCTIONS if not names or t.__name__ in names]
    failed = False
    print(f"1..{len(tests)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="fi_lua test ") as base:
        directory = pathlib.Path(base) / "mirror"
        checksum = make_pool(directory)
        (directory / "debs").mkdir()
        make_debs(directory)
        mirror = Mirror(directory)
        for number, function in enumerate(tests, 1):
            name = function.__name__.replace("_", " ")
            try:
                box = Sandbox(base, mirror)
                box.versions(checksum)
                function(box)
                print(f"ok {number} - {name}", flush=True)
            except Exception as error:  # whatever it is, the other tests are to be run
                failed = True
                print(f"not ok {number} - {name}")
                trace = error.__traceback__
                while trace.tb_next and trace.tb_next.tb_frame.f_code.co_filename == __file__:
                    trace = trace.tb_next
                print(f"# line {trace.tb_lineno}: {type(error).__name__}")
                print("\n".join(f"# {line}" for line in str(error).splitlines()), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
