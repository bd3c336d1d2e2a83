"""Gradient flow: what back-propagation through time does to a gradient, step by step.

After Pascanu et al. 2013, *On the Difficulty of Training Recurrent Neural Networks*, and the
sequential Jacobian of Graves 2012, *Supervised Sequence Labelling with Recurrent Neural Networks*.
"""

import math
from typing import ClassVar

import torch
from torch import nn

from course_lib.bptt import jacobian_products, step_jacobians
from course_lib.errors import CourseError
from course_lib.figures.base import Figure, Room, script, styles, whole, whole_number
from course_lib.figures.still import Picture
from course_lib.i18n import N_, _
from course_lib.layers import rnn_cell

H, LONGEST = 16, 30
RHO = (0.4, 2.0)
# What the sliders offer: how large the inputs are, and the limit of the clipping (0: none).
SIZES = [0, 0.01, 0.1, 0.3, 1, 3]
LIMITS = [0, 100, 10, 1, 0.1, 0.01]
# A norm below this counts as this: its logarithm must be a number.
LEAST = -40.0
# The picture and the page draw the powers of ten from the first to the last.
AXIS = (-9, 6)
START = {"rho": 0.8, "T": LONGEST, "size": 0.01, "limit": 0, "t": 1}


def _constants():
    """Fixed numbers: a random matrix of spectral radius 1, weights, inputs, a direction."""
    # With this seed a zero input and ρ = 1 leave the gradient nearly as long as it was.
    generator = torch.Generator().manual_seed(42)
    w_hh = torch.randn(H, H, generator=generator, dtype=torch.float64)
    w_hh = w_hh / torch.linalg.eigvals(w_hh).abs().max()
    w_ih = torch.rand(H, generator=generator, dtype=torch.float64) * 2 - 1
    x = torch.randn(LONGEST, generator=generator, dtype=torch.float64)
    v = torch.randn(H, generator=generator, dtype=torch.float64)
    return {"w_hh": w_hh, "w_ih": w_ih[:, None], "x": x, "v": nn.functional.normalize(v, dim=0)}


