# SPDX-License-Identifier: GPL-2.0-only
"""The command line of QEMU, which has those of Xen and of dom0 in it."""

import os

from programs import Error


def qemu_command(args, tests, filters):
    """The command line. Where it is odd, it has to be:

    - Xen is the "kernel" and dom0's kernel and initramfs are multiboot modules,
      separated by a comma; a comma inside one is doubled.
    - qemu64 with SVM and nested paging, not "max": SMAP kills dom0 early, and
      XSAVE corrupts vector registers under emulation.
    """
    xen = ['console=com1', 'com1=115200,8n1', 'loglvl=all', 'guest_loglvl=all',
           # Xen drops what does not fit in here; a burst of dom0 easily does not.
           'serial_tx_buffer=512k',
           f'dom0_mem={args.dom0_mem}M', f'dom0_max_vcpus={args.smp}']
    dom0 = ['console=hvc0',
            # Warnings and worse on the console, and our own lines, unlimited.
            'loglevel=5', 'printk.devkmsg=on', 'printk.time=1', 'log_buf_len=2M',
            # What runs after an oops proves nothing.
            'oops=panic', 'panic=-1',
            f'rig.modules={args.modules}']
    if args.mode == 'pvh':
        xen.append('dom0=pvh')
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
    dom0 += args.dom0_arg
    xen += args.xen_arg
    line = ' '.join(dom0)
    # Xen cuts off what a PV domain has no room for.
    if len(line) > (1023 if args.mode == 'pv' else 2000):
        raise Error('the command line of dom0 would be too long: fewer tests in the filter, please')

    command = [args.qemu, '-accel', 'tcg', '-cpu', 'qemu64,+svm,+npt',
               '-m', str(args.mem), '-smp', str(args.smp)]
    if args.mode == 'pvh':
        command += ['-M', 'q35', '-device', 'amd-iommu']
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
    kernel = os.path.join(args.kernel_dir, 'vmlinuz')
    if args.mode == 'bare':
        return command + ['-kernel', kernel, '-append', line, '-initrd', args.initramfs]
    command += ['-kernel', os.path.join(args.xen_dir, 'xen'), '-append', ' '.join(xen),
                '-initrd', f'{kernel} {line}'.replace(',', ',,') + ',' +
                args.initramfs.replace(',', ',,')]
    return command
