"""A small language model with given weights, to be trained or to predict with.

It is written without torch's recurrent layers, which a student's code may not call.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

from course_lib.exercises.spec import Case
from course_lib.i18n import _

# B rows, T time steps, V words, E numbers of an embedding, H hidden units: all different.
SIZES = (
    {"B": 3, "T": 5, "V": 11, "E": 4, "H": 6},
    {"B": 4, "T": 3, "V": 9, "E": 5, "H": 7},
    {"B": 2, "T": 6, "V": 13, "E": 3, "H": 4},
)
WEIGHTS = ("embedding", "w_ih", "w_hh", "b_ih", "b_hh", "w_out", "b_out")


class Model(nn.Module):
    """inputs (B, T) int64, h (1, B, H) or None -> logits (B, T, V), h (1, B, H)."""

    def __init__(self, tensors):
        super().__init__()
        for name in WEIGHTS:
            setattr(self, name, nn.Parameter(tensors[name].clone()))

    def forward(self, inputs: Tensor, h: Tensor | None = None):
        H = len(self.w_hh)
        if inputs.ndim != 2:
            text = _("The model reads inputs of shape (B, T); it was given {shape}.")
            raise ValueError(text.format(shape=tuple(inputs.shape)))
        if h is not None and h.shape != (1, len(inputs), H):
            text = _("The state of {rows} rows has shape {right}; the model was given {shape}.")
            right = (1, len(inputs), H)
            said = text.format(rows=len(inputs), right=right, shape=tuple(h.shape))
            raise ValueError(said)
        x = embedding(inputs, self.embedding)
        h = x.new_zeros(len(x), H) if h is None else h[0]
        states = []
        for x_t in x.unbind(1):
            h = torch.tanh(x_t @ self.w_ih.T + self.b_ih + h @ self.w_hh.T + self.b_hh)
            states.append(h)
        return torch.stack(states, 1) @ self.w_out.T + self.b_out, h.unsqueeze(0)


class Descent:
    """Plain gradient descent with the methods of an optimiser; importing torch's costs seconds."""

    def __init__(self, parameters, lr: float):
        self.param_groups = [{"params": list(parameters), "lr": lr}]
        self.steps = 0

    def zero_grad(self, set_to_none: bool = True) -> None:
        for parameter in self.param_groups[0]["params"]:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        self.steps += 1
        group = self.param_groups[0]
        for parameter in group["params"]:
            if parameter.grad is not None:
                parameter -= group["lr"] * parameter.grad


def training_cases(role: str, seed: int) -> list[Case]:
    """Cases of ``train_step``: ordinary, clipped, default, ones."""

    def case(name, sizes, dtype=torch.float32, max_norm=None, state=True):
        number = 3000 + seed * 100 + sum(map(ord, name))
        tensors = draw_training(number, sizes, dtype)
        if not state:
            tensors["h_0"] = None
        return Case(f"{role}-{name}-{seed}", sizes, tensors, {"max_norm": max_norm})

    first, second, third = SIZES if seed % 2 == 0 else (SIZES[1], SIZES[2], SIZES[0])
    if role == "clipped":  # far above what is allowed, and below it
        return [case("much", first, max_norm=0.25), case("little", second, max_norm=50.0)]
    if role == "default":
        return [case("none", first, state=False)]
    if role == "ones":
        return [case(letter, {**first, letter: 1}) for letter in "BT"]
    if role in ("fresh", "fresh32"):
        dtype = torch.float64 if role == "fresh" else torch.float32
        return [case(str(k), sizes, dtype) for k, sizes in enumerate((first, second, third))]
    if role == "ordinary":
        return [case("a", first), case("b", second)]
    return [case("short", third)]


def draw_training(seed: int, sizes, dtype) -> dict[str, Tensor | None]:
    """Weights, a state that hangs on no graph, and two batches that follow each other."""
    B, T, V = (sizes[letter] for letter in "BTV")
    generator = torch.Generator().manual_seed(seed)
    weights = draw_weights(generator, sizes, dtype, 0.7)
    h_0 = torch.randn((1, B, sizes["H"]), generator=generator, dtype=torch.float64).to(dtype)
    numbers = torch.randint(V, (B, 2 * T + 1), generator=generator)
    return {
        "inputs": numbers[:, :T].contiguous(),
        "targets": numbers[:, 1 : T + 1].contiguous(),
        "h_0": h_0.tanh(),
        "next_inputs": numbers[:, T:-1].contiguous(),
        "next_targets": numbers[:, T + 1 :].contiguous(),
        **weights,
    }


