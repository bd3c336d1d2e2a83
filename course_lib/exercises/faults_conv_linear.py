"""A linear layer with a switch for every known mistake. With no switch on, it is torch's."""

import torch
from torch import Tensor, nn


def linear(on: frozenset[str]) -> type[nn.Module]:
    """A class like ``nn.Linear``, making the mistakes that are switched on."""
    return type("Linear", (FaultyLinear,), {"on": on})


class FaultyLinear(nn.Module):
    """x (..., I) -> (..., O)."""

    on: frozenset[str] = frozenset()

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.shapes = {"weight": (out_features, in_features)}
        if bias or "bias-false-ignored" in self.on:
            self.shapes["bias"] = (out_features,)
        self.bound = in_features**-0.5
        self.bias = None
        if "parameters-late" not in self.on:
            self.create()

    def create(self) -> None:
        for name, shape in self.shapes.items():
            value = self.first_value(torch.empty(shape))
            plain = "not-registered" in self.on or (
                "bias-not-registered" in self.on and name == "bias"
            )
            if name == "bias" and not plain:
                del self.bias
            setattr(self, name, value if plain else nn.Parameter(value))

    def first_value(self, value: Tensor) -> Tensor:
        for switch, fill in FIRST_VALUES.items():
            if switch in self.on:
                return fill(value)
        return value.uniform_(-self.bound, self.bound)

    def forward(self, x):
        if "parameters-late" in self.on and not hasattr(self, "weight"):
            self.create()
        weight, bias = self.weight, self.bias
        if "drawn-anew" in self.on:
            weight = torch.randn_like(weight) * self.bound
        if "float32" in self.on:
            x, weight, bias = x.float(), weight.float(), None if bias is None else bias.float()
        if "weight-detached" in self.on:
            weight = weight.detach()
        if "two-axes-only" in self.on:
            return torch.addmm(bias, x, weight.T)
        if "needs-bias" in self.on and bias is None:
            bias = bias.unsqueeze(0)
        out = torch.einsum("oi,...i->...o", weight, x)
        for switch, activation in ACTIVATIONS.items():
            if switch in self.on:
                out = activation(out + bias)
                bias = None
        if bias is not None and "bias-missing" not in self.on:
            sign = {"bias-twice": 2, "bias-subtracted": -1}
            for switch, times in sign.items():
                bias = bias * times if switch in self.on else bias
            out = out + bias
        if "input-in-place" in self.on:
            x.mul_(0.5)
        if "averaged" in self.on:
            out = out / x.shape[-1]
        return out.squeeze() if "squeeze" in self.on else out


ACTIVATIONS = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}
FIRST_VALUES = {
    "starts-zero": torch.zeros_like,
    "starts-ones": torch.ones_like,
    "starts-empty": torch.empty_like,
    "starts-normal": torch.randn_like,
    "starts-positive": torch.rand_like,
}
