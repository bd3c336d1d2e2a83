"""The figure of gradients on their way back: torch's numbers, and what the chapter says of it."""

import math

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.figures import GradientFlow
from course_lib.figures.gradient_flow import LEAST, LIMITS, LONGEST, SIZES


def torch_flow(figure, *, rho, T, size, limit):
    """The same numbers from ``nn.RNN``, its autograd, its Jacobian and its clipping, one by one."""
    w_hh, w_ih, x, v = (
        torch.tensor(figure.constants[name], dtype=torch.float64)
        for name in ("w_hh", "w_ih", "x", "v")
    )
    rnn = torch.nn.RNN(1, len(v)).double()
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(rho * w_hh)
        rnn.weight_ih_l0.copy_(w_ih)
        rnn.bias_ih_l0.zero_()
        rnn.bias_hh_l0.zero_()
    x = size * x[:T, None]
    grads = []
    for t in range(1, T + 1):  # from the state after step t through the rest of the sequence
        h_t = rnn(x[:t])[1].detach().requires_grad_()
        h_T = rnn(x[t:], h_t)[0][-1] if t < T else h_t[0]
        grads.append(torch.autograd.grad((h_T * v).sum(), h_t)[0].norm().item())
    jacobian = torch.autograd.functional.jacobian(lambda x: rnn(x)[0][-1], x)  # (H, T, 1)
    (rnn(x)[0][-1] * v).sum().backward()
    total = torch.nn.utils.clip_grad_norm_(rnn.parameters(), limit or math.inf).item()
    clipped = math.sqrt(sum(p.grad.square().sum().item() for p in rnn.parameters()))
    return {
        "grads": grads,
        "feels": jacobian.square().sum(dim=(0, 2)).sqrt().tolist(),
        "total": [total],
        "scale": [clipped / total],
    }


def test_gradient_flow_has_the_gradients_of_nn_rnn():
    generator = torch.Generator().manual_seed(5)

    def draw(values):
        return values[int(torch.randint(len(values), (1,), generator=generator))]

    figure = GradientFlow()
    for _ in range(12):
        settings = {
            "rho": draw([0.4, 0.85, 1.0, 1.3, 2.0]),
            "T": draw([2, 7, 18, LONGEST]),
            "size": draw(SIZES),
            "limit": draw(LIMITS),
        }
        figure.settings = settings
        for name, wanted in torch_flow(figure, **settings).items():
            shown = figure.values[name]
            shown = shown if isinstance(shown, list) else [shown]
            logs = [max(LEAST, math.log10(norm)) if norm > 0 else LEAST for norm in wanted]
            assert shown == pytest.approx(logs, abs=1e-6), (name, settings)


def test_the_matrix_has_the_spectral_radius_that_the_slider_says():
    w_hh = torch.tensor(GradientFlow().constants["w_hh"], dtype=torch.float64)
    assert torch.linalg.eigvals(w_hh).abs().max().item() == pytest.approx(1, abs=1e-12)


def way_back(**settings):
    """log10 of what is left of the gradient at step 1."""
    grads = GradientFlow(**settings).values["grads"]
    return grads[0] - grads[-1]


def test_the_answers_of_the_chapter_are_what_the_figure_shows():
    kept = [n / 20 for n in range(8, 41) if abs(way_back(rho=n / 20, size=0)) < 1]
    assert kept == [0.95, 1.0, 1.05]
    exploding = [way_back(rho=1.6, size=size) for size in SIZES]
    assert exploding[0] > 5 and exploding[-1] < -3
    free, clipped = (GradientFlow(rho=1.6, size=0, limit=limit).values for limit in (0, 1))
    assert abs(free["scale"]) < 1e-12 and clipped["scale"] < -5
    assert free["grads"] == clipped["grads"]
    small = [GradientFlow(rho=0.6, limit=limit).values for limit in (0, 10, 0.1)]
    assert small[0]["total"] == pytest.approx(math.log10(1.55), abs=0.01)
    assert abs(small[1]["scale"]) < 1e-12 and small[2]["scale"] < -1


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"rho": 3}, "rho"),
        ({"rho": "1"}, "rho"),
        ({"rho": True}, "True"),
        ({"T": 1}, "T"),
        ({"size": 0.2}, "0.2"),
        ({"limit": -1}, "limit"),
        ({"t": 31}, "31"),
        ({"colour": 1}, "colour"),
    ],
)
def test_gradient_flow_refuses_what_it_cannot_show_and_names_it(settings, named):
    with pytest.raises(CourseError) as refusal:
        GradientFlow(**settings)
    assert named in str(refusal.value) and "{" not in str(refusal.value)


def test_a_shorter_sequence_looks_at_its_last_step():
    assert GradientFlow(T=5, t=20).settings["t"] == 5
