/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes device registers in all sizes, polls a status bit, has fw_cfg write to a register by DMA; says what each
 * access gave. An access that fails as a synchronous external abort is reported and skipped.
 */
#include "aarch64.h"

#define UART 0x09000000ul
#define UART_RIS (UART + 0x3c)
#define UART_ID (UART + 0xfe0)
#define RIS_TX (1u << 5)            /* set since the first output */

#define RTC 0x09010000ul
#define RTC_MR (RTC + 0x4)
#define RTC_IMSC (RTC + 0x10)
#define RTC_ID (RTC + 0xfe0)

#define FW_CFG 0x09020000ul
#define FW_CFG_DATA FW_CFG
#define FW_CFG_SELECTOR (FW_CFG + 0x8)
#define FW_CFG_DMA (FW_CFG + 0x10)
#define FW_CFG_SIGNATURE 0
#define FW_CFG_DMA_READ 2
#define FW_CFG_DMA_SELECT 8

#define GPIO 0x09030000ul
#define GPIO_DATA (GPIO + 0x3fc)
#define GPIO_DIR (GPIO + 0x400)
#define GPIO_IBE (GPIO + 0x408)
#define GPIO_IEV (GPIO + 0x40c)

#define HOLE 0x0b000000ul           /* mapped, with nothing there */

#define POLL_LIMIT 1000

/* cell_access.S: the access is the first instruction. */
uint64_t load8(uint64_t address);
uint64_t load16(uint64_t address);
uint64_t load32(uint64_t address);
uint64_t load64(uint64_t address);
void store8(uint64_t address, uint64_t value);
void store16(uint64_t address, uint64_t value);
void store32(uint64_t address, uint64_t value);
void store64(uint64_t address, uint64_t value);

/* What the last abort was; aborts counts them. */
volatile uint32_t aborts;
volatile uint64_t abort_esr, abort_far, abort_elr;

/* Big-endian in memory. */
struct fw_cfg_dma {
    uint32_t control;
    uint32_t length;
    uint64_t address;
};

static volatile struct fw_cfg_dma dma_command __attribute__((aligned(16)));

static const struct {
    const void *start;
    const char *name;
} accessors[] = {
    { load8, "load8" }, { load16, "load16" }, { load32, "load32" }, { load64, "load64" },
    { store8, "store8" }, { store16, "store16" }, { store32, "store32" }, { store64, "store64" },
};

HOOK void handle_sync(struct frame *frame)
{
    if (ESR_CLASS(frame->esr) != CLASS_DATA_ABORT) {
        print("unexpected esr 0x%lx elr 0x%lx\n", frame->esr, frame->elr);
        power_off();
    }
    aborts++;
    abort_esr = frame->esr;
    abort_far = frame->far;
    abort_elr = frame->elr;
    frame->elr += 4;
}

static void print_abort(void)
{
    print("abort esr 0x%lx far 0x%lx elr ", abort_esr, abort_far);
    for (unsigned i = 0; i < ARRAY_LENGTH(accessors); i++) {
        if (abort_elr == (uintptr_t)accessors[i].start) {
            print("%s\n", accessors[i].name);
            return;
        }
    }
    print("elsewhere\n");
}

/* The moments at which each part begins. */
HOOK void begin_registers(void)
{
}

HOOK void begin_poll(void)
{
}

HOOK void begin_dma(void)
{
}

static void report_read(const char *name, unsigned bits, uint64_t value, uint32_t aborts_before)
{
    print("read%u %s ", bits, name);
    if (aborts != aborts_before) {
        print_abort();
    } else {
        print("0x%lx\n", value);
    }
}

static void report_write(const char *name, unsigned bits, uint64_t value, uint32_t aborts_before)
{
    print("write%u %s 0x%lx ", bits, name, value);
    if (aborts != aborts_before) {
        print_abort();
    } else {
        print("done\n");
    }
}

static void read(const char *name, unsigned bits, uint64_t address)
{
    uint64_t (*load)(uint64_t) = bits == 8 ? load8 : bits == 16 ? load16 : bits == 32 ? load32 : load64;
    uint32_t before = aborts;

    report_read(name, bits, load(address), before);
}

static void write(const char *name, unsigned bits, uint64_t address, uint64_t value)
{
    void (*store)(uint64_t, uint64_t) = bits == 8 ? store8 : bits == 16 ? store16 : bits == 32 ? store32 : store64;
    uint32_t before = aborts;

    store(address, value);
    report_write(name, bits, value, before);
}

static void use_registers(void)
{
    begin_registers();
    write("rtc_mr", 32, RTC_MR, 0x11223344);
    read("rtc_mr", 32, RTC_MR);
    read("rtc_mr", 16, RTC_MR);
    read("rtc_mr", 8, RTC_MR);
    write("rtc_imsc", 32, RTC_IMSC, 1);
    read("rtc_imsc", 32, RTC_IMSC);
    read("rtc_id", 8, RTC_ID);
    read("rtc_id", 16, RTC_ID);
    read("rtc_id", 32, RTC_ID);
    read("rtc_id", 64, RTC_ID);
    write("gpio_dir", 8, GPIO_DIR, 0xff);
    read("gpio_dir", 8, GPIO_DIR);
    write("gpio_data", 32, GPIO_DATA, 0xa5);
    read("gpio_data", 32, GPIO_DATA);
    write("gpio_ibe", 64, GPIO_IBE, 0x1200000034);
    read("gpio_ibe", 32, GPIO_IBE);
    read("gpio_iev", 32, GPIO_IEV);
    write("gpio_iev", 16, GPIO_IEV, 0x56);
    read("gpio_iev", 16, GPIO_IEV);
    read("uart_id", 32, UART_ID);
    write("fw_cfg_selector", 16, FW_CFG_SELECTOR, FW_CFG_SIGNATURE);
    read("fw_cfg_data", 8, FW_CFG_DATA);    /* each read takes what it gives */
    read("fw_cfg_data", 8, FW_CFG_DATA);
    read("fw_cfg_data", 16, FW_CFG_DATA);
}

static void poll(void)
{
    unsigned polls = 0;

    begin_poll();
    do {
        polls++;
    } while (!(load32(UART_RIS) & RIS_TX) && polls < POLL_LIMIT);
    print("polls %u\n", polls);
}

static void use_dma(void)
{
    begin_dma();
    dma_command.control = __builtin_bswap32(FW_CFG_SIGNATURE << 16 | FW_CFG_DMA_SELECT | FW_CFG_DMA_READ);
    dma_command.length = __builtin_bswap32(4);
    dma_command.address = __builtin_bswap64(RTC_MR);
    write("fw_cfg_dma", 64, FW_CFG_DMA, __builtin_bswap64((uintptr_t)&dma_command));
    print("dma control 0x%x\n", (unsigned)__builtin_bswap32(dma_command.control));
    read("rtc_mr", 32, RTC_MR);
}

void main(void)
{
    print("mmio\n");
    use_registers();
    poll();
    use_dma();
    read("hole", 32, HOLE);
    write("hole", 64, HOLE + 8, 1);
    print("aborts %u\n", (unsigned)aborts);
}
