/* SPDX-License-Identifier: GPL-2.0-only */
#define KUNIT_GATE_AMD
#include "suites/gate.S"
