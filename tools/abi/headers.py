# SPDX-License-Identifier: GPL-2.0-only
"""What the UAPI headers say: structs, commands, constants and kernel-doc.

This is no parser of C. It knows the shapes that the headers in include/uapi/xen
have, and stops at any other.
"""

import re

TYPES = {
    '__u8': 'u8', '__u16': 'u16', '__u32': 'u32', '__u64': 'u64',
    '__s16': 's16', '__s32': 's32', 'void': 'void',
    '__kernel_size_t': 'size', '__xen_uapi_pfn_t': 'ulong',
}


class Unknown(Exception):
    """A shape that this program does not know."""


def plain(text):
    """kernel-doc without its marks, in one line."""
    text = re.sub(r'%-(E[A-Z0-9]+)', r'\1', ' '.join(text.split()))
    text = re.sub(r'@([a-z_.A-Z]+)', r'\1', text)
    return re.sub(r'&(struct )', r'\1', text)


def bullets(text):
    """The entries of a list of errors: (name, when)."""
    for entry in re.split(r'^\* ', text, flags=re.M)[1:]:
        name, _, when = entry.partition(':')
        yield plain(name), plain(when)


def errors(text):
    return [{'name': name, 'when': when} for name, when in bullets(text)
            if re.fullmatch('E[A-Z0-9]+', name)]


def paragraphs(text):
    return [p for p in re.split(r'\n\s*\n', text.strip()) if p]


class Doc:
    """A kernel-doc comment."""

    def __init__(self, comment):
        lines = [re.sub(r'^\s*\* ?', '', line) for line in comment.splitlines()]
        text = '\n'.join(lines).strip()
        head, _, self.body = text.partition('\n')
        self.title = self.struct = self.summary = None
        if head.startswith('DOC: '):
            self.title = head[5:].strip()
            return
        named = re.match(r'struct (\w+) - ?(.*)', head)
        if not named:
            raise Unknown(f'kernel-doc of "{head}"')
        self.struct, self.summary = named.groups()
        before, at, fields = self.body.partition('@')
        self.summary = plain(f'{self.summary} {before}')
        self.fields = dict(self.field(f) for f in re.split(r'^@', fields, flags=re.M)) if at else {}

    @staticmethod
    def field(text):
        name, _, meaning = text.partition(':')
        return name, plain(meaning)


def command(doc):
    """A DOC block of an ioctl, as keys of its JSON."""
    text = {'description': [], 'argument': '', 'returns': '', 'notes': []}
    failures, part = [], 'description'
    for paragraph in paragraphs(doc.body):
        first = paragraph.split(':', 1)[0]
        if first in ('Argument', 'Return', 'Source'):
            part = {'Argument': 'argument', 'Return': 'returns', 'Source': 'source'}[first]
            paragraph = paragraph.split(':', 1)[1]
        if re.match(r'\* ', paragraph):
            failures += errors(paragraph)
            part = 'after'
        elif part == 'description':
            text['description'].append(plain(paragraph))
        elif part == 'argument':
            text['argument'] = plain(paragraph)
        elif part == 'returns':
            text['returns'] = (text['returns'] + ' ' + plain(paragraph)).strip()
        elif part == 'after':
            text['notes'].append(plain(paragraph))
        elif part == 'source':
            text['source'] = plain(paragraph)
    returns = re.sub(r',? or$', '', text['returns'])
    return {'description': ' '.join(text['description']), 'argument_use': text['argument'],
            'returns': returns, 'errors': failures, 'notes': ' '.join(text['notes']),
            'source': text.get('source', '')}


def device(doc):
    """A DOC block of a node: what the system calls other than ioctl(2) do."""
    calls, subject, unknown = {}, 'ioctl', None
    for paragraph in paragraphs(doc.body):
        if paragraph.startswith('Source:'):
            continue
        begins = re.search(r'\b(open|mmap|munmap|read|write|poll)\(2\)', paragraph)
        if 'command number that is not listed' in plain(paragraph):
            subject = None
        elif paragraph.startswith('* '):
            pass
        elif begins:
            subject = begins.group(1)
        if subject is None:
            unknown = unknown or next((e['name'] for e in errors(paragraph)), None)
            continue
        entry = calls.setdefault(subject, {'description': '', 'errors': []})
        if paragraph.startswith('* '):
            entry['errors'] += errors(paragraph)
        else:
            entry['description'] = (entry['description'] + ' ' + plain(paragraph)).strip()
    return {'calls': calls, 'unknown_command': unknown}


