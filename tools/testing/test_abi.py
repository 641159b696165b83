#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of tools/abi: what it reads in a header, and what it refuses to guess."""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ABI = os.path.join(HERE, '..', 'abi')
sys.dont_write_bytecode = True
sys.path[:0] = [ABI, os.path.join(HERE, 'lib')]

import headers
from programs import load

man = load(os.path.join(ABI, 'man'))

HEADER = '''/**
 * DOC: /dev/xen/toy
 *
 * Errors are as ever. A command number
 * that is not listed here answers
 *
 * * %-ENOSYS: unknown
 *
 * read(2) waits.
 *
 * * 0: nothing
 * * %-EINTR: a signal,
 *   or two
 */

/* Longer than
 * a line. */
#define TOY_FLAG (1 << 3)

/**
 * struct toy - argument of IOCTL_TOY
 * @count: how many
 * @side.virt: where; see
 *	the manual
 * @refs: @count of them
 */
struct toy {
	__u32 count;
	union {
		void __user *virt;
	} side;
	__u32 refs[1];
	/* ... to refs[count - 1] */
};

/**
 * DOC: IOCTL_TOY
 *
 * Play with it.
 *
 * Argument: &struct toy, read only.
 *
 * Return: 0, or
 *
 * * %-EINVAL: @count is 0
 *
 * and a note.
 *
 * Source: nobody.
 */
#define IOCTL_TOY \\
	_IOC(_IOC_NONE, 'T', 1, sizeof(struct toy))
'''


class Reading(unittest.TestCase):

    def header(self, text=HEADER):
        with tempfile.NamedTemporaryFile('w', suffix='.h') as file:
            file.write(text)
            file.flush()
            return headers.Header(file.name)

    def test_command(self):
        told = headers.command(self.header().docs['IOCTL_TOY'])
        self.assertEqual(told['description'], 'Play with it.')
        self.assertEqual(told['argument_use'], 'struct toy, read only.')
        self.assertEqual(told['returns'], '0')
        self.assertEqual(told['errors'], [{'name': 'EINVAL', 'when': 'count is 0'}])
        self.assertEqual(told['notes'], 'and a note.')
        self.assertEqual(told['source'], 'nobody.')

    def test_number(self):
        self.assertEqual(self.header().ioctls, [('IOCTL_TOY', 'struct toy')])

    def test_number_of_another_shape(self):
        with self.assertRaises(headers.Unknown):
            self.header(HEADER.replace('sizeof(struct toy)', 'TOY_SIZE'))

    def test_constant(self):
        self.assertEqual(self.header().constants, [('TOY_FLAG', 'Longer than a line.')])

    def test_fields(self):
        struct, = self.header().structs
        self.assertEqual([(f['path'], f['type'], f['to'], f['count'], f['bound'])
                          for f in struct.fields],
                         [('count', 'u32', None, None, None),
                          ('side.virt', 'pointer', 'void', None, None),
                          ('refs', 'u32', None, 1, 'count')])

    def test_descriptions(self):
        doc = self.header().struct_docs['toy']
        self.assertEqual(doc.fields['side.virt'], 'where; see the manual')
        self.assertEqual(doc.fields['refs'], 'count of them')

    def test_field_of_another_type(self):
        for field in ('unsigned int count', 'void *count', '__u32 __user count'):
            with self.assertRaises(headers.Unknown, msg=field):
                self.header(HEADER.replace('__u32 count', field))

    def test_brace_that_is_open(self):
        with self.assertRaises(headers.Unknown):
            self.header(HEADER.replace('	} side;\n', ''))

    def test_device(self):
        told = headers.device(self.header().docs['/dev/xen/toy'])
        self.assertEqual(told['unknown_command'], 'ENOSYS')
        self.assertEqual(told['calls']['read']['description'], 'read(2) waits.')
        self.assertEqual(told['calls']['read']['errors'],
                         [{'name': 'EINTR', 'when': 'a signal, or two'}])


class Pages(unittest.TestCase):

    def test_sentences_have_lines(self):
        self.assertEqual(list(man.prose('One. Two: three. read(2) four.')),
                         ['One.', 'Two: three.', 'read(2) four.'])

    def test_nothing_becomes_a_macro(self):
        self.assertEqual(list(man.prose(".Pp is 'no \\ macro()")), ["\\&.Pp is 'no \\e macro(2)"])

    def test_names_of_fields_stay(self):
        self.assertEqual(man.stop('count is 0', ['count']), 'count is 0.')
        self.assertEqual(man.stop('no memory', ['count']), 'No memory.')

    def test_types(self):
        self.assertEqual(man.kind({'type': 'pointer', 'to': 'u64', 'const': True}),
                         'const uint64_t *')
        self.assertEqual(man.kind({'type': 'struct toy'}), 'struct toy')


if __name__ == '__main__':
    unittest.main()
