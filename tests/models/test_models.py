"""The models learn, resume where they stopped, and stop when the loss is no number."""

import math

import pytest
import torch
from torch import nn

from course_lib.data import TOY_CORPUS, Vocabulary, moving_digits, shifted_windows, tokens
from course_lib.errors import CourseError
from course_lib.models import (
    ConvNowcaster,
    FullyConnectedNowcaster,
    LanguageModel,
    TrainingStopped,
    errors_by_lead_time,
    fit,
    next_token_loss,
    perplexity,
    repeat_last,
    sample,
    sequence_loss,
    shuffled,
)


def toy_windows(length=4):
    words = tokens(" ".join(TOY_CORPUS))
    vocabulary = Vocabulary(words)
    return vocabulary, shifted_windows(vocabulary.encode(words), length)


def toy_model(cell="LSTM", **options):
    torch.manual_seed(0)
    vocabulary, windows = toy_windows()
    return LanguageModel(len(vocabulary), cell, **options), vocabulary, windows


def train(model, windows, epochs, **options):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    batches = shuffled(*windows, batch_size=8)
    return fit(model, batches, next_token_loss, epochs, optimiser, progress=False, **options)


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "LSTMP", "GRU"])
def test_each_cell_learns_the_toy_corpus_by_heart(cell):
    model, vocabulary, windows = toy_model(cell)
    assert perplexity(model, *windows) > 15
    history = train(model, windows, 80)
    assert history.loss[-1] < history.loss[0]
    assert perplexity(model, *windows) < 1.6
    going_on = sample(model, vocabulary.encode(["saya", "pergi"]), 2, temperature=0)
    assert vocabulary.decode(going_on) == ["ke", "depok"]


def test_sampling_follows_its_seed_and_temperature():
    model, vocabulary, windows = toy_model()
    train(model, windows, 5)
    prompt = vocabulary.encode(["di"])
    hot = [sample(model, prompt, 12, temperature=5.0, seed=s).tolist() for s in (0, 0, 1)]
    assert hot[0] == hot[1] != hot[2]
    assert sample(model, prompt, 0).shape == (0,)


def test_a_resumed_run_gives_the_numbers_of_one_that_was_not_interrupted(tmp_path):
    options = {"num_layers": 2, "dropout": 0.5}  # random numbers inside the model as well
    whole, _, windows = toy_model(**options)
    first = train(whole, windows, 6, validate=lambda: perplexity(whole, *windows))
    again, _, _ = toy_model(**options)
    run = {"checkpoint": tmp_path / "run.pt"}
    train(again, windows, 3, validate=lambda: perplexity(again, *windows), **run)
    torch.manual_seed(99)
    fresh, _, _ = toy_model(**options)  # another process would start from here
    second = train(fresh, windows, 6, validate=lambda: perplexity(fresh, *windows), **run)
    assert first == second and len(first.validation) == 6
    for a, b in zip(whole.parameters(), fresh.parameters(), strict=True):
        assert torch.equal(a, b)
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]


def test_dropout_acts_while_training_and_never_while_measuring():
    model, _, windows = toy_model(num_layers=2, dropout=0.5)
    losses = {next_token_loss(model.train(), *windows).item() for _ in range(3)}
    assert len(losses) == 3
    assert perplexity(model.train(), *windows) == perplexity(model.train(), *windows)


def test_clipping_bounds_the_norm_of_a_step():
    model = nn.Linear(1, 1, bias=False)
    before = model.weight.item()
    batches = shuffled(torch.ones(1, 1), batch_size=1)
    descent = torch.optim.SGD(model.parameters(), lr=1.0)
    fit(model, batches, lambda m, x: 1000 * m(x).sum(), 1, descent, clip=0.5, progress=False)
    assert before - model.weight.item() == pytest.approx(0.5, abs=1e-4)


