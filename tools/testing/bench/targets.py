# SPDX-License-Identifier: GPL-2.0-only
"""What the modules are to reach, and whether they do."""

# Of two equal things one may come out so much dearer.
EQUAL = 1.01


def per_stock(operation, size=1, others=0, run='pv'):
    def value(runs):
        figure = runs[run].get(operation, size, others)
        return figure and figure.ratio
    return value


def per_alone(operation, others, alone=0, size=1, run='pv'):
    """Of our cost with others, per that without."""
    def value(runs):
        with_them = runs[run].get(operation, size, others)
        without = runs[run].get(operation, size, alone)
        return with_them and without and with_them.ours / without.ours
    return value


def per_thread(operation):
    """Of our rate with two threads, per that of one."""
    def value(runs):
        one, two = (runs['threads'].get(operation, n, 0) for n in (1, 2))
        return one and two and two.ours / one.ours
    return value


# (what, figure, limit); a limit below 0 is a lower one.
TARGETS = [
    ('null hypercall, ours/stock', per_stock('privcmd-hypercall'), 0.90),
    ('notify, ours/stock', per_stock('evtchn-notify', 1, 1), 0.75),
    ('unmask of a masked port, ours/stock', per_stock('evtchn-unmask', 1, 1), 0.6),
    ('unmask of an unmasked port, ours/stock', per_stock('evtchn-unmask-unmasked', 1, 1), 0.6),
    ('notify, two threads on one file / one', per_thread('notify-one-file'), -1.8),
    ('notify, 4,000 ports / 1', per_alone('evtchn-notify', 4000, 1), 1.2),
    ('unmask, 4,000 ports / 1', per_alone('evtchn-unmask', 4000, 1), 1.2),
    ('read of one, 4,000 ports / 1', per_alone('evtchn-read', 4000, 1), 1.2),
    ('notify, read, unmask, 4,000 ports / 1',
     per_alone('evtchn-notify-read-unmask', 4000, 1), 1.2),
    ('bind and unbind, 4,000 ports / 1', per_alone('evtchn-bind-unbind', 4000, 1), 1.2),
    ('MMAPBATCH_V2 of 64 Ki, PV, ours/stock', per_stock('privcmd-mmapbatch', 65536), 0.8),
    ('MMAPBATCH_V2 of 64 Ki, PVH, ours/stock',
     per_stock('privcmd-mmapbatch', 65536, 0, 'pvh'), 0.5),
    ('unmap of 64 Ki, PVH, ours/stock', per_stock('privcmd-munmap', 65536, 0, 'pvh'), 0.7),
    ('map and unmap of one grant, PV, ours/stock', per_stock('gntdev-cycle'), 0.85),
    ('map and unmap of one grant, PVH, ours/stock', per_stock('gntdev-cycle', run='pvh'), 0.85),
    ('the same with 30,000 others / none, PV', per_alone('gntdev-cycle', 30000), 1.3),
    ('the same with 30,000 others / none, PVH', per_alone('gntdev-cycle', 30000, run='pvh'), 1.3),
    ('GRANT_COPY in, 1,024 of 4 KiB, ours/stock', per_stock('gntdev-copy-in-4096', 1024), 0.7),
    ('GRANT_COPY out, 1,024 of 4 KiB, ours/stock', per_stock('gntdev-copy-out-4096', 1024), 0.7),
    ('gntalloc of one, ours/stock', per_stock('gntalloc-alloc-dealloc'), 0.85),
    ('the same with 30,000 others / none', per_alone('gntalloc-alloc-dealloc', 30000), 1.3),
    ('bytes per mapped grant, ours/stock', per_stock('bytes-mapped-grant', 1, 10000), 0.7),
]


def judge(runs):
    """[(what, limit as text, value, is it met)]; runs: {pv, pvh, threads: Figures}"""
    for what, figure, limit in TARGETS:
        value = figure(runs)
        if value is None:
            yield what, '', None, False
        elif limit < 0:
            yield what, f'≥ {-limit:.2f}', value, value >= -limit
        else:
            yield what, f'≤ {limit:.2f}', value, value <= limit


def is_cost(key):
    return not key[0].startswith('bytes-')


def beyond_floor(figures, limit=1.15):
    return [(key, f) for key, f in figures.items()
            if is_cost(key) and f.over_floor and f.over_floor > limit]


# What one driver does in one of these the other does in another: gntdev-cycle has
# them all.
STAGES = 'gntdev-map', 'gntdev-mmap', 'gntdev-munmap', 'gntdev-unmap'


def compared(figures):
    return [(key, f) for key, f in figures.items() if f.ratio and key[0] not in STAGES]


def slower(figures):
    return [(key, f) for key, f in compared(figures) if f.ratio > EQUAL]
