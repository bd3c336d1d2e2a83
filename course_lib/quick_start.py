"""A second less before a command that reads notebooks has started."""

import sys


def without_iri_grammar() -> None:
    """Keep jsonschema from compiling a grammar of IRIs, which takes it a second.

    nbformat has jsonschema check notebooks, and no format of a notebook is an IRI. To be called
    before jsonschema is imported; later it does nothing. jsonschema then takes the package for
    not installed, which is an ordinary way to use it.
    """
    if "jsonschema" not in sys.modules:
        sys.modules.setdefault("rfc3987_syntax", None)
