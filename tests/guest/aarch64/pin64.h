/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check_hardened answers; any other value is none. They differ in half of their bits and more. */
#ifndef PIN64_H
#define PIN64_H

#define PIN_GRANTED 0x5aa5c33c
#define PIN_DENIED 0xa55a3cc3
#define PIN_ALARM 0x33cc0ff0

#endif