class Struct:
    """Fields as (path, type, count, bound), in their order."""

    def __init__(self, name, body):
        self.name = name
        self.fields = []
        self.parse(re.sub(r'\s+', ' ', self.marks(body)), '')

    @staticmethod
    def marks(body):
        """The one comment that means something: how long an array really is."""
        body = re.sub(r'/\* \.\.\. to \w+\[(\w+) - 1\] \*/', r'$\1$', body)
        return re.sub(r'/\*.*?\*/', '', body, flags=re.S)

    def parse(self, text, prefix):
        text = text.strip()
        while text:
            nested = re.match(r'(union|struct) \{', text)
            if nested:
                end = self.closing(text, nested.end())
                names = re.match(r'\s*([\w, ]+);\s*', text[end + 1:])
                for name in names.group(1).split(','):
                    self.parse(text[nested.end():end], f'{prefix}{name.strip()}.')
                text = text[end + 1 + names.end():]
                continue
            field = re.match(r'(const )?(struct )?(\w+)( long)? (__user )?(\*?)'
                             r'(\w+)(?:\[(\d+)\])?;\s*(?:\$(\w+)\$)?\s*', text)
            if not field:
                raise Unknown(f'struct {self.name}: {text[:60]}')
            self.add(prefix, *field.groups())
            text = text[field.end():]

    def add(self, prefix, const, struct, base, _long, user, star, name, count, bound):
        kind = f'struct {base}' if struct else TYPES.get(base)
        if kind is None or bool(user) != bool(star):
            raise Unknown(f'struct {self.name}: the type of {name}')
        self.fields.append({'path': prefix + name, 'type': 'pointer' if star else kind,
                            'to': kind if star else None, 'const': bool(const),
                            'count': int(count) if count else None, 'bound': bound})

    @staticmethod
    def closing(text, start):
        depth = 1
        for place in range(start, len(text)):
            depth += {'{': 1, '}': -1}.get(text[place], 0)
            if not depth:
                return place
        raise Unknown('a brace that is not closed')


class Header:
    """All that one header declares."""

    def __init__(self, path):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        docs = [Doc(c) for c in re.findall(r'/\*\*\n(.*?)\*/', text, flags=re.S)]
        self.docs = {d.title: d for d in docs if d.title}
        self.struct_docs = {d.struct: d for d in docs if d.struct}
        self.structs = [Struct(*m.groups()) for m in
                        re.finditer(r'^struct (\w+) \{\n(.*?)^\};', text, flags=re.M | re.S)]
        joined = text.replace('\\\n', ' ')
        self.ioctls = [self.ioctl(*m.groups()) for m in
                       re.finditer(r'^#define (IOCTL_\w+)\s+(_IOC\(.*\))$', joined, flags=re.M)]
        self.constants = list(self.find_constants(joined))

    @staticmethod
    def ioctl(name, value):
        what = re.search(r',\s*(?:sizeof\((struct \w+|\w+)\)|0)\)$', value)
        if not what:
            raise Unknown(f'{name}: {value}')
        kind = what.group(1)
        if kind and not kind.startswith('struct'):
            kind = TYPES[kind]
        return name, kind

    def find_constants(self, text):
        """(name, meaning) of each macro that is a number."""
        comment = ''
        for part in re.findall(r'/\*.*?\*/|^#define [^\n]*$|^$', text, flags=re.M | re.S):
            if part.startswith('/*'):
                comment = ' '.join(re.sub(r'^\s*\*', '', line).strip()
                                   for line in part[2:-2].splitlines()).strip()
            elif not part:
                comment = ''
            else:
                name = re.match(r'#define ((?!IOCTL_)[A-Z][A-Z0-9_]*)\s+[(\d].*$', part)
                if name:
                    doc = self.docs.get(name.group(1))
                    yield name.group(1), plain(doc.body) if doc else comment
