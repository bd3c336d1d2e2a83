"""Edits of the reference answers that change nothing anybody can see: no check can lose points.

By assignment, by the id of the answer cell, by what was changed; each with the reason.
"""

EQUIVALENT: dict[str, dict[str, dict[str, str]]] = {}