def test_a_damaged_checkpoint_is_named_and_left_alone(tmp_path):
    model, _, windows = toy_model()
    (tmp_path / "run.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(CourseError, match=r"run\.pt does not belong to this model or is damaged"):
        train(model, windows, 1, checkpoint=tmp_path / "run.pt")
    assert (tmp_path / "run.pt").read_bytes() == b"not a checkpoint"


def test_training_stops_with_a_sentence_when_the_loss_is_no_number():
    model = nn.Linear(1, 1)
    batches = shuffled(torch.tensor([[1.0], [float("nan")]]), batch_size=1)
    with pytest.raises(TrainingStopped, match=r"The loss became nan in epoch 1, step \d"):
        fit(model, batches, lambda m, x: m(x).sum(), 3, progress=False)
    with pytest.raises(CourseError, match="no batches"):
        fit(model, lambda generator: [], lambda m, x: m(x).sum(), 1, progress=False)


@pytest.mark.parametrize("peephole", ["channel", "map", None])
def test_a_convolutional_nowcaster_learns(peephole):
    torch.manual_seed(0)
    frames = moving_digits(8, steps=6, size=16, digits=1, source="small", speed=(1, 2))
    past, future = frames[:, :4], frames[:, 4:]
    model = ConvNowcaster(8, 3, patch=2, peephole=peephole, image_size=16)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    history = fit(
        model, shuffled(past, future, batch_size=4), sequence_loss, 15, optimiser, progress=False
    )
    assert history.loss[-1] < 0.5 * history.loss[0]
    assert model(past, 3).shape == (8, 3, 1, 16, 16)


def test_a_fully_connected_nowcaster_has_the_same_shapes():
    model = FullyConnectedNowcaster(16, [12, 10], 2)
    assert model(torch.rand(2, 4, 1, 16, 16), 3).shape == (2, 3, 1, 16, 16)


def test_the_fully_connected_nowcaster_is_as_large_as_the_papers():
    """Shi et al. 2015, table 1: FC-LSTM-2048-2048."""
    with torch.device("meta"):
        model = FullyConnectedNowcaster(64, 2048, 2)
    assert sum(parameter.numel() for parameter in model.parameters()) == 142_667_776


def test_the_loss_of_a_film_is_summed_over_its_frames_and_pixels_as_in_the_paper():
    frames, future = torch.rand(2, 4, 1, 16, 16), torch.rand(2, 3, 1, 16, 16)
    loss = sequence_loss(lambda frames, steps: torch.zeros_like(future), frames, future)
    assert loss.item() == pytest.approx(3 * 16 * 16 * math.log(2), rel=1e-5)


def test_errors_by_lead_time_are_mean_squared_errors():
    frames = moving_digits(2, steps=5, size=32, source="small")
    guess = repeat_last(frames[:, :3], 2)
    errors = errors_by_lead_time(guess, frames[:, 3:])
    torch.testing.assert_close(errors[1], nn.functional.mse_loss(frames[:, 2], frames[:, 4]))
    assert errors_by_lead_time(frames, frames).abs().max() == 0


BAD_CALLS = {
    "cell": (lambda: LanguageModel(3, "CNN"), "RNN, LSTM, LSTMP, GRU"),
    "prompt": (lambda: sample(LanguageModel(3), torch.empty(0).long(), 1), "prompt must be"),
    "temperature": (
        lambda: sample(LanguageModel(3), torch.zeros(1).long(), 1, temperature=-1),
        "temperature must be a finite number, at least 0, got -1",
    ),
    "frames": (
        lambda: ConvNowcaster(2)(torch.rand(1, 2, 16, 16), 1),
        r"frames must have 5 dimensions \(B, T, 1, H, W\), got 4",
    ),
    "patches": (lambda: ConvNowcaster(2)(torch.rand(1, 2, 1, 18, 18), 1), "18x18 cannot be cut"),
}


@pytest.mark.parametrize("call,sentence", BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_argument_is_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
