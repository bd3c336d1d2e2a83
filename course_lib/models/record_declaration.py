"""Trains the language models of chapter 4: ``python -m course_lib.models.record_declaration``.

For each language two questions. What does the network predict of a text that it has not read? (The
first nine tenths are read, the rest is predicted, for three seeds.) And what does it write when it
has read everything? (That model is kept, each weight rounded to one byte.)
"""

import time

import torch

from course_lib.data import shifted_windows
from course_lib.models.declaration import CUT_BY, NAME, declaration_text, new_model
from course_lib.models.language_model import next_token_loss, perplexity
from course_lib.models.recorded import record
from course_lib.models.rounded import rounded, unrounded
from course_lib.models.training import fit, shuffled

SEEDS = [0, 1, 2]
WINDOW, ROWS, LEARNING_RATE, CLIP = 16, 32, 0.005, 1.0
EPOCHS_HELD_OUT, EPOCHS_ALL = 30, 60


def train(vocabulary, numbers, epochs, seed, validate=None):
    """A new model that has read the windows of ``numbers`` ``epochs`` times, and its history."""
    torch.manual_seed(seed)
    model = new_model(vocabulary)
    windows = shuffled(*shifted_windows(numbers, WINDOW), batch_size=ROWS)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    told = None if validate is None else lambda: validate(model)
    history = fit(
        model, windows, next_token_loss, epochs, optimiser, told, CLIP, seed, progress=False
    )
    return model, history


def in_one_row(numbers):
    """The whole text as one row of inputs and targets, (1, N - 1) each."""
    return numbers[None, :-1], numbers[None, 1:]


def one_language(language):
    vocabulary, numbers = declaration_text(language)
    start = round(0.9 * len(numbers))  # the first token of the part that is not read
    unread = in_one_row(numbers[start - 1 :])
    curves = {}
    for seed in SEEDS:
        _, history = train(
            vocabulary, numbers[:start], EPOCHS_HELD_OUT, seed,
            lambda model: perplexity(model, *unread),
        )  # fmt: skip
        curves[seed] = {
            "read": [round(torch.tensor(loss).exp().item(), 3) for loss in history.loss],
            "unread": [round(value, 1) for value in history.validation],
        }
        print(language, seed, curves[seed]["read"][-1], min(curves[seed]["unread"]), flush=True)
    model, history = train(vocabulary, numbers, EPOCHS_ALL, SEEDS[0])
    before = perplexity(model.double(), *in_one_row(numbers))
    weights = {name: rounded(weight) for name, weight in model.state_dict().items()}
    model.load_state_dict({name: unrounded(kept) for name, kept in weights.items()})
    after = perplexity(model, *in_one_row(numbers))
    print(language, "all", before, after, flush=True)
    return {
        "cut_by": CUT_BY[language],
        "first_unread": start,
        "held_out": curves,
        "loss": [round(value, 4) for value in history.loss],
        "perplexity": {"float32": round(before, 4), "one byte": round(after, 4)},
        "weights": weights,
    }


def main():
    torch.set_num_threads(1)
    started = time.perf_counter()
    results = {language: one_language(language) for language in CUT_BY}
    seconds = time.perf_counter() - started
    print(record(NAME, "course_lib.models.record_declaration", results, seeds=SEEDS,
                 seconds=seconds))  # fmt: skip


if __name__ == "__main__":
    main()
