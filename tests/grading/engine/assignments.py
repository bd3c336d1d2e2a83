# ruff: noqa: E501 - cells are quoted as they are
"""Cells in the style of real nbgrader assignments: (what the student wrote, the test cells)."""

NUMPY = "import numpy as np\n"
TORCH = "import torch\nfrom torch import nn\n"

EXAMPLES: dict[str, tuple[str, list[str]]] = {
    "a sum": (
        "def total(xs):\n    return sum(xs)",
        ["assert total([1, 2, 3]) == 6", "assert total([]) == 0\ntotal((1.5, 2))"],
    ),
    "a wrong sum": (
        "def total(xs):\n    return sum(xs) + 1",
        ["assert total([1, 2, 3]) == 6, 'sum of three'", "print('still here')"],
    ),
    "no answer": (
        "def total(xs):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        ["assert total([1]) == 1"],
    ),
    "not defined": ("pass", ["assert total([1]) == 1"]),
    "partial credit": (
        "def grade(x):\n    return x % 3",
        ["points = 0\nfor x in range(4):\n    if grade(x) == x:\n        points += 0.5\npoints"],
    ),
    "prints of a function": (
        "def greet(name):\n    print('Hello', name)\n    return len(name)",
        ["n = greet('Ann')\nprint(n)\nn"],
    ),
    "printed text caught": (
        "def greet(name):\n    print('Hello', name)",
        [
            "import io, contextlib\nbuf = io.StringIO()\nwith contextlib.redirect_stdout(buf):\n"
            "    greet('Ann')\nassert buf.getvalue() == 'Hello Ann\\n'\nbuf.getvalue()"
        ],
    ),
    "a list changed in place": (
        "def double(xs):\n    for i in range(len(xs)):\n        xs[i] *= 2",
        ["data = [1, 2, 3]\nassert double(data) is None\nassert data == [2, 4, 6]\ndata"],
    ),
    "an argument that must not change": (
        "def biggest(xs):\n    xs.sort()\n    return xs[-1]",
        ["xs = [3, 1]\nassert biggest(xs) == 3\nassert xs == [3, 1], 'the list was changed'"],
    ),
    "the same list comes back": (
        "def push(xs, x):\n    xs.append(x)\n    return xs",
        ["a = []\nassert push(a, 1) is a\nb = push(push(a, 2), 3)\nassert len(a) == 3\na"],
    ),
    "a new list comes back": (
        "def copied(xs):\n    return list(xs)",
        ["a = [1]\nb = copied(a)\nassert a == b and a is not b\nb.append(2)\nassert a == [1]"],
    ),
    "rows that are one row": (
        "def grid(n):\n    return [[0] * n] * n",
        ["g = grid(2)\ng[0][0] = 1\nassert g == [[1, 0], [0, 0]], g"],
    ),
    "a mutable default": (
        "def collect(x, into=[]):\n    into.append(x)\n    return into",
        ["assert collect(1) == [1]\nassert collect(2) == [2], 'default is shared'"],
    ),
    "a dict changed in place": (
        "def count(word, counts):\n    counts[word] = counts.get(word, 0) + 1",
        ["c = {'a': 1}\ncount('a', c)\ncount('b', c)\nassert c == {'a': 2, 'b': 1}\nc"],
    ),
    "nested data changed": (
        "def mark(d):\n    d['rows'][0].append('x')\n    d['new'] = {1, 2}",
        ["d = {'rows': [[1], [2]]}\nrow = d['rows'][0]\nmark(d)\nassert row == [1, 'x']\nd"],
    ),
    "a set": ("def letters(s):\n    return set(s)", ["assert letters('aba') == {'a', 'b'}"]),
    "a counter": (
        "from collections import Counter\ndef counts(s):\n    return Counter(s)",
        [
            "c = counts('abca')\nassert c == {'a': 2, 'b': 1, 'c': 1}\n"
            "assert c.most_common(1) == [('a', 2)]\nc"
        ],
    ),
    "a defaultdict": (
        "from collections import defaultdict\ndef groups(ws):\n    d = defaultdict(list)\n"
        "    for w in ws:\n        d[len(w)].append(w)\n    return d",
        ["g = groups(['a', 'bb', 'c'])\nassert g[1] == ['a', 'c']\nassert g[7] == []\ndict(g)"],
    ),
    "several results": (
        "def stats(xs):\n    return min(xs), max(xs), sum(xs) / len(xs)",
        ["lo, hi, mean = stats([1, 2, 6])\nassert (lo, hi) == (1, 6)\nmean"],
    ),
    "a named tuple": (
        "from collections import namedtuple\nPoint = namedtuple('Point', 'x y')\n"
        "def origin():\n    return Point(0, 0)",
        ["p = origin()\nassert p.x == 0 and p == (0, 0)\nx, y = p\np", "Point(1, y=2).y"],
    ),
    "strings": (
        "def is_palindrome(s):\n    s = [c.lower() for c in s if c.isalpha()]\n"
        "    return s == s[::-1]",
        [
            "assert is_palindrome('Never odd or even')\nassert not is_palindrome('abc')\n"
            "assert is_palindrome('汉字汉')"
        ],
    ),
    "formatted text": (
        "def table(d):\n    return '\\n'.join(f'{k:>5}: {v:.2f}' for k, v in d.items())",
        ["print(table({'pi': 3.14159, 'e': 2.71828}))"],
    ),
    "floats that are close": (
        "def root(x):\n    g = x\n    for _ in range(50):\n        g = (g + x / g) / 2\n    return g",
        [
            "import math\nassert math.isclose(root(2), math.sqrt(2))\nassert abs(root(9) - 3) < 1e-9"
            "\nround(root(2), 6)"
        ],
    ),
    "huge numbers": (
        "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)",
        ["assert factorial(5) == 120\nassert factorial(100) % 97 == 0\nlen(str(factorial(300)))"],
    ),
    "infinite recursion": (
        "def factorial(n):\n    return n * factorial(n - 1)",
        ["try:\n    factorial(3)\nexcept RecursionError as error:\n    print('deep')"],
    ),
    "an exception that is asked for": (
        "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x ** 0.5",
        [
            "try:\n    root(-1)\nexcept ValueError as e:\n    assert 'negative' in str(e)\n"
            "else:\n    assert False, 'no error'",
            "root(-2)",
        ],
    ),
    "an exception that is missing": (
        "def root(x):\n    return abs(x) ** 0.5",
        [
            "try:\n    root(-1)\n    raised = False\nexcept ValueError:\n    raised = True\n"
            "assert raised, 'ValueError was expected'"
        ],
    ),
    "a key error": (
        "def look(d, k):\n    return d[k]",
        ["try:\n    look({}, 'k')\nexcept KeyError as e:\n    print(repr(e), e.args)"],
    ),
    "unittest": (
        "def halve(x):\n    if x % 2:\n        raise ValueError('odd')\n    return x // 2",
        [
            "import unittest\nt = unittest.TestCase()\nt.assertEqual(halve(4), 2)\n"
            "with t.assertRaises(ValueError):\n    halve(3)\nt.assertRaises(ValueError, halve, 5)\n"
            "t.assertAlmostEqual(halve(6), 3.0)\nt.assertIsInstance(halve(2), int)",
            "t.assertEqual(halve(4), 3)",
        ],
    ),
    "an own exception": (
        "class TooDeep(Exception):\n    pass\n\ndef dive(m):\n    if m > 40:\n"
        "        raise TooDeep(f'{m} m')",
        [
            "try:\n    dive(50)\nexcept TooDeep as e:\n    print(type(e).__name__, e)",
            "assert issubclass(TooDeep, Exception)\ndive(60)",
        ],
    ),
    "a chained exception": (
        "def read(s):\n    try:\n        return int(s)\n    except ValueError as e:\n"
        "        raise TypeError('not a number') from e",
        ["try:\n    read('x')\nexcept TypeError as e:\n    print(e)"],
    ),
    "a class": (
        "class Account:\n    def __init__(self, owner, balance=0):\n        self.owner = owner\n"
        "        self.balance = balance\n    def deposit(self, n):\n        self.balance += n\n"
        "        return self.balance\n    def __str__(self):\n"
        "        return f'{self.owner}: {self.balance}'",
        [
            "a = Account('Ann')\nassert a.deposit(5) == 5\na.balance += 10\nassert a.deposit(1) == 16"
            "\nassert a.owner == 'Ann'\nprint(a)",
            "b = Account('Bob', balance=3)\nassert isinstance(b, Account)\nassert b.balance == 3\n"
            "assert hasattr(b, 'deposit') and not hasattr(b, 'withdraw')\ntype(b).__name__",
            "b.withdraw(3)",
        ],
    ),
    "a stack": (
        "class Stack:\n    def __init__(self):\n        self.items = []\n"
        "    def push(self, x):\n        self.items.append(x)\n"
        "    def pop(self):\n        return self.items.pop()\n"
        "    def __len__(self):\n        return len(self.items)\n"
        "    def __iter__(self):\n        return iter(self.items)\n"
        "    def __getitem__(self, i):\n        return self.items[i]\n",
        [
            "s = Stack()\nassert len(s) == 0 and not s\nfor x in 'abc':\n    s.push(x)\n"
            "assert list(s) == ['a', 'b', 'c']\nassert s[0] == 'a' and s[-1] == 'c'\n"
            "assert s.pop() == 'c' and len(s) == 2\n'b' in s",
            "s.items.append('z')\nassert s.pop() == 'z'\nsorted(s, reverse=True)",
            "try:\n    Stack().pop()\nexcept IndexError as e:\n    print(e)",
        ],
    ),
    "operators": (
        "class Vector:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n"
        "    def __add__(self, o):\n        return Vector(self.x + o.x, self.y + o.y)\n"
        "    def __mul__(self, k):\n        return Vector(self.x * k, self.y * k)\n"
        "    __rmul__ = __mul__\n"
        "    def __neg__(self):\n        return Vector(-self.x, -self.y)\n"
        "    def __abs__(self):\n        return (self.x ** 2 + self.y ** 2) ** 0.5\n"
        "    def __eq__(self, o):\n        return (self.x, self.y) == (o.x, o.y)\n"
        "    def __hash__(self):\n        return hash((self.x, self.y))\n"
        "    def __bool__(self):\n        return bool(self.x or self.y)\n"
        "    def __repr__(self):\n        return f'Vector({self.x}, {self.y})'\n",
        [
            "v, w = Vector(1, 2), Vector(3, 4)\nassert v + w == Vector(4, 6)\nassert v != w\n"
            "assert 2 * v == v * 2 == Vector(2, 4)\nassert abs(w) == 5.0\nassert -v == Vector(-1, -2)"
            "\nassert not Vector(0, 0) and v\n[v, w, v + w]",
            "assert len({Vector(1, 2), Vector(1, 2)}) == 1\nv += w\nassert v == Vector(4, 6)\nv",
            "v + 3",
            "v < w",
        ],
    ),
    "ordering": (
        "from functools import total_ordering\n@total_ordering\nclass Card:\n"
        "    def __init__(self, n):\n        self.n = n\n"
        "    def __eq__(self, o):\n        return self.n == o.n\n"
        "    def __lt__(self, o):\n        return self.n < o.n\n",
        [
            "cards = [Card(3), Card(1), Card(2)]\nassert [c.n for c in sorted(cards)] == [1, 2, 3]\n"
            "assert max(cards).n == 3 and Card(2) >= Card(2)\nassert Card(1) < Card(2)"
        ],
    ),
    "a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: float\n    y: float = 0",
        ["assert Point(1) == Point(1, 0)\nassert Point(1) != Point(2)\nPoint(1, 2)"],
    ),
    "inheritance": (
        "class Shape:\n    def area(self):\n        raise NotImplementedError\n"
        "class Square(Shape):\n    def __init__(self, a):\n        self.a = a\n"
        "    def area(self):\n        return self.a ** 2\n",
        [
            "s = Square(3)\nassert isinstance(s, Shape) and issubclass(Square, Shape)\n"
            "assert not isinstance(3, Shape)\nassert s.area() == 9\n"
            "try:\n    Shape().area()\nexcept NotImplementedError:\n    print('abstract')"
        ],
    ),
    "properties": (
        "class Temperature:\n    def __init__(self, c):\n        self.celsius = c\n"
        "    @property\n    def fahrenheit(self):\n        return self.celsius * 9 / 5 + 32\n"
        "    @fahrenheit.setter\n    def fahrenheit(self, f):\n        self.celsius = (f - 32) * 5 / 9\n"
        "    @staticmethod\n    def name():\n        return 'T'\n"
        "    @classmethod\n    def boiling(cls):\n        return cls(100)\n",
        [
            "t = Temperature(0)\nassert t.fahrenheit == 32\nt.fahrenheit = 212\n"
            "assert t.celsius == 100\nassert Temperature.boiling().celsius == 100\nTemperature.name()"
        ],
    ),
    "linked nodes": (
        "class Node:\n    def __init__(self, value, next=None):\n        self.value = value\n"
        "        self.next = next\n"
        "def reverse(node):\n    before = None\n    while node is not None:\n"
        "        node.next, before, node = before, node, node.next\n    return before\n",
        [
            "first = Node(1, Node(2, Node(3)))\nlast = reverse(first)\nfound = []\nnode = last\n"
            "while node is not None:\n    found.append(node.value)\n    node = node.next\n"
            "assert found == [3, 2, 1]\nassert first.next is None\nassert last.next.next is first\n"
            "found"
        ],
    ),
    "a generator": (
        "def squares(n):\n    for i in range(n):\n        yield i * i\n",
        [
            "assert list(squares(4)) == [0, 1, 4, 9]\ng = squares(2)\nassert next(g) == 0\n"
            "assert next(g) == 1\ntry:\n    next(g)\nexcept StopIteration:\n    print('end')",
            "import types\nassert isinstance(squares(1), types.GeneratorType)\nsum(squares(10))",
        ],
    ),
    "an endless generator": (
        "def naturals():\n    n = 0\n    while True:\n        yield n\n        n += 1\n",
        ["from itertools import islice\nlist(islice(naturals(), 5))"],
    ),
    "an iterator class": (
        "class Down:\n    def __init__(self, n):\n        self.n = n\n"
        "    def __iter__(self):\n        return self\n    def __next__(self):\n"
        "        if self.n == 0:\n            raise StopIteration\n        self.n -= 1\n"
        "        return self.n + 1\n",
        ["assert list(Down(3)) == [3, 2, 1]\n[a + b for a, b in zip(Down(2), Down(2))]"],
    ),
    "a closure": (
        "def counter():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return step\n",
        ["c, d = counter(), counter()\nassert (c(), c(), d()) == (1, 2, 1)\ncallable(c)"],
    ),
    "a decorator": (
        "def twice(f):\n    def wrapped(x):\n        return f(f(x))\n    return wrapped\n",
        [
            "@twice\ndef plus_three(x):\n    return x + 3\n\nassert plus_three(1) == 7\nplus_three(10)"
        ],
    ),
    "a function of a function": (
        "def integral(f, a, b, n=100):\n    h = (b - a) / n\n"
        "    return h * sum(f(a + (i + 0.5) * h) for i in range(n))\n",
        [
            "assert abs(integral(lambda x: x * x, 0, 3) - 9) < 1e-3\nimport math\n"
            "round(integral(math.sin, 0, math.pi), 3)",
            "calls = []\ndef f(x):\n    calls.append(x)\n    return 1.0\n"
            "integral(f, 0, 1, n=3)\nassert len(calls) == 3\ncalls",
            "def bad(x):\n    raise KeyError('in the test')\nintegral(bad, 0, 1)",
        ],
    ),
    "a composed function": (
        "def compose(f, g):\n    return lambda x: f(g(x))",
        ["h = compose(str, lambda x: x + 1)\nassert h(1) == '2'\nh(41)"],
    ),
    "keyword arguments": (
        "def f(a, *rest, b=2, **more):\n    return a, rest, b, more",
        ["assert f(1) == (1, (), 2, {})\nf(1, 2, 3, b=4, c=5)", "f()", "f(1, b=1, a=2)"],
    ),
    "a gradient of one number": (
        TORCH + "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.l = nn.Linear(2, 1)\n    def forward(self, x):\n        return self.l(x)",
        [
            "import torch\nn = Net()\nbefore = n.l.weight.detach().clone()\n"
            "o = torch.optim.SGD(n.parameters(), lr=0.1)\n"
            "n(torch.ones(1, 2)).sum().backward()\no.step()\n"
            "assert torch.allclose(before - n.l.weight, torch.full((1, 2), 0.1))"
        ],
    ),
    "a signature": (
        "def area(width: float, height: float = 1.0) -> float:\n    '''The area.'''\n"
        "    return width * height",
        [
            "import inspect\nassert list(inspect.signature(area).parameters) == ['width', 'height']\n"
            "assert inspect.signature(area).parameters['height'].default == 1.0\narea.__doc__",
            "assert 'for' not in inspect.getsource(area)\nassert area.__name__ == 'area'",
        ],
    ),
    "a plain answer": ("answer = 42\nname = 'Ada'", ["assert answer == 42\nname"]),
    "a list of answers": (
        "answers = ['b', 'a', 'c']",
        ["sum(a == b for a, b in zip(answers, 'bac'))"],
    ),
    "memoisation": (
        "memo = {}\ndef fib(n):\n    if n < 2:\n        return n\n    if n not in memo:\n"
        "        memo[n] = fib(n - 1) + fib(n - 2)\n    return memo[n]\n",
        ["assert fib(50) == 12586269025\nassert len(memo) == 49\nmemo.clear()\nfib(10)\nlen(memo)"],
    ),
    "random numbers": (
        "import random\ndef roll():\n    return random.randint(1, 6)\n",
        [
            "rolls = [roll() for _ in range(200)]\nassert set(rolls) <= set(range(1, 7))\n"
            "assert len(set(rolls)) == 6",
            "import random\nrandom.seed(3)\na = [roll() for _ in range(5)]\nrandom.seed(3)\n"
            "assert a == [roll() for _ in range(5)]\na",
        ],
    ),
    "a file": (
        "def save(path, lines):\n    with open(path, 'w') as f:\n        f.write('\\n'.join(lines))\n"
        "def load(path):\n    with open(path) as f:\n        return f.read().split('\\n')\n",
        ["save('a.txt', ['x', 'y'])\nassert load('a.txt') == ['x', 'y']\nopen('a.txt').read()"],
    ),
    "bytes": ("def flip(b):\n    return bytes(reversed(b))", ["flip(b'ab\\x00')"]),
    "None": ("def nothing():\n    pass", ["assert nothing() is None\nnothing()"]),
    "dates": (
        "import datetime\ndef next_day(d):\n    return d + datetime.timedelta(days=1)\n",
        ["import datetime\nnext_day(datetime.date(2024, 2, 28))"],
    ),
    "fractions": (
        "from fractions import Fraction\ndef half(x):\n    return Fraction(x) / 2",
        ["from fractions import Fraction\nassert half(3) == Fraction(3, 2)\nhalf(1) + 1"],
    ),
    "numpy arrays": (
        NUMPY + "def standardise(x):\n    return (x - x.mean(0)) / x.std(0)\n",
        [
            "import numpy as np\nx = np.random.default_rng(0).normal(size=(50, 3))\n"
            "z = standardise(x)\nassert z.shape == x.shape\n"
            "np.testing.assert_allclose(z.mean(0), 0, atol=1e-12)\nassert np.allclose(z.std(0), 1)\n"
            "z.dtype",
            "assert isinstance(z, np.ndarray)\nstandardise(np.ones((2, 2)) * [1, 2])",
        ],
    ),
    "wrong numpy shape": (
        NUMPY + "def softmax(x):\n    e = np.exp(x)\n    return e / e.sum()\n",
        [
            "import numpy as np\nx = np.arange(6.0).reshape(2, 3)\n"
            "np.testing.assert_allclose(softmax(x).sum(1), [1, 1])"
        ],
    ),
    "an array changed in place": (
        NUMPY
        + "def normalise(x):\n    x /= x.sum()\ndef first(x):\n    x[0] = -1\n    return x[1:]\n",
        ["x = np.array([1.0, 3.0])\nnormalise(x)\nassert (x == [0.25, 0.75]).all()\nfirst(x)\nx"],
    ),
    "numpy scalars": (
        NUMPY + "def mean(x):\n    return np.mean(x)\n",
        ["m = mean([1, 2])\nassert m == 1.5 and isinstance(m, np.floating)\nm"],
    ),
    "numpy random numbers": (
        NUMPY + "def sample(n):\n    return np.random.rand(n)\n",
        ["np.random.seed(1)\na = sample(3)\nnp.random.seed(1)\nassert (a == sample(3)).all()\na"],
    ),
    "a ufunc passed": (
        NUMPY + "def apply(f, x):\n    return f(x)",
        ["apply(np.square, np.arange(3)), apply(len, 'abc'), apply(np.max, [1, 5])"],
    ),
    "a matrix product": (
        NUMPY + "def matmul(a, b):\n    return [[sum(x * y for x, y in zip(r, c)) for c in zip(*b)]"
        " for r in a]\n",
        [
            "a, b = [[1, 2], [3, 4]], [[0, 1], [1, 0]]\nassert matmul(a, b) == (np.array(a) @ b).tolist()"
        ],
    ),
    "tensors": (
        TORCH + "def relu(x):\n    return x.clamp(min=0)\n",
        [
            "import torch\nx = torch.tensor([-1.0, 2.0])\n"
            "torch.testing.assert_close(relu(x), torch.relu(x))\nrelu(x)",
            "assert relu(x.double()).dtype == torch.float64\nrelu(torch.zeros(0)).shape",
        ],
    ),
    "wrong tensors": (
        TORCH + "def relu(x):\n    return x.abs()\n",
        ["torch.testing.assert_close(relu(torch.tensor([-1.0])), torch.zeros(1))"],
    ),
    "gradients": (
        TORCH + "def loss(w, x):\n    return ((x @ w) ** 2).mean()\n",
        [
            "w = torch.ones(2, requires_grad=True)\nx = torch.tensor([[1.0, 2.0]])\n"
            "l = loss(w, x)\nl.backward()\nassert torch.allclose(w.grad, torch.tensor([6.0, 12.0]))\n"
            "w.grad",
            "torch.autograd.gradcheck(loss, (torch.rand(2, dtype=torch.double, requires_grad=True), "
            "torch.rand(3, 2, dtype=torch.double)))",
            "with torch.no_grad():\n    assert not loss(w, x).requires_grad",
        ],
    ),
    "a gradient by hand": (
        TORCH + "def grad(x):\n    x = x.clone().requires_grad_()\n    (x ** 3).sum().backward()\n"
        "    return x.grad\n",
        ["assert torch.equal(grad(torch.tensor([2.0])), torch.tensor([12.0]))"],
    ),
    "gradients through two calls": (
        TORCH + "def f(x):\n    return x ** 2\ndef g(y):\n    return 3 * y\n",
        [
            "x = torch.tensor(2.0, requires_grad=True)\ny = f(x)\nz = g(y) + y\n"
            "a, b = torch.autograd.grad(z, (x, y))\nassert (a, b) == (16, 4)\na, b",
            "d, = torch.autograd.grad(f(x), x, create_graph=True)\nd.backward()\nx.grad",
        ],
    ),
    "a module": (
        TORCH + "class Net(nn.Module):\n    def __init__(self, i, h):\n        super().__init__()\n"
        "        self.fc = nn.Linear(i, h)\n        self.drop = nn.Dropout(0.5)\n"
        "    def forward(self, x):\n        return self.drop(torch.tanh(self.fc(x)))\n",
        [
            "torch.manual_seed(0)\nnet = Net(3, 2)\nassert isinstance(net, nn.Module)\n"
            "assert sum(p.numel() for p in net.parameters()) == 8\nx = torch.ones(4, 3)\n"
            "assert net(x).shape == (4, 2)\nnet.eval()\nassert torch.equal(net(x), net(x))\n"
            "assert not net.training\n[name for name, _ in net.named_parameters()]",
            "assert isinstance(net.fc, nn.Linear) and net.fc.in_features == 3\nprint(net)",
            "with torch.no_grad():\n    net.fc.weight.fill_(1.0)\n    net.fc.bias.zero_()\n"
            "assert torch.allclose(net(torch.ones(1, 3)), torch.tanh(torch.tensor(3.0)))\n"
            "net.fc.weight",
            "sd = {k: torch.zeros_like(v) for k, v in net.state_dict().items()}\n"
            "net.load_state_dict(sd)\nassert net(x).abs().sum() == 0\nlist(sd)",
            "torch.manual_seed(0)\nw = Net(3, 2).fc.weight\nref = nn.Linear(3, 2)\n"
            "torch.manual_seed(0)\nref = nn.Linear(3, 2)\nassert torch.equal(w, ref.weight)",
        ],
    ),
    "training": (
        TORCH
        + "def make():\n    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))\n"
        "def train(model, x, y, steps, lr):\n"
        "    opt = torch.optim.SGD(model.parameters(), lr=lr)\n    losses = []\n"
        "    for _ in range(steps):\n        opt.zero_grad()\n"
        "        loss = ((model(x) - y) ** 2).mean()\n        loss.backward()\n        opt.step()\n"
        "        losses.append(loss.item())\n    return losses\n",
        [
            "torch.manual_seed(1)\nm = make()\nx = torch.randn(20, 2)\ny = x.sum(1, keepdim=True)\n"
            "before = [p.clone() for p in m.parameters()]\nlosses = train(m, x, y, 30, 0.1)\n"
            "assert losses[-1] < losses[0] / 2\n"
            "assert all(not torch.equal(a, b) for a, b in zip(before, m.parameters()))\nlen(losses)",
            "opt = torch.optim.Adam(m.parameters(), lr=0.01)\nfirst = ((m(x) - y) ** 2).mean()\n"
            "for _ in range(5):\n    opt.zero_grad()\n    l = ((m(x) - y) ** 2).mean()\n"
            "    l.backward()\n    opt.step()\nassert ((m(x) - y) ** 2).mean() < first",
        ],
    ),
    "a state that is passed on": (
        TORCH + "class Cell(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.w = nn.Parameter(torch.tensor(0.5))\n"
        "    def forward(self, x, h=None):\n        h = torch.zeros(()) if h is None else h\n"
        "        h = torch.tanh(self.w * h + x)\n        return h, (h, h * 2)\n",
        [
            "cell = Cell()\nh, s = None, None\nfor x in (0.1, 0.2, 0.3):\n    h, s = cell(x, h)\n"
            "h.backward()\nassert cell.w.grad is not None\nround(cell.w.grad.item(), 5), type(s)"
        ],
    ),
    "a tensor changed in place": (
        TORCH + "def clip(t, m):\n    t.clamp_(-m, m)\n",
        ["t = torch.tensor([3.0, -5.0])\nclip(t, 4)\nassert t.tolist() == [3, -4]\nt"],
    ),
    "a view changed in place": (
        TORCH + "def zero_first(t):\n    t[0] = 0\n    return t\n",
        ["t = torch.ones(3, 2)\nr = zero_first(t)\nassert r is t and t.sum() == 4\nt"],
    ),
    "a transposed input": (
        TORCH + "def flat(t):\n    return t.view(-1)\n",
        ["flat(torch.ones(2, 3).t())"],
    ),
    "an error in torch": (
        TORCH + "def mm(a, b):\n    return a @ b\n",
        [
            "try:\n    mm(torch.ones(2, 3), torch.ones(2, 3))\nexcept RuntimeError as e:\n    print(e)"
        ],
    ),
    "a warning": (
        "import warnings\ndef old():\n    warnings.warn('deprecated')\n    return 1\n",
        ["assert old() == 1"],
    ),
    "a function that ends Python": (
        "import sys\ndef leave():\n    sys.exit(3)\n",
        ["try:\n    leave()\nexcept SystemExit as e:\n    print('code', e.code)"],
    ),
    "a context manager": (
        "class Timer:\n    def __enter__(self):\n        print('in')\n        return self\n"
        "    def __exit__(self, *error):\n        print('out')\n        return True\n",
        ["with Timer() as t:\n    raise ValueError('swallowed')\nprint('after')"],
    ),
    "contextlib": (
        "from contextlib import contextmanager\n@contextmanager\ndef tag(name):\n"
        "    print(f'<{name}>')\n    yield name\n    print(f'</{name}>')\n",
        ["with tag('b') as b:\n    print(b)"],
    ),
    "attributes that are set": (
        "class Box:\n    pass\n",
        ["b = Box()\nb.x = [1]\nb.x.append(2)\nassert b.x == [1, 2]\ndel b.x\nhasattr(b, 'x')"],
    ),
    "vars of an object": (
        "class Dog:\n    kind = 'dog'\n    def __init__(self, n):\n        self.name = n\n",
        ["d = Dog('Rex')\nassert d.__dict__ == {'name': 'Rex'}\nDog.kind, d.__class__.__name__"],
    ),
    "an enum": (
        "from enum import Enum\nclass Color(Enum):\n    RED = 1\n    BLUE = 2\n"
        "def favourite():\n    return Color.RED\n",
        [
            "assert favourite() == Color.RED and favourite() is Color.RED\n"
            "assert favourite() != Color.BLUE\nassert Color.RED.value == 1\n"
            "assert [c.name for c in Color] == ['RED', 'BLUE']\nfavourite()"
        ],
    ),
    "a map and a filter": (
        "def evens(xs):\n    return filter(lambda x: x % 2 == 0, xs)\n"
        "def squares(xs):\n    return map(lambda x: x * x, xs)\n",
        ["assert list(evens(range(6))) == [0, 2, 4]\nlist(squares([1, 2]))"],
    ),
    "results of dict methods": (
        "def parts(d):\n    return d.keys(), d.values(), d.items()\n",
        ["k, v, i = parts({'a': 1})\nassert k == {'a'} and list(v) == [1]\nlist(i)"],
    ),
    "a lambda": ("square = lambda x: x * x", ["assert square(3) == 9\nlist(map(square, [1, 2]))"]),
    "sorting by a function": (
        "def key(word):\n    return (len(word), word)\n",
        ["sorted(['bb', 'a', 'ab'], key=key)"],
    ),
    "html": (
        "from IPython.display import HTML, display\ndef show(x):\n    display(HTML(f'<b>{x}</b>'))\n",
        ["show(3)\nprint('shown')"],
    ),
    "later tests use earlier names": (
        "def double(x):\n    return 2 * x\n",
        ["value = double(4)\nchecks = [value == 8]", "checks.append(double(1) == 2)\nall(checks)"],
    ),
    "a syntax error in the test": ("x = 1", ["assert x = 1", "x"]),
    "timing": (
        "def f():\n    return 1\n",
        ["import time\nt = time.time()\nf()\nassert time.time() - t < 5"],
    ),
}
