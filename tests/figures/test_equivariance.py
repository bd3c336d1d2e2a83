"""Who follows the digit: torch's convolution does, a dense layer taught by gradient descent not."""

import pytest
import torch
from torch.nn.functional import conv2d, pad

from course_lib.data import digit_images
from course_lib.figures import Equivariance

KERNELS = Equivariance().constants["kernels"]


def at(dx, dy, **settings):
    figure = Equivariance()
    return figure.compute(figure.clean(settings | {"dx": dx, "dy": dy}))


def digit_fields():
    """The ten digits in the middle, from the data set."""
    images, labels = digit_images("small")
    first = [int((labels == digit).nonzero()[0]) for digit in range(10)]
    return pad(images[first].double(), (4, 4, 4, 4))[:, None]


def by_torch(fields, kernel):
    weight = torch.tensor(KERNELS[kernel], dtype=torch.float64)[None, None]
    return conv2d(fields, weight, padding=1)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_convolution_is_torchs_and_the_digit_is_where_it_is_said_to_be(kernel):
    for digit, dx, dy in [(0, 0, 0), (4, 3, -1), (9, -6, 6)]:
        values = at(dx, dy, digit=digit, kernel=kernel)
        field = torch.zeros(16, 16, dtype=torch.float64)
        for i, j in torch.nonzero(digit_fields()[digit, 0]).tolist():
            if 0 <= i + dy < 16 and 0 <= j + dx < 16:
                field[i + dy, j + dx] = digit_fields()[digit, 0, i, j]
        assert torch.equal(torch.tensor(values["input"], dtype=torch.float64), field)
        torch.testing.assert_close(
            torch.tensor(values["convolution"], dtype=torch.float64),
            by_torch(field[None, None], kernel)[0, 0],
        )


def test_the_dense_layer_is_what_gradient_descent_finds_from_zero_weights():
    """Full batches of the ten digits, mean squared error, until the loss is gone."""
    x, y = digit_fields().flatten(1), by_torch(digit_fields(), "outline").flatten(1)
    layer = torch.nn.Linear(256, 256, bias=False, dtype=torch.float64)
    torch.nn.init.zeros_(layer.weight)
    step = 1 / torch.linalg.matrix_norm(x, 2) ** 2
    with torch.no_grad():
        for _ in range(4000):
            error = layer(x) - y
            layer.weight -= step * (error.T @ x)
    assert error.abs().max() < 1e-6
    for dx, dy in [(0, 0), (1, 0), (-3, 5)]:
        values = at(dx, dy, digit=3, kernel="outline")
        field = torch.tensor(values["input"], dtype=torch.float64)
        answer = layer(field.flatten()).view(16, 16)
        assert (answer - torch.tensor(values["dense"])).abs().max() < 1e-5


@pytest.mark.parametrize("kernel", KERNELS)
def test_only_the_convolution_follows_while_the_whole_digit_is_in_the_field(kernel):
    for digit in range(10):
        middle = at(0, 0, digit=digit, kernel=kernel)
        torch.testing.assert_close(
            torch.tensor(middle["dense"]), torch.tensor(middle["convolution"])
        )
        for dx, dy in [(1, 0), (0, -1), (4, 4), (-4, 2)]:
            moved = at(dx, dy, digit=digit, kernel=kernel)
            assert moved["off_convolution"] < 1e-12
            assert moved["off_dense"] > 0.5


def test_where_the_digit_is_cut_off_the_convolution_differs_along_the_border_only():
    middle, moved = at(0, 0, digit=0, kernel="outline"), at(6, 0, digit=0, kernel="outline")
    shifted = pad(torch.tensor(middle["convolution"]), (6, -6))
    columns = (torch.tensor(moved["convolution"]) - shifted).abs().amax(dim=0)
    assert columns[:15].max() == 0 < columns[15]
    assert moved["off_convolution"] == pytest.approx(columns[15].item())


def test_the_picture_shows_a_digit_that_has_moved_even_before_the_reader_moves_it():
    values = at(3, -2)
    assert values["off_dense"] > 1
    assert f"= {values['off_dense']:.2f}" in Equivariance().picture()
