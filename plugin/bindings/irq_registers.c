/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "irq.h"

#include <string.h>

#include "../hardware.h"
#include "../late_write.h"

/*
 * Interrupts by way of the interrupt controller's registers: for SGIs, which
 * have no other input, and for all that an unpatched QEMU has.  The accesses
 * are physical and non-secure, on the current vCPU.
 */

/* QEMU's virt machine (hw/arm/virt.c) */
#define VIRT_DIST 0x08000000
#define VIRT_REDIST 0x080a0000
#define NVIC 0xe000e000

/* GICD_PIDR2, GICR_TYPER: Arm IHI 0069 12.9.32, 12.11.37; IHI 0048 4.3.18 */
#define GICV2_PIDR2 0xfe8
#define GICV3_PIDR2 0xffe8
#define PIDR2_ARCH_REV(v) (((v) >> 4) & 0xf)
#define PIDR2_JEDEC (1u << 3) /* a GIC's, not a PrimeCell's like the PL011 */
#define GICD_TYPER 0x4
#define TYPER_LINES(v) (32 * (((v)&0x1f) + 1))
#define GICR_TYPER 0x8
#define TYPER_VLPIS (1u << 1)
#define TYPER_LAST (1u << 4)
#define TYPER_NUMBER(v) (((v) >> 8) & 0xffff)
#define REDIST_SIZE 0x20000
#define REDIST_SIZE_VLPIS 0x40000

#define MAX_REGIONS 8
#define MAX_CPUS 1024 /* of one region: ends a walk over what is no GIC */

/* Where the controller is; redistributors can be in several regions. */
typedef struct Gic {
    uint64_t dist;
    uint64_t redist[MAX_REGIONS];
    unsigned n_redist;
} Gic;

/* What fi.irq.gic said; with the Lua lock. */
static FiIrqPlaces given;

void fi_irq_exchange_places(FiIrqPlaces *other)
{
    FiIrqPlaces own = given;

    given = *other;
    *other = own;
}

/* QEMU's accesses, with the Lua lock released: they take the big lock. */
static bool access_register(FiContext *c, uint64_t addr, void *data,
                            size_t size, bool write)
{
    GByteArray *buf = c->vcpu->buf;
    FiContext *released;
    enum qemu_plugin_hwaddr_operation_result r;

    g_byte_array_set_size(buf, 0);
    if (write) {
        g_byte_array_append(buf, data, size);
    }
    released = fi_script_release();
    fi_own_access = true;
    r = write ? qemu_plugin_write_memory_hwaddr(addr, buf)
              : qemu_plugin_read_memory_hwaddr(addr, buf, size);
    fi_own_access = false;
    fi_script_reacquire(released);
    if (r != QEMU_PLUGIN_HWADDR_OPERATION_OK || buf->len < size) {
        return false;
    }
    if (!write) {
        memcpy(data, buf->data, size);
    }
    return true;
}

static bool read32(FiContext *c, uint64_t addr, uint32_t *ret)
{
    if (!access_register(c, addr, ret, sizeof(*ret), false)) {
        return false;
    }
    *ret = GUINT32_FROM_LE(*ret);
    return true;
}

static bool read64(FiContext *c, uint64_t addr, uint64_t *ret)
{
    if (!access_register(c, addr, ret, sizeof(*ret), false)) {
        return false;
    }
    *ret = GUINT64_FROM_LE(*ret);
    return true;
}

/* Finding the controller */

static void note_region(uint64_t first, uint64_t last, const char *region,
                        const char *device_path, const char *device_type,
                        void *userdata)
{
    Gic *gic = userdata;

    (void)last;
    (void)device_path;
    (void)device_type;
    if (strcmp(region, "gic_dist") == 0 || strcmp(region, "gicv3_dist") == 0) {
        gic->dist = first;
    } else if (g_str_has_prefix(region, "gicv3_redist_region") &&
               gic->n_redist < MAX_REGIONS) {
        gic->redist[gic->n_redist++] = first;
    }
}

static void find_gic(Gic *gic)
{
    *gic = (Gic){ 0 };
    if (qemu_plugin_fi_mmio_foreach && !fi.opts->stock) {
        FiContext *released = fi_script_release();

        qemu_plugin_fi_mmio_foreach(note_region, gic);
        fi_script_reacquire(released);
    }
    if (given.has_dist || !gic->dist) {
        gic->dist = given.has_dist ? given.dist : VIRT_DIST;
    }
    if (given.has_redist || !gic->n_redist) {
        gic->redist[0] = given.has_redist ? given.redist : VIRT_REDIST;
        gic->n_redist = 1;
    }
}

/* 0: none of those between @min and @max */
static unsigned arch_rev(FiContext *c, uint64_t pidr2, unsigned min,
                         unsigned max)
{
    uint32_t v;
    unsigned rev;

    if (!read32(c, pidr2, &v) || !(v & PIDR2_JEDEC)) {
        return 0;
    }
    rev = PIDR2_ARCH_REV(v);
    return rev >= min && rev <= max ? rev : 0;
}

/* A GICv2's distributor is smaller than the offset of a GICv3's ID. */
static FI_RAISES FiIrqArch check_arch(lua_State *L, FiContext *c,
                                      const Gic *gic, const char *what)
{
    unsigned rev = arch_rev(c, gic->dist + GICV3_PIDR2, FI_GICV3, FI_GICV4);

    if (!rev) {
        rev = arch_rev(c, gic->dist + GICV2_PIDR2, FI_GICV1, FI_GICV2);
    }
    if (!rev) {
        luaL_error(L,
                   "%s: no GIC's distributor at %s (by its GICD_PIDR2); "
                   "fi.irq.gic{dist = address, redist = address} says where "
                   "this machine has it",
                   what, fi_push_hex(L, gic->dist));
    }
    return rev;
}

