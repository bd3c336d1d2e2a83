"""What torch loads only when something of it is used: a second or two, for every process anew.

A notebook that names it is forked from a process that has loaded it: the first such notebook waits,
and those after it do not.
"""

import re
import sys
from collections.abc import Iterable
from importlib import import_module

_NAMED = {
    "torch._dynamo": re.compile(r"\b(optim|checkpoint|jacrev|jacfwd|hessian)\b"),
    "torch.fx.experimental.symbolic_shapes": re.compile(r"\b(grad)?gradcheck\b"),
}


def modules_for(source: str) -> list[str]:
    """What code with these names in it makes torch load."""
    return [module for module, names in _NAMED.items() if names.search(source)]


def load(modules: Iterable[str]) -> bool:
    """Load those of ``modules`` that belong here; whether there was anything new.

    A torch that has them no longer has no need of them: the code itself would load them.
    """
    new = [module for module in modules if module in _NAMED and module not in sys.modules]
    for module in new:
        try:
            import_module(module)
        except ImportError:
            sys.modules.setdefault(module, None)
    return bool(new)
