# SPDX-License-Identifier: GPL-2.0-only
"""What Sphinx is told; tools/docs/build starts it."""

import os

project = 'xen-devices'
author = 'the xen-devices authors'
copyright = f'2026, {author}'  # pylint: disable=redefined-builtin

extensions = ['myst_parser']
root_doc = 'Documentation/index'
source_suffix = {'.md': 'markdown', '.rst': 'restructuredtext'}
# The languages of listings are not for guessing.
highlight_language = 'none'

myst_heading_anchors = 3
html_theme = 'alabaster'
html_theme_options = {
    'description': 'Drivers for the device nodes of Xen',
    'fixed_sidebar': True,
    'page_width': '1100px',
    'sidebar_width': '240px',
}
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {'**': ['about.html', 'navigation.html', 'searchbox.html']}


def name_a_file(_app, env, node, text):
    """A link to a file that is no document says its name; it has to be there."""
    here = os.path.dirname(env.doc2path(node['refdoc'], base=False))
    path = os.path.join(os.environ['XEN_DEVICES_TOP'], here, node['reftarget'])
    return text if os.path.exists(path) else None


def setup(app):
    """By Sphinx."""
    app.connect('missing-reference', name_a_file)
