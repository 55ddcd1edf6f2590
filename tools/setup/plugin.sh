# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The plugin, and what Meson builds with it (guests, tests).

# ninja_has_work DIR
ninja_has_work() {
    [ "$(cd "$1" && ninja -n 2>/dev/null | tail -n 1)" != "ninja: no work to do." ]
}

# ensure_plugin: up to date, built against QEMU_BIN
ensure_plugin() {
    local options
    lock "$FI_BUILD_DIR"
    # All as one word each: the paths may have spaces
    set -- "-Dqemu_include=$QEMU_INCLUDE" "-Dqemu=$QEMU_BIN" "-Dlinux=$LINUX_DIR"
    options=$*
    if [ ! -f "$FI_BUILD_DIR/build.ninja" ]; then
        say "configuring the plugin (some seconds)"
        # What an interrupted set-up left makes Meson believe that it was done
        rm -rf "$FI_BUILD_DIR/meson-private"
        run_logged "$FI_BUILD_DIR/fi-setup.log" meson setup "$FI_BUILD_DIR" "$FI_ROOT" "$@" || die "could not configure the plugin"
        write_file "$FI_BUILD_DIR/fi-options" "$options"
    elif [ "$(first_line "$FI_BUILD_DIR/fi-options")" != "$options" ]; then
        say "configuring the plugin for $QEMU_BIN"
        # Not meson configure, which does not see that an option is new
        run_logged "$FI_BUILD_DIR/fi-setup.log" meson setup --reconfigure "$FI_BUILD_DIR" "$FI_ROOT" "$@" || die "could not configure the plugin"
        write_file "$FI_BUILD_DIR/fi-options" "$options"
    fi
    if ninja_has_work "$FI_BUILD_DIR"; then
        say "building the plugin and the guests (at most a minute)"
        run_ninja "$FI_BUILD_DIR" "$FI_BUILD_DIR/fi-build.log" || die "could not build the plugin"
    fi
    unlock
    PLUGIN=$FI_BUILD_DIR/libfi_lua.so
    [ -f "$PLUGIN" ] || die "the build made no $PLUGIN"
}

# ensure_all build|test: all that is needed to run something
ensure_all() {
    ensure_packages "$1"
    ensure_qemu
    [ "$1" = build ] || ensure_linux
    ensure_plugin
}

cmd_setup() {
    while [ $# -gt 0 ]; do
        case $1 in
        --no-install) FI_NO_INSTALL=1 ;;
        -h | --help) usage && exit 0 ;;
        *) usage_error "setup: no such option: $1" ;;
        esac
        shift
    done
    ensure_all test
    say "QEMU:   $QEMU_BIN"
    say "plugin: $PLUGIN"
    say "all is there; try ./fi run scripts/examples/bitflip.lua"
}
