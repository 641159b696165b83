#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What "xen-devices status" says of machines: directories with the files of
/proc, /sys and /lib/modules that it reads."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

COMMAND = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'xen-devices')
KERNEL = '6.12.0-test'
ALL = ('xen-hypercall', 'xen-privcmd', 'xen-evtchn', 'xen-gntdev', 'xen-gntalloc')
STOCK = ALL[1:]


class Machine:
    """On Xen, with nothing loaded and nothing installed."""

    def __init__(self, directory):
        self.root = directory
        self.write('proc/sys/kernel/osrelease', KERNEL)
        self.write('sys/hypervisor/type', 'xen')
        self.write('sys/hypervisor/guest_type', 'PV')
        self.write('sys/hypervisor/uuid', '00000000-0000-0000-0000-000000000000')
        self.write('sys/hypervisor/version/major', '4')
        self.write('sys/hypervisor/version/minor', '17')
        self.write('sys/hypervisor/version/extra', '.7')
        self.write(f'lib/modules/{KERNEL}/modules.builtin', 'kernel/drivers/xen/xen-pciback.ko')

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), 'wb') as f:
            f.write(text.encode() if isinstance(text, str) else text)
            f.write(b'\n')

    def load(self, module, version=None, taint='', **parameters):
        name = 'sys/module/' + module.replace('-', '_')
        self.write(f'{name}/initstate', 'live')
        self.write(f'{name}/taint', taint)
        self.write(f'{name}/refcnt', '0')
        if version:
            self.write(f'{name}/version', version)
        for parameter, value in parameters.items():
            self.write(f'{name}/parameters/{parameter}', value)

    def load_ours(self, *modules, version='0.1.0'):
        for module in modules or ALL:
            self.load(module, version, 'OE')

    def load_stock(self, *modules):
        for module in modules or STOCK:
            self.load(module)

    def process(self, pid, comm, *files, maps=()):
        self.write(f'proc/{pid}/comm', comm)
        os.makedirs(self.path(f'proc/{pid}/fd'))
        for number, file in enumerate(files):
            os.symlink(file, self.path(f'proc/{pid}/fd/{number}'))
        lines = ''.join(f'7f00000{n}000-7f00000{n}1000 rw-s 00000000 00:05 1{n}   {file}\n'
                        for n, file in enumerate(maps))
        self.write(f'proc/{pid}/maps', lines + '7fff0000-7fff1000 rw-p 00000000 00:00 0   [stack]')

    def refusals(self, module, **counts):
        lines = [f'{reason.replace("_", "-")} {count}' for reason, count in counts.items()]
        self.write(f'sys/kernel/debug/xen-devices/{module}/refusals', '\n'.join(lines))

    def install(self, where, *modules, version=None):
        """Files that modinfo can read, and what depmod makes of them."""
        for module in modules:
            path = self.path(f'lib/modules/{KERNEL}/{where}/{module}.ko')
            os.makedirs(os.path.dirname(path), exist_ok=True)
            fields = ['license=GPL', f'name={module.replace("-", "_")}', 'depends=',
                      f'vermagic={KERNEL} SMP']
            if version:
                fields.append(f'version={version}')
            info = self.path('modinfo')
            self.write('modinfo', '\0'.join(fields) + '\0')
            subprocess.run(['gcc', '-c', '-x', 'c', '-o', path, '/dev/null'], check=True)
            subprocess.run(['objcopy', '--add-section', f'.modinfo={info}', path], check=True)
            os.unlink(info)
        for name in ('modules.order', 'modules.builtin.modinfo'):
            self.write(f'lib/modules/{KERNEL}/{name}', '')
        subprocess.run(['depmod', '-b', self.root, KERNEL], check=True,
                       env=dict(os.environ, PATH=os.environ['PATH'] + ':/usr/sbin:/sbin'))


