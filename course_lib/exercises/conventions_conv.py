"""Other layouts of the same convolution, and special cases in which a part of it vanishes.

A student who follows another layout is right when asked in that layout; that is the proof.
"""

import torch

from course_lib.exercises.messages_conv import CODE
from course_lib.exercises.spec import Case, Convention, Message, Probe
from course_lib.i18n import N_


def convention(id, what, beside, why, sentence, look=CODE, ask=None, answer=None):
    """``beside`` says the same without "your numbers are right", for use beside a fault."""
    message = Message(id, what, why, look, {}, sentence, "convention", beside)
    keep = {"ask": ask, "answer": answer}
    return Convention(message, **{name: f for name, f in keep.items() if f})


def changed(**how):
    """Ask with some tensors changed: ``weight=lambda w: ...``."""

    def ask(case: Case) -> Case:
        return case.with_tensors(**{name: f(case.tensors[name]) for name, f in how.items()})

    return ask


def returned(how):
    return lambda values: {**values, "output": how(values["output"])}


def last(tensor):
    """(B, C, ...) -> (B, ..., C)"""
    return tensor.movedim(1, -1).contiguous()


def second(tensor):
    return tensor.movedim(-1, 1)


TURNED = convention(
    "kernel-turned",
    N_("Your numbers are right for a kernel that is turned round: this is true convolution."),
    N_("The kernel is turned round, as in true convolution."),
    N_("Mathematics turns the kernel before it slides. torch does not, and neither do we here."),
    3,
    "convcode-break",
    ask=changed(weight=lambda w: w.flip(*range(2, w.ndim))),
)
WEIGHTS_EXCHANGED = convention(
    "weight-in-first",
    N_("Your numbers are right for weights with the input channels on the first axis."),
    N_("The input channels are taken for the first axis of the weights."),
    N_("Some libraries store them so. torch puts the output channels first."),
    2,
    ask=changed(weight=lambda w: w.transpose(0, 1).contiguous()),
)
CHANNELS_LAST = (
    convention(
        "channels-last",
        N_("Your numbers are right when the channels are the last axis of x and of the output."),
        N_("The channels are taken for the last axis of x and of the output."),
        N_("Some libraries put the channels last. torch puts them behind the batch."),
        1,
        ask=changed(x=last),
        answer=returned(second),
    ),
    convention(
        "input-channels-last",
        N_("Your numbers are right when the channels are the last axis of x."),
        N_("The channels are taken for the last axis of x."),
        N_("Some libraries put the channels last. torch puts them behind the batch."),
        1,
        ask=changed(x=last),
    ),
    convention(
        "output-channels-last",
        N_("Your output has the channels as its last axis; all its numbers are right."),
        N_("Your output has the channels as its last axis."),
        N_("torch puts them behind the batch."),
        1,
        answer=returned(second),
    ),
)
POSITIONS_FIRST = convention(
    "output-positions-first",
    N_("Your output has the positions as its first axis; all its numbers are right."),
    N_("Your output has the positions as its first axis."),
    N_("It was probably stacked along the first axis. The batch comes first."),
    1,
    answer=returned(lambda output: output.movedim(0, -1)),
)
EXTRA_BEFORE = convention(
    "same-extra-before",
    N_("Your numbers are right if the extra zero of an even kernel comes at the beginning."),
    N_("The extra zero of an even kernel is put at the beginning."),
    N_("Libraries differ in this. torch puts it at the end."),
    8,
    "convolution-maths",
    ask=changed(x=lambda x: x.flip(2), weight=lambda w: w.flip(2)),
    answer=returned(lambda output: output.flip(2)),
)


def probes(family: str) -> tuple[Probe, ...]:
    """Special cases in which a part of the convolution vanishes."""
    zero = N_("Your numbers are right whenever {what} is zero, and wrong otherwise.")
    one = N_("Your numbers are right whenever {what} is 1, and wrong otherwise.")

    def with_option(name: str, value: int):
        def change(case: Case) -> Case:
            return Case(case.id, case.sizes, case.tensors, {**case.options, name: value})

        return change

    def no_bias(case: Case) -> Case:
        return case.with_tensors(bias=torch.zeros_like(case.tensors["bias"]))

    def first_place(case: Case) -> Case:
        weight = case.tensors["weight"]
        for axis in range(2, weight.ndim):
            weight = weight.narrow(axis, 0, 1)
        return case.with_tensors(weight=weight.contiguous())

    def first_channel(case: Case) -> Case:
        narrowed = {n: case.tensors[n].narrow(1, 0, 1).contiguous() for n in ("x", "weight")}
        return case.with_tensors(**narrowed)

    from course_lib.exercises.cases_conv import OPTIONS

    found = [
        Probe("zero-bias", zero, no_bias, {"what": N_("every bias")}),
        Probe("kernel-of-1", one, first_place, {"what": N_("the size of the kernel")}),
    ]
    if family != "grouped":
        what = {"what": N_("the number of input channels")}
        found.append(Probe("one-channel", one, first_channel, what))
    for name in OPTIONS[family]:
        if name == "padding":
            found.append(Probe("no-padding", zero, with_option(name, 0), {"what": "padding"}))
        elif name != "groups":
            found.append(Probe(f"{name}-of-1", one, with_option(name, 1), {"what": name}))
    return tuple(found)
