"""Sphinx settings of the documentation site; `docs/site/make_site.py` lays out what it reads."""

import re

project = "cablenet"
author = "the cablenet authors"
root_doc = "docs/index"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "cablenet"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
autodoc_typehints = "signature"
maximum_signature_line_length = 80
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_attr_annotations = False
highlight_language = "none"
python_use_unqualified_type_names = True
suppress_warnings = ["myst.xref_ambiguous", "config.cache"]

ARRAY = re.compile(r"~?(?:numpy\.)?ndarray\[~?tuple\[.*?\], ~?(?:numpy\.)?dtype\["
                   r"~?(?:numpy\.)?(\w+?)_?\]\]")


def plain_arrays(app, what, name, thing, options, signature, returned):
    """Say `array of float64` where the annotation spells numpy's generic out."""
    def plain(text):
        return text and ARRAY.sub(r"array[\1]", text)
    return plain(signature), plain(returned)


def setup(app):
    """Hook into Sphinx."""
    app.connect("autodoc-process-signature", plain_arrays)