/* Bits of interrupts that there are not would be ignored silently.  An NVIC's
 * ICTR (Armv7-M, B3.2.27) is where GICD_TYPER is, and tells in the same way. */
static FI_RAISES void check_exists(lua_State *L, FiContext *c, const Gic *gic,
                                   const FiIrqTarget *t, const char *what)
{
    bool spi = t->kind == FI_IRQ_SPI;
    uint32_t typer;

    if ((spi || t->kind == FI_IRQ_EXTERNAL) &&
        read32(c, gic->dist + GICD_TYPER, &typer) &&
        t->number >= TYPER_LINES(typer)) {
        luaL_error(L,
                   "%s: %s = %d: this machine's interrupt controller has %d "
                   "to %d",
                   what, fi_irq_kind_name(t->kind), (int)t->number,
                   spi ? 32 : 0, (int)TYPER_LINES(typer) - 1);
    }
}

/* The redistributor of CPU @number among those of one region. */
static bool frame_in_region(FiContext *c, uint64_t addr, unsigned number,
                            uint64_t *ret)
{
    unsigned i;
    uint64_t typer;

    for (i = 0; i < MAX_CPUS && read64(c, addr + GICR_TYPER, &typer); i++) {
        if (TYPER_NUMBER(typer) == number) {
            *ret = addr;
            return true;
        } else if (typer & TYPER_LAST) {
            break;
        }
        addr += typer & TYPER_VLPIS ? REDIST_SIZE_VLPIS : REDIST_SIZE;
    }
    return false;
}

static FI_RAISES uint64_t check_frame(lua_State *L, FiContext *c,
                                      const Gic *gic, unsigned number,
                                      const char *what)
{
    unsigned i;
    uint64_t ret;

    for (i = 0; i < gic->n_redist; i++) {
        if (frame_in_region(c, gic->redist[i], number, &ret)) {
            return ret;
        }
    }
    return luaL_error(L,
                      "%s: no redistributor of vCPU %d from %s on; "
                      "fi.irq.gic{redist = address} says where this machine "
                      "has them",
                      what, (int)number, fi_push_hex(L, gic->redist[0]));
}

/* The operation */

static FI_RAISES void write_register(lua_State *L, FiContext *c, uint64_t base,
                                     const FiIrqWrite *w, const char *what)
{
    uint32_t value = GUINT32_TO_LE(w->value);

    if (fi_late_write_needed(c)) {
        const char *where = lua_pushfstring(L, "%s%s: ", fi_push_place(L),
                                            what);

        fi_late_write(c, base + w->offset, w->value, w->size, where);
        lua_pop(L, 2);
    } else if (!access_register(c, base + w->offset, &value, w->size, true)) {
        luaL_error(L,
                   "%s: cannot write the interrupt controller's register "
                   "at %s",
                   what, fi_push_hex(L, base + w->offset));
    }
}

static FI_RAISES void check_bank(lua_State *L, const FiContext *c,
                                 const FiIrqTarget *t, const FiIrqWrite *w,
                                 const char *what)
{
    if (w->banked && t->vcpu != c->vcpu->index) {
        luaL_error(L,
                   "%s: in the registers of a GICv2 a vCPU reaches only its "
                   "own PPIs, and takes back only its own SGIs: use "
                   "fi.defer(%d, function() … end)",
                   what, (int)t->vcpu);
    }
}

void fi_irq_by_registers(lua_State *L, FiContext *c, const FiIrqTarget *t,
                         FiIrqOp op, const char *what)
{
    GError *error = NULL;
    FiIrqArch arch = FI_NVIC;
    FiIrqWrite w;
    Gic gic = { .dist = NVIC };

    if (t->kind == FI_IRQ_EXTERNAL && c->vcpu->arch != &fi_arch_arm_m) {
        luaL_error(L,
                   "%s: irq is for the NVIC of an M-profile CPU, which this "
                   "machine has not",
                   what);
    } else if (t->kind != FI_IRQ_EXTERNAL) {
        find_gic(&gic);
        arch = check_arch(L, c, &gic, what);
    }
    check_exists(L, c, &gic, t, what);
    if (!fi_irq_write(arch, t->kind, t->number, t->vcpu, op, &w, &error)) {
        fi_irq_raise(L, what, error);
    }
    check_bank(L, c, t, &w, what);
    write_register(L, c,
                   w.redist ? check_frame(L, c, &gic, t->vcpu, what) : gic.dist,
                   &w, what);
}

int fi_irq_set_gic(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2)
                                                         : "";
        bool is_dist = strcmp(key, "dist") == 0;

        if (!is_dist && strcmp(key, "redist") != 0) {
            luaL_error(L, "fi.irq.gic: unknown key '%s' (known: dist, redist)",
                       luaL_tolstring(L, -2, NULL));
        } else if (!lua_isinteger(L, -1)) {
            luaL_error(L, "fi.irq.gic: '%s' is a physical address, not %s", key,
                       luaL_tolstring(L, -1, NULL));
        } else if (is_dist) {
            given.has_dist = true;
            given.dist = lua_tointeger(L, -1);
        } else {
            given.has_redist = true;
            given.redist = lua_tointeger(L, -1);
        }
    }
    return 0;
}
