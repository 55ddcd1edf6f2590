/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>

#include "guest.h"

static void print_number(unsigned long value, unsigned base, unsigned width)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || count < width);
    while (count) {
        uart_putc(digits[--count]);
    }
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (; *format; format++) {
        unsigned width = 0;
        int is_long = 0;

        if (*format != '%') {
            uart_putc(*format);
            continue;
        }
        format++;
        while (*format >= '0' && *format <= '9') {
            width = width * 10 + (unsigned)(*format++ - '0');
        }
        if (*format == 'l') {
            is_long = 1;
            format++;
        }
        if (*format == 's') {
            for (const char *s = va_arg(args, const char *); *s; s++) {
                uart_putc(*s);
            }
        } else {
            unsigned long value = is_long ? va_arg(args, unsigned long) : va_arg(args, unsigned);

            print_number(value, *format == 'x' ? 16 : 10, width);
        }
    }
    va_end(args);
}
