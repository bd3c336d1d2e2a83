"""The last items of the RNN assignment: a stateful training step, a draw, and a prediction.

The oracles work on torch's ``nn.RNN``, ``torch.autograd.grad`` and ``torch.searchsorted``, and
without a carried state: a prediction reads everything again for each new word.
"""

from functools import partial

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.functional import cross_entropy, embedding

from course_lib.exercises import asked_rnn_training as asked
from course_lib.exercises import cases_rnn_training as made
from course_lib.exercises import faults_rnn_training as faulty
from course_lib.exercises import messages_rnn_training as messages
from course_lib.exercises.items_rnn import FORBIDDEN
from course_lib.exercises.items_rnn_text import UNTOUCHED, aspect
from course_lib.exercises.spec import Item
from course_lib.i18n import N_


def torch_logits(model: made.Model, inputs, h_0=None):
    """The same model, computed by ``nn.RNN``."""
    rnn = nn.RNN(model.w_ih.shape[1], len(model.w_hh), batch_first=True, device="meta")
    weights = {"weight_ih_l0": model.w_ih, "weight_hh_l0": model.w_hh}
    weights |= {"bias_ih_l0": model.b_ih, "bias_hh_l0": model.b_hh}
    x = embedding(inputs, model.embedding)
    output, h_n = functional_call(rnn, weights, (x,) if h_0 is None else (x, h_0))
    return output @ model.w_out.T + model.b_out, h_n


def right_step(model: made.Model, optimizer: made.Descent, inputs, targets, h_0, max_norm):
    """The oracle of ``train_step``: gradients by autograd, the step in the optimiser's place."""
    logits, h_n = torch_logits(model, inputs, h_0)
    loss = cross_entropy(logits.transpose(1, 2), targets)
    parameters = list(model.parameters())
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.grad = gradient
    if max_norm is not None:
        nn.utils.clip_grad_norm_(parameters, max_norm)
    optimizer.step()
    return loss, h_n.detach()


def right_draw(logits, temperature: float, u):
    """The oracle of ``draw_words``: u is searched among the sums."""
    if temperature == 0:
        return logits.argmax(1)
    sums = (logits / temperature).softmax(1).cumsum(1)
    drawn = torch.searchsorted(sums, u[:, None], right=True)[:, 0]
    return drawn.clamp(max=logits.shape[1] - 1)


def right_prediction(model: made.Model, prompt, u, temperature: float):
    """The oracle of ``predict``: all words so far are read again for each new one."""
    numbers = prompt
    for number in u:
        logits, _h_n = torch_logits(model, numbers[None])
        numbers = torch.cat([numbers, right_draw(logits[:, -1], temperature, number[None])])
    return numbers[len(prompt) :]


STATE = N_("the state to carry on, h_n")
common = {"kind": "function", "chapter": "language", "forbidden": FORBIDDEN}

TRAIN_STEP = Item(
    id="train_step",
    title=N_("A stateful training step"),
    points=12,
    name="train_step",
    signature="train_step(model, optimizer, inputs, targets, h_0, max_norm=None)",
    result="loss, h_n",
    arguments=("model", "optimizer", "inputs", "targets", "h_0", "max_norm"),
    returns=("loss", "h_n"),
    sentence=messages.TRAINING,
    axes=lambda case: {
        "loss": "", "h_n": "1 B H", "h_0": "1 B H", "inputs": "B T", "targets": "B T",
        "embedding": "V E", "w_ih": "H E", "w_hh": "H H", "b_ih": "H", "b_hh": "H",
        "w_out": "V H", "b_out": "V",
    },
    axis_names={"V": N_("word"), "E": N_("embedding")},
    cases=made.training_cases,
    oracle=right_step,
    candidate=lambda on: partial(faulty.train_step, on),
    aspects=(
        aspect("loss", N_("the loss"), 20, only=("loss",), basic=True),
        aspect("h_n", STATE, 14, only=("h_n",), basic=True),
        aspect("weights", N_("the weights after the step"), 20, observe="weights_after"),
        aspect("two", N_("two batches in a row"), 22, observe="two_batches"),
        aspect("clipped", N_("gradients clipped to max_norm"), 12, "clipped", "weights_after"),
        aspect("default", N_("no initial state given"), 4, "default", fault="default-missing"),
        aspect("ones", N_("sizes of 1"), 4, "ones", fault="sizes-of-one"),
        aspect("untouched", UNTOUCHED, 4, observe="arguments_after"),
    ),
    faults=(*messages.STATE, *messages.LOSS, *messages.STEP),
    observations={
        "values": asked.one_batch,
        "weights_after": asked.weights_after,
        "two_batches": asked.two_batches,
        "arguments_after": asked.batch_after,
    },
    **common,
)  # fmt: skip

DRAW_WORDS = Item(
    id="draw_words",
    title=N_("Drawing words"),
    points=6,
    name="draw_words",
    signature="draw_words(logits, temperature, u)",
    result="numbers",
    arguments=("logits", "temperature", "u"),
    returns="numbers",
    sentence=messages.DRAWING,
    axes=lambda case: {"logits": "B V", "u": "B", "numbers": "B"},
    axis_names={"B": N_("row"), "V": N_("word")},
    cases=made.drawing_cases,
    oracle=right_draw,
    candidate=lambda on: partial(faulty.draw_words, on),
    aspects=(
        aspect("numbers", N_("the drawn words"), 60, basic=True),
        aspect("greedy", N_("temperature 0"), 14, "greedy", fault="zero-not-handled"),
        aspect("ones", N_("sizes of 1"), 6, "ones", fault="sizes-of-one"),
        aspect("single", N_("float32"), 4, "single"),
        aspect("sums", N_("u equal to a sum"), 4, "sums", fault="sum-equal-to-u"),
        aspect("end", N_("u near 1"), 4, "end", fault="no-word-at-the-end"),
        aspect("large", N_("large logits, low temperatures"), 6, "large", fault="overflow"),
        aspect("untouched", UNTOUCHED, 8, observe="arguments_after"),
    ),
    faults=(*messages.DRAW, *messages.DRAW_ROWS),
    **common,
)

PREDICT = Item(
    id="predict",
    title=N_("Going on from a prompt"),
    points=6,
    name="predict",
    signature="predict(model, prompt, u, temperature=1.0)",
    result="numbers",
    arguments=("model", "prompt", "u", "temperature"),
    returns="numbers",
    sentence=messages.PREDICTING,
    axes=lambda case: {"prompt": "T", "u": "N", "numbers": "N"},
    axis_names={"T": N_("word"), "N": N_("new word")},
    cases=made.predicting_cases,
    oracle=right_prediction,
    candidate=lambda on: partial(faulty.predict, on),
    aspects=(
        aspect("numbers", N_("the new words"), 66, basic=True),
        aspect("greedy", N_("temperature 0"), 12, "greedy", fault="zero-not-handled"),
        aspect("ones", N_("a single word as prompt, a single new word"), 10, "ones"),
        aspect("untouched", UNTOUCHED, 6, observe="arguments_after"),
        aspect("again", N_("a second call"), 6, observe="second_call", fault="keeps-state"),
    ),
    faults=(*messages.DRAW, *messages.PREDICT),
    observations={
        "values": asked.prediction,
        "second_call": asked.prediction_again,
        "arguments_after": asked.prompt_after,
    },
    **common,
)

LEARNED = (TRAIN_STEP, DRAW_WORDS, PREDICT)
