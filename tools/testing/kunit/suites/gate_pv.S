/* SPDX-License-Identifier: GPL-2.0-only */
#define KUNIT_GATE_PV
#include "suites/gate.S"
