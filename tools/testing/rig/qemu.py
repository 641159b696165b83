# SPDX-License-Identifier: GPL-2.0-only
"""The command line of QEMU, which has those of Xen and of dom0 in it."""

import os
import struct

from programs import Error


def dom0_line(args, tests, filters):
    """The command line of dom0's kernel."""
    dom0 = ['console=hvc0',
            # Warnings and worse on the console, and our own lines, unlimited.
            'loglevel=5', 'printk.devkmsg=on', 'printk.time=1', 'log_buf_len=2M',
            # What runs after an oops proves nothing.
            'oops=panic', 'panic=-1',
            f'rig.modules={args.modules}']
    if tests:
        dom0.append('rig.tests=' + ','.join(tests))
    if filters:
        dom0.append('rig.filter=' + ','.join(filters))
    if args.program_timeout:
        dom0.append(f'rig.timeout={args.program_timeout}')
    if args.shell:
        dom0.append('rig.shell=1')
    if args.icount:
        dom0 += ['norandmaps', 'rig.icount=1']
    if args.counts:
        dom0.append('rig.counts=1')
    if args.mode == 'bare':
        dom0[0] = 'console=ttyS0,115200'
        dom0.append('rig.bare=1')
    line = ' '.join(dom0 + args.dom0_arg)
    # Xen cuts off what a PV domain has no room for.
    if len(line) > (1023 if args.mode == 'pv' else 2000):
        raise Error('the command line of dom0 would be too long: fewer tests in the filter, please')
    return line


def xen_line(args):
    """The command line of Xen."""
    xen = ['loglvl=all', 'guest_loglvl=all',
           # Xen drops what does not fit in here; a burst of dom0 easily does not.
           'serial_tx_buffer=512k',
           f'dom0_mem={args.dom0_mem}M', f'dom0_max_vcpus={args.smp}']
    if args.arch == 'arm64':
        # Debian's Xen for Arm is made for domains that have nothing to do with each other.
        xen += ['console=dtuart', 'dtuart=/pl011@9000000', 'xsm=dummy']
    else:
        xen += ['console=com1', 'com1=115200,8n1']
    if args.mode == 'pvh':
        xen.append('dom0=pvh')
    return ' '.join(xen + args.xen_arg)


def x86_machine(args, line):
    """Where it is odd, it has to be:

    - Xen is the "kernel" and dom0's kernel and initramfs are multiboot modules,
      separated by a comma; a comma inside one is doubled.
    - qemu64 with SVM and nested paging, not "max": SMAP kills dom0 early, and
      XSAVE corrupts vector registers under emulation.
    """
    machine = ['-cpu', 'qemu64,+svm,+npt']
    if args.mode == 'pvh':
        machine += ['-M', 'q35', '-device', 'amd-iommu']
    kernel = os.path.join(args.kernel_dir, 'vmlinuz')
    if args.mode == 'bare':
        return machine + ['-kernel', kernel, '-append', line, '-initrd', args.initramfs]
    return machine + ['-kernel', os.path.join(args.xen_dir, 'xen'), '-append', xen_line(args),
                      '-initrd', f'{kernel} {line}'.replace(',', ',,') + ',' +
                      args.initramfs.replace(',', ',,')]


# Xen fails below that, where the device tree is.
ARM64_KERNEL = 0x4a000000


def arm64_initrd(kernel):
    """Where the initramfs can be: behind all of the kernel, which says how much it takes."""
    with open(kernel, 'rb') as image:
        size = struct.unpack_from('<Q', image.read(64), 16)[0]
    return (ARM64_KERNEL + max(size, os.path.getsize(kernel)) + 0x1fffff) & ~0x1fffff


def arm64_machine(args, line):
    """Xen finds dom0's kernel and initramfs in the device tree, where QEMU's
    guest-loader says what it has put into memory."""
    kernel = os.path.join(args.kernel_dir, 'vmlinuz')

    def loader(**values):
        return ['-device', ','.join(['guest-loader'] + [
            f'{name}={value}'.replace(',', ',,') for name, value in values.items()])]

    return ['-M', 'virt,virtualization=on,gic-version=3', '-cpu', 'cortex-a57',
            '-kernel', os.path.join(args.xen_dir, 'xen'), '-append', xen_line(args),
            *loader(addr=hex(ARM64_KERNEL), kernel=kernel, bootargs=line),
            *loader(addr=hex(arm64_initrd(kernel)), initrd=args.initramfs)]


MACHINES = {'amd64': ('qemu-system-x86_64', x86_machine),
            'arm64': ('qemu-system-aarch64', arm64_machine)}


def qemu_command(args, tests, filters):
    """The command line of QEMU."""
    program, machine = MACHINES[args.arch]
    line = dom0_line(args, tests, filters)
    command = [args.qemu or program, '-accel', 'tcg', '-m', str(args.mem), '-smp', str(args.smp)]
    if args.icount:
        command += ['-icount', 'shift=0,sleep=off', '-rtc', 'base=2026-01-01,clock=vm',
                    '-seed', '1']
    if args.counts:
        command += ['-object', f'memory-backend-file,id=counts,size=4M,share=on,mem-path={args.counts}',
                    '-device', 'ivshmem-plain,memdev=counts']
    command += ['-display', 'none', '-monitor', 'none', '-no-reboot', '-net', 'none']
    # In a shell ^C belongs to dom0.
    command += (['-chardev', 'stdio,id=con,signal=off', '-serial', 'chardev:con'] if args.shell
                else ['-serial', 'stdio'])
    if args.disk:
        command += ['-drive', 'file=' + args.disk.replace(',', ',,') + ',format=raw,if=ide,snapshot=on']
    return command + machine(args, line)
