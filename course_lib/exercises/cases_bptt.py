"""The calls that answers about back-propagation through time are checked with.

An output belongs to the input that it was made from, so the states are those of torch's own RNN.
Sizes are all different, and each is 1 once: equal sizes hide a transpose.
"""

import torch
from torch import Tensor, nn
from torch.func import functional_call

from course_lib.exercises.spec import Case

# B rows, T time steps, I inputs, H hidden units.
FIRST = {"B": 3, "T": 6, "I": 4, "H": 5}
UNRELATED = (
    {"B": 3, "T": 6, "I": 4, "H": 5},
    {"B": 2, "T": 6, "I": 7, "H": 4},
    {"B": 6, "T": 5, "I": 2, "H": 7},
)
WEIGHTS = {
    "w_ih": "weight_ih_l0",
    "w_hh": "weight_hh_l0",
    "b_ih": "bias_ih_l0",
    "b_hh": "bias_hh_l0",
}


def draw_sizes(seed: int) -> dict[str, int]:
    """Sizes that differ from each other; seed 0 gives ``FIRST``, which the visible checks use."""
    if seed == 0:
        return dict(FIRST)
    generator = torch.Generator().manual_seed(seed)
    while True:
        batch, time, inputs, hidden = (torch.randperm(6, generator=generator)[:4] + 2).tolist()
        if time >= 5 and hidden >= 3:  # long enough to see what is cut
            return {"B": batch, "T": time, "I": inputs, "H": hidden}


def cases(family: str, role: str, seed: int) -> list[Case]:
    """The cases of a role, the same for the same seed.

    ``family``: "cell", "loop", "truncated", "jacobian".
    """
    sizes = draw_sizes(seed)

    def case(name, dtype=torch.float32, scale=1.0, k=2, **changed):
        number = seed * 1000 + sum(map(ord, role + name))
        id = f"{role}-{name}-{seed}"
        return draw_case(family, id, {**sizes, **changed}, number, dtype, scale, k)

    if role == "ordinary":
        return [case("a"), case("b", k=3, **draw_sizes(seed + 1))]
    if role == "k-one":
        return [case("one", k=1)]
    if role == "k-long":
        return [case("all", k=sizes["T"]), case("more", k=sizes["T"] + 3)]
    if role == "double":
        return [case("given", torch.float64)]
    if role == "large":
        return [case("up", scale=1e3), case("down", scale=-1e3)]
    if role == "ones":
        letters = {"cell": "BIH", "loop": "BTIH", "truncated": "BTIH", "jacobian": "BTIH"}[family]
        return [case(letter, **{letter: 1}) for letter in letters]
    if role == "short":
        return [case("short", torch.float64, T=1)]
    if role == "square":  # as many inputs as units: there a matrix that is not transposed runs
        return [case("square", torch.float64, B=2, T=5, I=4, H=4)]
    if role == "quick":
        return [case("quick", T=3)]
    if role in ("fresh", "fresh32"):  # for the diagnosis; in float64, equal means equal
        dtype = torch.float64 if role == "fresh" else torch.float32
        return [
            case(str(n), dtype, k=k, **more)
            for n, (k, more) in enumerate(zip((2, 3, 2), UNRELATED, strict=True))
        ]
    raise ValueError(f"unknown role {role}")


def draw_case(family, id, sizes, seed, dtype, scale, k) -> Case:
    """One case; ``scale`` multiplies the input and the gradient that arrives."""
    B, T, I, H = (sizes[letter] for letter in "BTIH")
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    weights = {
        "w_ih": draw(H, I) * 0.5,
        "w_hh": draw(H, H) * 0.5,
        "b_ih": draw(H) * 0.4,
        "b_hh": draw(H) * 0.4,
    }
    if family == "cell":
        T = 1
    # Half of the large inputs are large, so that some units are saturated and others are not.
    size = torch.where(torch.arange(T).view(1, T, 1) % 2 == 0, scale, 1.0)
    values = {
        "grad_output": draw(B, T, H) * scale,
        "input": draw(B, T, I) * size,
        "h_0": draw(B, H),
    }
    values |= weights
    values["output"] = rnn(values["input"], values["h_0"], weights)
    values = {name: value.to(dtype) for name, value in values.items()}
    sizes = {letter: sizes[letter] for letter in ("BIH" if family == "cell" else "BTIH")}
    options = {"k": k} if family == "truncated" else {}
    return Case(id, sizes, arranged(family, values), options)


def rnn(input: Tensor, h_0: Tensor, weights) -> Tensor:
    """Torch's RNN, batch first: (B, T, I), (B, H) -> (B, T, H)."""
    module = nn.RNN(input.shape[2], h_0.shape[1], batch_first=True, device="meta")
    parameters = {name: weights[short] for short, name in WEIGHTS.items()}
    return functional_call(module, parameters, (input, h_0.unsqueeze(0)))[0].detach()


def arranged(family: str, values: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors under the names of the family's signature, in its order."""
    if family == "jacobian":
        return {name: values[name] for name in ("output", "w_ih", "w_hh")}
    if family == "cell":
        step = {"grad_h_new": "grad_output", "x": "input", "h": "h_0", "h_new": "output"}
        found = {new: values[old] for new, old in step.items()}
        found = {n: t[:, 0].contiguous() if t.ndim == 3 else t for n, t in found.items()}
        return {**found, **{name: values[name] for name in WEIGHTS}}
    order = ("grad_output", "input", "h_0", "output", *WEIGHTS)
    return {name: values[name] for name in order}
