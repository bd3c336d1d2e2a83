"""The recorded language models are what their record says, and a byte a weight is enough."""

import pytest
import torch

from course_lib.data import Vocabulary, tokens, udhr
from course_lib.models import declaration_model, declaration_text, next_token_loss
from course_lib.models.recorded import recorded
from course_lib.models.rounded import rounded, unrounded

LANGUAGES = {"en": "word", "id": "word", "zh_CN": "character"}


@pytest.mark.parametrize("shape", [(5, 7), (3, 1), (9,)])
def test_a_rounded_weight_is_within_half_a_step_of_its_row(shape):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    step = weight.reshape(-1, shape[-1]).abs().amax(dim=1, keepdim=True) / 127
    error = (unrounded(rounded(weight)) - weight).reshape(-1, shape[-1]).abs()
    assert (error <= 0.5 * step + 1e-7).all()
    assert (error > 0).any()


def test_a_row_of_zeros_stays_zero():
    weight = torch.tensor([[0.0, 0.0], [1.0, -1.0]])
    assert torch.equal(unrounded(rounded(weight)).float(), weight)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_recorded_model_has_the_perplexity_of_its_record(language):
    told = recorded("declaration")["results"][language]
    model, vocabulary = declaration_model(language)
    _, numbers = declaration_text(language)
    words = tokens(udhr(language), LANGUAGES[language])
    assert vocabulary.decode(numbers) == words
    assert vocabulary.tokens == Vocabulary(words).tokens
    loss = next_token_loss(model, numbers[None, :-1], numbers[None, 1:])
    assert loss.exp().item() == pytest.approx(told["perplexity"]["one byte"], abs=1e-3)
    assert told["perplexity"]["one byte"] < 1.01 * told["perplexity"]["float32"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_record_shows_that_reading_on_becomes_learning_by_heart(language):
    held_out = recorded("declaration")["results"][language]["held_out"]
    assert len(held_out) == 3
    for curves in held_out.values():
        assert curves["read"][-1] < 4
        assert curves["unread"][-1] > 5 * min(curves["unread"])