class Status(unittest.TestCase):
    def setUp(self):
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        self.machine = Machine(directory)

    def run_command(self, *arguments, root=True):
        where = ['--root', self.machine.root] if root else []
        p = subprocess.run([COMMAND, 'status', *arguments, *where], check=False, timeout=60,
                           stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8',
                           env=dict(os.environ, PATH=os.environ['PATH'] + ':/usr/sbin:/sbin'))
        self.said = p.stderr
        return p.returncode, p.stdout

    def text(self, status):
        code, out = self.run_command()
        self.assertEqual((code, self.said), (status, ''))
        return out

    def json(self, status):
        """The whole answer, with the modules by name."""
        code, out = self.run_command('--json')
        self.assertEqual((code, self.said), (status, ''))
        answer = json.loads(out)
        self.assertEqual(answer['exit_status'], status)
        self.assertEqual([m['name'] for m in answer['modules']], list(ALL))
        self.assertEqual(self.run_command()[0], status)
        answer['modules'] = {m['name']: m for m in answer['modules']}
        return answer

    def states(self, status):
        return {name: m['state'] for name, m in self.json(status)['modules'].items()}

    def test_all_ours(self):
        self.machine.load_ours()
        self.assertEqual(set(self.states(0).values()), {'ours'})
        text = self.text(0)
        self.assertTrue(text.startswith(f'Linux {KERNEL} on Xen 4.17.7, PV dom0\n'), text)
        self.assertIn('All modules are ours.\n', text)
        self.assertRegex(text, r'(?m)^xen-gntdev +ours +0\.1\.0 +OE +no +0 +-$')

    def test_all_stock(self):
        self.machine.load_stock()
        self.assertEqual(self.states(1), {'xen-hypercall': 'absent', **{m: 'stock' for m in STOCK}})
        self.assertIn('Modules of the kernel are in use.\n', self.text(1))

    def test_one_stock_among_ours(self):
        self.machine.load_ours(*ALL[:-1])
        self.machine.load_stock('xen-gntalloc')
        self.assertEqual(self.states(1)['xen-gntalloc'], 'stock')
        self.assertEqual(self.states(1)['xen-gntdev'], 'ours')

    def test_builtin(self):
        self.machine.load_ours(*ALL[:-1])
        name = f'lib/modules/{KERNEL}/modules.builtin'
        self.machine.write(name, 'kernel/drivers/xen/xen-gntalloc.ko')
        self.assertEqual(self.states(1)['xen-gntalloc'], 'builtin')

    def test_builtin_with_parameters(self):
        self.machine.load_ours(*ALL[:-1])
        self.machine.write('sys/module/xen_gntalloc/parameters/limit', '1024')
        self.assertEqual(self.states(1)['xen-gntalloc'], 'builtin')

    def test_absent(self):
        self.machine.load_ours(*ALL[:-1])
        self.assertEqual(self.states(2)['xen-gntalloc'], 'absent')
        self.assertIn('Not all modules are loaded.\n', self.text(2))

    def test_nothing_loaded(self):
        self.assertEqual(set(self.states(2).values()), {'absent'})

    def test_stock_weighs_more_than_absent(self):
        self.machine.load_stock('xen-evtchn')
        self.states(1)

    def test_without_xen(self):
        shutil.rmtree(self.machine.path('sys/hypervisor'))
        answer = self.json(3)
        self.assertIsNone(answer['xen'])
        self.assertIsNone(answer['domain'])
        self.assertIn('not on Xen', self.text(3))

    def test_another_hypervisor(self):
        self.machine.write('sys/hypervisor/type', 'other')
        self.json(3)

    def test_a_guest(self):
        self.machine.write('sys/hypervisor/uuid', '12345678-0000-0000-0000-000000000000')
        self.machine.write('sys/hypervisor/guest_type', 'PVH')
        self.assertEqual(self.json(2)['domain'], 'PVH guest')

    def test_wrong_use(self):
        for arguments in (['--jsn'], ['ours'], ['--root'], ['--root', '/nonexistent']):
            code, out = self.run_command(*arguments, root=False)
            self.assertEqual((code, out), (4, ''), arguments)
            self.assertIn('xen-devices: ', self.said)
        p = subprocess.run([COMMAND, 'stats'], capture_output=True, check=False, encoding='utf-8')
        self.assertEqual((p.returncode, p.stdout), (4, ''))
        self.assertIn('usage:', p.stderr)

    def test_no_kernel_to_be_read(self):
        os.unlink(self.machine.path('proc/sys/kernel/osrelease'))
        self.assertEqual(self.run_command(), (4, ''))

    def test_signatures(self):
        self.machine.load_ours()
        self.machine.load('xen-gntdev', '0.1.0', 'O')
        modules = self.json(0)['modules']
        self.assertEqual((modules['xen-gntdev']['taint'], modules['xen-gntdev']['verified']),
                         ('O', True))
        self.assertEqual((modules['xen-evtchn']['taint'], modules['xen-evtchn']['verified']),
                         ('OE', False))
        self.assertRegex(self.text(0), r'(?m)^xen-gntdev .* O +yes ')

    def test_references(self):
        self.machine.load_ours()
        self.machine.write('sys/module/xen_privcmd/refcnt', '3')
        os.makedirs(self.machine.path('sys/module/xen_privcmd/holders/xenfs'))
        modules = self.json(0)['modules']
        self.assertEqual(modules['xen-privcmd']['refcount'], 3)
        self.assertEqual(modules['xen-privcmd']['used_by'], ['xenfs'])
        self.assertEqual(modules['xen-evtchn']['used_by'], [])
        self.assertRegex(self.text(0), r'(?m)^  xen-privcmd +module xenfs$')

    def test_holders(self):
        self.machine.load_ours()
        self.machine.process(1, 'init', '/dev/null', '/dev/xen/xenbus')
        self.machine.process(412, 'xenstored', 'socket:[7]', '/dev/xen/evtchn', '/dev/xen/gntdev',
                             '/dev/xen/evtchn', maps=['/dev/xen/gntdev'])
        self.machine.process(500, 'xl', '/proc/xen/privcmd', '/dev/xen/hypercall')
        self.machine.process(501, 'qemu', maps=['/dev/xen/privcmd', '/dev/xen/privcmd'])
        modules = self.json(0)['modules']

        def held(name):
            return sorted((h['pid'], h['comm'], h['node'], h['how'])
                          for h in modules[name]['holders'])
        self.assertEqual(held('xen-evtchn'), [(412, 'xenstored', '/dev/xen/evtchn', 'open')])
        self.assertEqual(held('xen-gntdev'), [(412, 'xenstored', '/dev/xen/gntdev', 'mapped'),
                                              (412, 'xenstored', '/dev/xen/gntdev', 'open')])
        self.assertEqual(held('xen-privcmd'), [(500, 'xl', '/dev/xen/hypercall', 'open'),
                                               (500, 'xl', '/proc/xen/privcmd', 'open'),
                                               (501, 'qemu', '/dev/xen/privcmd', 'mapped')])
        self.assertEqual(held('xen-gntalloc'), [])
        self.assertIn('xenstored (412) has /dev/xen/gntdev mapped\n', self.text(0))

    def test_one_process_alone(self):
        self.machine.load_ours()
        self.machine.process(7, 'alone', '/dev/xen/gntalloc')
        holders = self.json(0)['modules']['xen-gntalloc']['holders']
        self.assertEqual([h['pid'] for h in holders], [7])

    def test_a_name_to_be_careful_with(self):
        self.machine.load_ours()
        self.machine.process(7, b'a"b\\c\x1b[2J\t\xc3', '/dev/xen/gntalloc')
        holders = self.json(0)['modules']['xen-gntalloc']['holders']
        self.assertEqual(holders[0]['comm'], 'a"b\\c?[2J ?')
        self.assertNotIn('\x1b', self.text(0))

    def test_a_process_that_ends(self):
        self.machine.load_ours()
        self.machine.process(7, 'gone', '/dev/xen/gntalloc')
        os.unlink(self.machine.path('proc/7/comm'))
        holders = self.json(0)['modules']['xen-gntalloc']['holders']
        self.assertEqual((holders[0]['pid'], holders[0]['comm']), (7, ''))

    def test_parameters(self):
        self.machine.load_ours()
        self.machine.load('xen-privcmd', '0.1.0', 'OE', dm_op_buf_max_size='4096',
                          unrestricted='N')
        self.machine.load('xen-gntdev', '0.1.0', 'OE', limit='65536')
        modules = self.json(0)['modules']
        self.assertEqual(modules['xen-privcmd']['parameters'],
                         {'dm_op_buf_max_size': '4096', 'unrestricted': 'N'})
        self.assertEqual(modules['xen-gntdev']['parameters'], {'limit': '65536'})
        self.assertEqual(modules['xen-evtchn']['parameters'], {})
        self.assertRegex(self.text(0), r'(?m)^  xen-privcmd +dm_op_buf_max_size=4096 unrestricted=N$')

    def test_counts_are_not_known(self):
        self.machine.load_ours()
        module = self.json(0)['modules']['xen-gntalloc']
        self.assertIsNone(module['refusals'])
        self.assertIsNone(module['limit_hits'])
        self.assertIn('Whether a limit was hit is not known', self.text(0))

    def test_no_limit_was_hit(self):
        self.machine.load_ours()
        self.machine.refusals('gntalloc', limit=0, grant_table_full=4)
        module = self.json(0)['modules']['xen-gntalloc']
        self.assertEqual(module['refusals'], {'limit': 0, 'grant-table-full': 4})
        self.assertEqual(module['limit_hits'], 0)
        text = self.text(0)
        self.assertIn('No limit was hit.\n', text)
        self.assertRegex(text, r'(?m)^  xen-gntalloc +grant-table-full 4$')

    def test_limits_were_hit(self):
        self.machine.load_ours()
        self.machine.refusals('gntalloc', limit=12, limitless=9)
        self.machine.refusals('privcmd', limit_dm_op_bufs=2, limit_dm_op_size=3, xen_frame=1)
        modules = self.json(0)['modules']
        self.assertEqual(modules['xen-gntalloc']['limit_hits'], 12)
        self.assertEqual(modules['xen-privcmd']['limit_hits'], 5)
        self.assertIsNone(modules['xen-gntdev']['limit_hits'])
        self.assertIn('A limit was hit 17 times.\n', self.text(0))

    def test_lines_that_are_not_known_yet(self):
        self.machine.load_ours()
        self.machine.write('sys/kernel/debug/xen-devices/evtchn/refusals',
                           'limit 1\nversion 2 of this file\n\nlast yesterday')
        module = self.json(0)['modules']['xen-evtchn']
        self.assertEqual(module['refusals'], {'limit': 1})

    def test_installed(self):
        self.machine.load_stock()
        self.machine.install('kernel/drivers/xen', *STOCK)
        self.machine.install('updates/dkms', *ALL, version='0.1.0')
        modules = self.json(1)['modules']
        self.assertEqual(modules['xen-gntdev']['installed'], {
            'file': f'/lib/modules/{KERNEL}/updates/dkms/xen-gntdev.ko', 'kind': 'ours',
            'version': '0.1.0', 'signer': None})
        text = self.text(1)
        self.assertRegex(text, r'(?m)^xen-gntdev +stock .* ours 0\.1\.0, not signed$')
        self.assertIn('What is installed is not what is loaded', text)

    def test_only_stock_is_installed(self):
        self.machine.load_stock()
        self.machine.install('kernel/drivers/xen', *STOCK)
        modules = self.json(1)['modules']
        self.assertEqual(modules['xen-gntdev']['installed']['kind'], 'stock')
        self.assertIsNone(modules['xen-hypercall']['installed'])
        self.assertNotIn('What is installed', self.text(1))

    def test_another_version_is_installed(self):
        self.machine.load_ours()
        self.machine.install('updates/dkms', *ALL, version='0.2.0')
        self.assertIn('What is installed is not what is loaded', self.text(0))

    def test_the_same_version_is_installed(self):
        self.machine.load_ours()
        self.machine.install('updates/dkms', *ALL, version='0.1.0')
        self.assertNotIn('What is installed', self.text(0))


if __name__ == '__main__':
    unittest.main()
