// SPDX-License-Identifier: GPL-2.0-only
///
/// No access to user memory, and no wait for an mmap_lock, while a lock is held
/// that another file's call can wait for. Memory can be made so that an access
/// takes for ever (userfaultfd, FUSE), and then whoever waits does so, too.
///
/// Who holds what when is followed through functions, and through members that
/// are functions, such as ->show_file. A lock is tainted if one of these things
/// happens under it, or if one that is tainted is taken under it. Locks that are
/// tainted and meant to be are listed below: what waits for them belongs to the
/// same file or the same mapping, so who waits has himself to blame. A lock of
/// all files is never one of those, and taking one of those under it is reported.
///
// Confidence: Moderate
// Options: --no-includes

virtual report

@initialize:python@
@@
import os

# Of one file or one mapping: driver, name of the lock.
MEANT = {
    # One reader at a time; besides, the ring is exchanged for a larger one.
    ('evtchn', 'cons_lock'), ('evtchn', 'bind_lock'),
    # Filling a mapping ends in its page tables.
    ('privcmd', 'map->lock'),
}

USER = {'get_user', 'put_user', '__get_user', '__put_user', 'clear_user',
        'copy_from_user', 'copy_to_user', 'copy_struct_from_user',
        'strncpy_from_user', 'memdup_user', 'vmemdup_user',
        'unsafe_get_user', 'unsafe_put_user', 'fault_in_safe_writeable',
        'fault_in_readable', 'fault_in_writeable', 'pin_user_pages',
        'pin_user_pages_fast', 'get_user_pages', 'get_user_pages_fast',
        'mmap_read_lock', 'mmap_write_lock', 'mmap_write_lock_killable'}

LOCK = {'mutex_lock', 'mutex_lock_interruptible', 'mutex_lock_killable',
        'spin_lock', 'spin_lock_irq', 'spin_lock_irqsave', 'spin_lock_bh',
        'down_read', 'down_write', 'down', 'read_lock', 'write_lock'}

# A function or member is (file or '', name).
called = {}     # function: of those that it calls
taken = {}      # function: of locks
members = {}    # member: of functions
held = []       # lock, what is called under it, where
defined = set()


def driver(path):
    return os.path.basename(os.path.dirname(path))


def lock_of(path, expression):
    # Of "&pf->ioeventfd_lock" the last part says enough, unless it is "lock".
    words = expression.replace(' ', '').lstrip('&').replace('.', '->').split('->')
    name = words[-1] if words[-1] != 'lock' else '->'.join(words[-2:])
    return driver(path), name


def meant(path, callee):
    """What a call in this file may be of."""
    if (path, callee) in defined:
        return {(path, callee)}
    if callee in members:
        return members[callee]
    return {f for f in defined if f[1] == callee and not f[0].endswith('.h')} | \
           {f for f in defined if f[1] == callee}

@def@
identifier f;
position p;
@@
f@p(...) { ... }

@script:python@
f << def.f;
p << def.p;
@@
defined.add((p[0].file, str(f)))

@call@
identifier g;
position p;
@@
g@p(...)

@script:python@
g << call.g;
p << call.p;
@@
called.setdefault((p[0].file, p[0].current_element), set()).add(str(g))

@member_call@
identifier m;
expression E;
position p;
@@
E->m@p(...)

@script:python@
m << member_call.m;
p << member_call.p;
@@
called.setdefault((p[0].file, p[0].current_element), set()).add(str(m))

@member@
identifier s, i, m, f;
position p;
@@
struct s i = { ..., .m = f@p, ... };

@script:python@
m << member.m;
f << member.f;
p << member.p;
@@
members.setdefault(str(m), set()).add((p[0].file, str(f)))

@lock@
identifier l;
expression E;
position p;
@@
l@p(E, ...)

@script:python@
l << lock.l;
E << lock.E;
p << lock.p;
@@
if str(l) in LOCK:
    taken.setdefault((p[0].file, p[0].current_element), set()).add(lock_of(p[0].file, E))

@under exists@
identifier l = {mutex_lock, mutex_lock_interruptible, mutex_lock_killable,
	spin_lock, spin_lock_irq, spin_lock_irqsave, spin_lock_bh,
	down_read, down_write, read_lock, write_lock};
expression E, F;
identifier g, u = {mutex_unlock, spin_unlock, spin_unlock_irq,
	spin_unlock_irqrestore, spin_unlock_bh, up_read, up_write, read_unlock,
	write_unlock};
position p;
@@
l(E, ...)
... when != u(E, ...)
    when any
(
g@p(...)
|
F->g@p(...)
)

@script:python@
E << under.E;
g << under.g;
p << under.p;
@@
held.append((lock_of(p[0].file, E), str(g), p[0].file, p[0].current_element, int(p[0].line)))

@under_lock exists@
identifier l = {mutex_lock, mutex_lock_interruptible, mutex_lock_killable,
	spin_lock, spin_lock_irq, spin_lock_irqsave, spin_lock_bh,
	down_read, down_write, read_lock, write_lock};
identifier l2 = {mutex_lock, mutex_lock_interruptible, mutex_lock_killable,
	down_read, down_write};
expression E, F;
identifier u = {mutex_unlock, spin_unlock, spin_unlock_irq,
	spin_unlock_irqrestore, spin_unlock_bh, up_read, up_write, read_unlock,
	write_unlock};
position p;
@@
l(E, ...)
... when != u(E, ...)
    when any
l2@p(F, ...)

@script:python@
E << under_lock.E;
F << under_lock.F;
p << under_lock.p;
@@
held.append((lock_of(p[0].file, E), lock_of(p[0].file, F), p[0].file, p[0].current_element, int(p[0].line)))

@finalize:python@
@@
waits = {}      # function: why
tainted = {}    # lock: why


def reason(path, callee):
    """Why this call may take for ever, or None."""
    if isinstance(callee, tuple):
        return tainted.get(callee) and 'takes ' + callee[1]
    if callee in USER:
        return callee + '()'
    for function in meant(path, callee):
        if function in waits:
            return callee + '(): ' + waits[function]
    return None


def step():
    before = len(waits) + len(tainted)
    for function, callees in called.items():
        for callee in callees | taken.get(function, set()):
            why = reason(function[0], callee)
            if why and function not in waits:
                waits[function] = why
    for lock, callee, path, function, line in held:
        why = reason(path, callee)
        if why:
            tainted.setdefault(lock, []).append((path, line, function, why))
    return len(waits) + len(tainted) > before


while step():
    pass
found = set()
for lock, places in tainted.items():
    if lock in MEANT:
        continue
    for path, line, function, why in places:
        found.add(f'{path}:{line}: WARNING: {function}() holds {lock[1]} of {lock[0]} over {why}')
for line in sorted(found):
    print(line)
