"""The special methods that a stand-in for an object of another process can have."""

_BINARY = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift",
           "rshift", "and", "xor", "or")  # fmt: skip
ARITHMETIC = tuple(
    f"__{prefix}{name}__"
    for name in _BINARY
    for prefix in (("", "r", "i") if name != "divmod" else ("", "r"))
)
UNARY = ("__neg__", "__pos__", "__abs__", "__invert__", "__round__", "__trunc__", "__floor__",
         "__ceil__")  # fmt: skip
PLAIN = {"__bool__": bool, "__len__": int, "__int__": int, "__float__": float,
         "__complex__": complex, "__index__": int, "__hash__": int}  # fmt: skip
ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
EQUALITY = ("__eq__", "__ne__")
CONTAINERS = ("__getitem__", "__setitem__", "__delitem__", "__iter__", "__next__", "__reversed__",
              "__contains__", "__missing__")  # fmt: skip
OTHERS = ("__call__", "__enter__", "__exit__", "__await__", "__aiter__", "__anext__")
SPECIALS = (*ARITHMETIC, *UNARY, *PLAIN, *ORDER, *EQUALITY, *CONTAINERS, *OTHERS)
# Methods that say of numbers whether they are right, or how far from right: whose object they are
# called of decides a mark.
JUDGES = frozenset(
    {"allclose", "isclose", "equal", "equals", "eq", "ne", "not_equal", "sub", "subtract", "rsub",
     "almost_equal", "array_equal"}
)  # fmt: skip
