-- SPDX-License-Identifier: GPL-2.0-or-later
-- Skips one instruction of check_pin, once or always. Run by tests/harness/pin_sweep.py for each row of
-- tests/guest/pin_table.csv, which says what the guest must print.
require("fi.faults").skip(fi.args.label, {persistence = fi.args.persistence})