def draw_weights(generator, sizes, dtype, scale: float) -> dict[str, Tensor]:
    V, E, H = (sizes[letter] for letter in "VEH")
    shapes = {"embedding": (V, E), "w_ih": (H, E), "w_hh": (H, H), "b_ih": (H,), "b_hh": (H,)}
    shapes |= {"w_out": (V, H), "b_out": (V,)}
    return {
        name: scale * torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
        for name, shape in shapes.items()
    }


def drawing_cases(role: str, seed: int) -> list[Case]:
    """Cases of ``draw_words``: ordinary, greedy, sums, end, large, ones, single."""

    def case(name, rows, words, temperature, dtype=torch.float64, scale=1.5):
        generator = torch.Generator().manual_seed(5000 + seed * 100 + sum(map(ord, role + name)))
        logits = scale * torch.randn((rows, words), generator=generator, dtype=torch.float64)
        u = inside(logits / (temperature or 1), generator)
        tensors = {"logits": logits.to(dtype), "u": u.to(dtype)}
        sizes = {"B": rows, "V": words}
        return Case(f"{role}-{name}-{seed}", sizes, tensors, {"temperature": temperature})

    if role == "greedy":
        return [case("zero", 23, 9, 0.0), case("zero-int", 17, 6, 0)]
    if role == "sums":  # u is a sum, exactly
        quarters = {"logits": torch.zeros(4, 4), "u": torch.tensor([0.5, 0.0, 0.25, 0.75])}
        return [case("sums", 4, 4, 1.0, torch.float32).with_tensors(**quarters)]
    if role == "end":  # u is above all sums, because rounding has made the last one small
        above = torch.full((40,), 1 - 2.0**-24)
        return [case("end", 40, 9, 0.9, torch.float32).with_tensors(u=above)]
    if role == "large":
        return [case("large", 21, 8, 1.0, scale=900.0), case("cold", 19, 7, 0.01, scale=9.0)]
    if role == "ones":
        return [case("B", 1, 12, 0.9), case("V", 7, 1, 1.3), case("B-again", 1, 5, 1.0)]
    if role == "single":
        return [case("float32", 24, 10, 0.8, torch.float32)]
    if role in ("fresh", "fresh32"):
        kinds = [(37, 12, 0.6), (41, 15, 1.7), (29, 10, 1.0)]
        return [case(str(k), *kind) for k, kind in enumerate(kinds)]
    if role == "ordinary":
        return [case("a", 15, 8, 1.0), case("b", 18, 11, 0.6), case("c", 16, 10, 1.8)]
    return [case("short", 9, 6, 0.7)]


def inside(logits: Tensor, generator) -> Tensor:
    """Random numbers (B), none of them near a border between two words: rounding plays no part."""
    chances = logits.softmax(1)
    words = torch.multinomial(chances, 1, generator=generator)
    upper, width = chances.cumsum(1).gather(1, words), chances.gather(1, words)
    share = 0.05 + 0.9 * torch.rand(upper.shape, generator=generator, dtype=torch.float64)
    return (upper - share * width)[:, 0].clamp(0)


def predicting_cases(role: str, seed: int) -> list[Case]:
    """Cases of ``predict``: ordinary, greedy, ones."""

    def case(name, sizes, prompt, steps, temperature):
        generator = torch.Generator().manual_seed(7000 + seed * 100 + sum(map(ord, role + name)))
        weights = draw_weights(generator, sizes, torch.float64, 0.9)
        tensors = {
            "prompt": torch.randperm(sizes["V"], generator=generator)[:prompt],
            "u": torch.rand(steps, generator=generator, dtype=torch.float64),
            **weights,
        }
        sizes = {**sizes, "T": prompt, "N": steps}
        return Case(f"{role}-{name}-{seed}", sizes, tensors, {"temperature": temperature})

    small, large = {"V": 12, "E": 5, "H": 7}, {"V": 17, "E": 4, "H": 6}
    if role == "greedy":
        return [case("zero", small, 4, 9, 0.0)]
    if role == "ones":
        return [case("T", small, 1, 14, 1.0), case("N", large, 5, 1, 0.8)]
    if role in ("fresh", "fresh32"):
        return [case("0", small, 4, 25, 0.7), case("1", large, 3, 28, 1.6),
                case("2", small, 5, 22, 1.0)]  # fmt: skip
    if role == "ordinary":
        return [case("a", small, 4, 16, 1.0), case("b", large, 3, 18, 0.7)]
    return [case("short", small, 3, 8, 1.2)]
