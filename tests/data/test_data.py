"""Moving digits move as the paper says; texts are whole; vocabularies and windows are right."""

import pytest
import torch

from course_lib.data import (
    TOY_CORPUS,
    Vocabulary,
    digit_images,
    moving_digits,
    shifted_windows,
    tokens,
    udhr,
)


def centre(frames):
    """Centre of mass of (T, 1, S, S) frames: (T, 2)."""
    weight = frames[:, 0] / frames.sum(dim=(1, 2, 3)).reshape(-1, 1, 1)
    axis = torch.arange(frames.shape[-1]).float()
    return torch.stack([(weight.sum(2) * axis).sum(1), (weight.sum(1) * axis).sum(1)], dim=1)


@pytest.mark.parametrize("source,count,side", [("mnist", 10_000, 28), ("small", 1797, 8)])
def test_all_digits_are_there_in_disjoint_splits(source, count, side):
    images, labels = digit_images(source)
    assert images.shape == (count, side, side) and labels.unique().tolist() == list(range(10))
    assert images.min() == 0 and images.max() == 1
    parts = [digit_images(source, split) for split in ("train", "valid", "test")]
    assert sum(len(part) for part, _ in parts) == count
    assert all(len(part_labels.unique()) == 10 for _, part_labels in parts)
    torch.testing.assert_close(torch.cat([part for part, _ in parts]), images)


def test_frames_have_the_shape_and_the_seed_decides_them():
    frames = moving_digits(3, steps=5, size=40, seed=1)
    assert frames.shape == (3, 5, 1, 40, 40)
    assert torch.equal(frames, moving_digits(3, steps=5, size=40, seed=1))
    assert not torch.equal(frames, moving_digits(3, steps=5, size=40, seed=2))


def turned(moves):
    """Whether steps (T, 2) go both ways along an axis."""
    return bool(((moves.amax(dim=0) > 0.5) & (moves.amin(dim=0) < -0.5)).any())


def test_a_digit_turns_at_the_walls_and_stays_whole():
    frames = moving_digits(40, steps=20, size=64, digits=1, seed=3)
    for sequence in frames:
        moves = centre(sequence).diff(dim=0)
        # The whole digit is always in the frame, its light never changes.
        light = sequence.sum(dim=(1, 2, 3))
        torch.testing.assert_close(light, light[:1].expand_as(light))
        assert turned(moves)  # there is no room for 20 steps of 3 pixels
        assert moves.norm(dim=1).max() < 5 + 1.5  # the place is rounded to pixels


def test_each_digit_has_a_steady_speed_of_its_own_between_the_walls():
    frames = moving_digits(40, steps=6, size=96, digits=1, seed=3)
    steps = [centre(sequence).diff(dim=0) for sequence in frames]
    speeds = [moves.mean(dim=0).norm() for moves in steps if not turned(moves)]
    assert len(speeds) > 20
    assert all(3 - 0.5 < speed < 5 + 0.5 for speed in speeds)
    assert max(speeds) - min(speeds) > 1


def test_where_two_digits_overlap_the_brighter_shows():
    images, _ = digit_images("small", "train")
    frames = moving_digits(5, steps=1, size=8, digits=2, source="small")  # no room to move
    for frame in frames[:, 0, 0]:
        darker = images[(images <= frame).all(dim=(1, 2))]
        assert torch.equal(darker.amax(dim=0), frame)
        assert not (images == frame).all(dim=(1, 2)).any(), "one digit hides the other"


@pytest.mark.parametrize(
    "language,words", [("en", "born free"), ("id", "dilahirkan merdeka"), ("zh_CN", "人人生而自由")]
)
def test_the_declaration_is_whole_in_each_language(language, words):
    text = udhr(language)
    assert words in text
    articles = {"en": "Article", "id": "Pasal", "zh_CN": "条"}[language]
    assert sum(line.startswith((articles, "第")) for line in text.splitlines()) >= 30
    assert "<" not in text and "&" not in text


def test_the_vocabulary_is_sorted_by_frequency_and_goes_both_ways():
    words = tokens(" ".join(TOY_CORPUS))
    assert tokens("  Saya PERGI\n") == ["saya", "pergi"]
    vocabulary = Vocabulary(words)
    assert vocabulary.tokens[:3] == ["<unk>", "depok", "di"]
    assert vocabulary.decode(vocabulary.encode(words)) == words
    assert vocabulary.encode(["saya", "kereta"]).tolist()[1] == 0
    assert len(vocabulary) == len(set(words)) + 1


def test_chinese_is_cut_into_characters():
    assert tokens("人人 生而自由", by="character") == list("人人生而自由")


def test_targets_are_the_inputs_one_step_later():
    inputs, targets = shifted_windows(torch.arange(6), 4)
    assert inputs.tolist() == [[0, 1, 2, 3], [1, 2, 3, 4]]
    assert targets.tolist() == [[1, 2, 3, 4], [2, 3, 4, 5]]


BAD_CALLS = {
    "window": (lambda: shifted_windows(torch.arange(4), 4), "the text has 4 tokens"),
    "language": (lambda: udhr("fr"), "en, id, zh_CN"),
    "tokens": (lambda: tokens("a", by="letter"), "'word' or 'character'"),
    "frame": (lambda: moving_digits(1, size=20), "size must be at least 28"),
    "count": (lambda: moving_digits(0), "count must be at least 1"),
    "source": (lambda: digit_images("emnist"), "'mnist', 'small'"),
    "split": (lambda: digit_images(split="dev"), "'train', 'valid', 'test'"),
}


@pytest.mark.parametrize("call,sentence", BAD_CALLS.values(), ids=BAD_CALLS)
def test_a_bad_argument_is_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