class GradientFlow(Figure):
    """The gradient of a loss at the last step, followed back through an RNN with 16 units.

    The loss is h_T · v with a fixed v of length 1, so the gradient at step T has norm 1.
    Settings: ``rho``, the spectral radius of W_hh, 0.4 to 2; ``T``, the steps, 2 to 30; ``size``,
    what the inputs are multiplied by, one of SIZES; ``limit`` of the clipping, one of LIMITS, 0
    for none; ``t``, the step looked at, 1 to T.
    Values, all log10: ``grads`` (T) of ‖∂L/∂h_t‖ before clipping, ``feels`` (T) of ‖∂h_T/∂x_t‖,
    ``total`` of the norm of all weights' gradients, ``scale`` of the factor that clips them.
    Raises CourseError for settings outside of these.
    """

    _esm = script("gradient_flow.js")
    _css = styles()
    ROOM = Room(latin=(893, 817, 800, 682, 675, 604), chinese=(715, 693, 693, 575, 593, 557))

    WORDS: ClassVar = {
        "question": N_("Which spectral radius lets step 1 hear the loss of the last step?"),
        "title": N_("One Jacobian a step: the gradient vanishes or explodes on its way back"),
        "rho": N_("spectral radius ρ"),
        "T": N_("time steps"),
        "size": N_("size of the inputs"),
        "limit": N_("clip at"),
        "off": N_("off"),
        "t": N_("look at step"),
        "legend": N_(
            "Points: norm of the gradient at step t. Dashed: ρ alone. Strip: how strongly the last "
            "state feels each input."
        ),
        "marks": N_("Hollow: before clipping. ▲▼: off the scale."),
        "at": N_(
            "Step {t} of {T}: gradient {grad}; its input is felt with {feels}, the strongest "
            "with 1."
        ),
        "vanishes": N_("On the way to step 1 the gradient vanishes: {ratio}."),
        "explodes": N_("On the way to step 1 the gradient explodes: {ratio}."),
        "stays": N_("On the way to step 1 the gradient keeps its size, roughly: {ratio}."),
        "unclipped": N_("Norm of all weights' gradients: {total}."),
        "clipped": N_(
            "Norm of all weights' gradients: {total}; clipping multiplies everything by {scale}."
        ),
    }

    def __init__(self, *, language: str = "", **settings):
        self._numbers = _constants()
        super().__init__(
            language=language,
            constants={
                **{name: number.tolist() for name, number in self._numbers.items()},
                "rho": list(RHO),
                "longest": LONGEST,
                "sizes": SIZES,
                "limits": LIMITS,
                "least": LEAST,
                "axis": list(AXIS),
            },
            settings=START | settings,
        )

    def clean(self, settings):
        settings = whole(settings, START)
        rho = settings["rho"]
        is_number = isinstance(rho, int | float) and not isinstance(rho, bool)
        if not is_number or not RHO[0] <= rho <= RHO[1]:
            raise CourseError(
                _("{name} must be a number from {least} to {most}, not {value}.").format(
                    name="rho", least=RHO[0], most=RHO[1], value=rho
                )
            )
        for name, choices in (("size", SIZES), ("limit", LIMITS)):
            if isinstance(settings[name], bool) or settings[name] not in choices:
                raise CourseError(
                    _("{name} must be one of {choices}, not {value}.").format(
                        name=name, choices=", ".join(map(str, choices)), value=settings[name]
                    )
                )
        T = whole_number("T", settings["T"], 2, LONGEST)
        # A shorter sequence has no such step any more: look at its last one.
        t = min(whole_number("t", settings["t"], 1, LONGEST), T)
        return settings | {"T": T, "t": t}

    def compute(self, settings):
        w_hh = (settings["rho"] * self._numbers["w_hh"]).requires_grad_()
        w_ih = self._numbers["w_ih"].clone().requires_grad_()
        b_ih, b_hh = (torch.zeros(H, dtype=torch.float64).requires_grad_() for _ in range(2))
        x = settings["size"] * self._numbers["x"][: settings["T"], None]  # (T, I=1)

        h, all_h = x.new_zeros(1, H), []
        for x_t in x:
            h = rnn_cell(x_t[None], h, w_ih, w_hh, b_ih, b_hh)
            all_h.append(h)
        loss = (all_h[-1] * self._numbers["v"]).sum()
        parameters = [w_ih, w_hh, b_ih, b_hh]
        grads = torch.autograd.grad(loss, [*all_h, *parameters])
        for parameter, grad in zip(parameters, grads[len(all_h) :], strict=True):
            parameter.grad = grad.clone()
        total = nn.utils.clip_grad_norm_(parameters, settings["limit"] or math.inf)
        clipped = torch.stack([p.grad.square().sum() for p in parameters]).sum().sqrt()
        output = torch.stack(all_h, dim=1).detach()  # (B=1, T, H)
        # ∂h_T/∂x_t = ∂h_T/∂h_t · diag(1 - h_t²) W_ih
        products = jacobian_products(step_jacobians(output, w_hh.detach()))[0]  # (T, H, H)
        from_input = (1 - output[0] ** 2).unsqueeze(2) * w_ih.detach()  # (T, H, I)
        feels = torch.linalg.matrix_norm(products @ from_input)  # (T)
        return {
            "grads": [_log(grad.norm()) for grad in grads[: len(all_h)]],
            "feels": [_log(norm) for norm in feels],
            "total": _log(total),
            "scale": _log(clipped / total),
        }

    def picture(self):
        left, top, column, tall = 56, 14, 19, 220
        low, high = AXIS
        picture = Picture(left + LONGEST * column + 12, 340, self.words, self.language)

        def y_of(log):
            return top + tall * (high - max(low, min(high, log))) / (high - low)

        for power in range(low, high + 1, 3):
            picture.line(left, y_of(power), left + LONGEST * column, y_of(power), kind="axis")
            picture.text(_power(power), left - 6, y_of(power) + 4, size=11, anchor="end")
        T, rho = self.settings["T"], math.log10(self.settings["rho"])
        x_of = [left + (t + 0.5) * column for t in range(T)]
        picture.line(x_of[0], y_of(rho * (T - 1)), x_of[-1], y_of(0), kind="guide")
        strip = top + tall + 34
        strongest = max(self.values["feels"])
        for t, x in enumerate(x_of):
            picture.rect(x - 4, y_of(self.values["grads"][t]) - 4, 8, 8, kind="dot")
            felt = 10 ** (self.values["feels"][t] - strongest)
            picture.rect(x - column / 2, strip, column, 24, kind="paper")
            picture.rect(
                x - column / 2,
                strip,
                column,
                24,
                kind="pos edge",
                **{"fill-opacity": f"{felt:.2f}"},
            )
            if t == 0 or (t + 1) % 5 == 0:
                picture.text(str(t + 1), x, strip - 10, kind="faint", size=11)
        picture.maths("", "t", 40, strip - 14)
        picture.words("legend", 8, strip + 48, size=11)
        return picture.svg()


def _log(norm):
    """log10 of a norm, and LEAST for what is smaller or zero."""
    return max(LEAST, math.log10(norm.item())) if norm > 0 else LEAST


def _power(n: int) -> str:
    """10ⁿ, as the axis prints it."""
    return "1" if n == 0 else "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".index(d)] for d in str(n))
