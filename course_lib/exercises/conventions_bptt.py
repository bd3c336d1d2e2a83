"""Other layouts of the same gradients, and special cases in which a part of them vanishes."""

from course_lib.exercises.cases_bptt import WEIGHTS, rnn
from course_lib.exercises.spec import Case, Convention, Message, Probe
from course_lib.i18n import N_

PARAMETERS = ("grad_w_ih", "grad_w_hh", "grad_b_ih", "grad_b_hh")


def convention(id, what, beside, why, sentence, ask=None, answer=None):
    """``beside`` says the same without "your numbers are right", for use beside a fault."""
    message = Message(id, what, why, "bptt-scratch", {}, sentence, "convention", beside)
    keep = {"ask": ask, "answer": answer}
    return Convention(message, **{name: f for name, f in keep.items() if f})


def multiplied(sizes_of):
    """Undo an average: the parameters' gradients times the number that ``sizes_of`` reads off."""

    def answer(values):
        count = sizes_of(values)
        return {n: t * count if n in PARAMETERS else t for n, t in values.items()}

    return answer


def time_first(case: Case) -> Case:
    names = ("grad_output", "input", "output")
    return case.with_tensors(
        **{name: case.tensors[name].transpose(0, 1).contiguous() for name in names}
    )


def swap_input(values):
    input = values["grad_input"]
    return {**values, "grad_input": input.transpose(0, 1) if input.ndim == 3 else input}


AVERAGED_CELL = convention(
    "averaged-over-batch",
    N_(
        "Your numbers are right if the gradients of weights and biases are averages over the batch."
    ),
    N_("The gradients of weights and biases are averaged over the batch."),
    N_("Whether a loss is averaged is decided in the loss. A backward pass only adds up."),
    3,
    answer=multiplied(lambda values: len(values["grad_x"])),
)
AVERAGED = (
    convention(
        "averaged-over-batch",
        AVERAGED_CELL.message.what,
        AVERAGED_CELL.message.beside,
        AVERAGED_CELL.message.why,
        3,
        answer=multiplied(lambda values: len(values["grad_input"])),
    ),
    convention(
        "averaged-over-time",
        N_("Your numbers are right if the gradients of weights and biases are averages over time."),
        N_("The gradients of weights and biases are averaged over time."),
        N_("Whether a loss is averaged is decided in the loss. A backward pass only adds up."),
        3,
        answer=multiplied(lambda values: values["grad_input"].shape[1]),
    ),
    convention(
        "averaged-over-both",
        N_(
            "Your numbers are right if the gradients of weights and biases are averages over batch "
            "and time."
        ),
        N_("The gradients of weights and biases are averaged over batch and time."),
        N_("Whether a loss is averaged is decided in the loss. A backward pass only adds up."),
        3,
        answer=multiplied(lambda v: len(v["grad_input"]) * v["grad_input"].shape[1]),
    ),
)
TIME_FIRST = (
    convention(
        "time-first",
        N_("Your numbers are right when time is the first axis of input and output."),
        N_("Time is taken for the first axis of input and output."),
        N_("torch's own default is time first; the functions of this notebook are batch first."),
        1,
        ask=time_first,
        answer=swap_input,
    ),
    convention(
        "input-time-first",
        N_("Your grad_input has time as its first axis; all its numbers are right."),
        N_("Your grad_input has time as its first axis."),
        N_("It was probably stacked along the first axis. It should be batch first."),
        1,
        answer=swap_input,
    ),
)
OF_LOOP = (*AVERAGED, *TIME_FIRST)


def probes() -> tuple[Probe, ...]:
    """Cases whose states belong to the changed arguments."""
    right = N_("Your numbers are right whenever {what} is zero, and wrong otherwise.")
    one = N_("Your numbers are right for a sequence of one time step, and wrong for longer ones.")
    late = N_("Your numbers are right when only the last output sends a gradient back.")
    return (
        Probe("one-step", one, first_step),
        Probe("last-output", late, last_output),
        *(
            Probe(f"zero-{name}", right, zero(name), {"what": what})
            for name, what in (
                ("w_hh", "w_hh"),
                ("w_ih", "w_ih"),
                ("h_0", "h_0"),
                ("input", N_("the input")),
            )
        ),
    )


def probes_of_jacobian() -> tuple[Probe, ...]:
    """Here the states stand on their own: nothing else is given that they were made from."""
    right = N_("Your numbers are right whenever {what} is zero, and wrong otherwise.")
    one = N_("Your numbers are right for a sequence of one time step, and wrong for longer ones.")

    def zero_alone(name):
        return lambda case: case.with_tensors(**{name: case.tensors[name] * 0})

    return (
        Probe("one-step", one, first_step),
        Probe("zero-w_hh", right, zero_alone("w_hh"), {"what": "w_hh"}),
        Probe("zero-output", right, zero_alone("output"), {"what": "output"}),
    )


def with_states(case: Case, **changed) -> Case:
    tensors = {**case.tensors, **changed}
    weights = {name: tensors[name] for name in WEIGHTS}
    output = rnn(tensors["input"], tensors["h_0"], weights)
    return case.with_tensors(**changed, output=output)


def zero(name: str):
    def change(case: Case) -> Case:
        return with_states(case, **{name: case.tensors[name] * 0})

    return change


def first_step(case: Case) -> Case:
    names = [n for n in ("grad_output", "input", "output") if n in case.tensors]
    return case.with_tensors(**{n: case.tensors[n][:, :1].contiguous() for n in names})


def last_output(case: Case) -> Case:
    grad = case.tensors["grad_output"].clone()
    grad[:, :-1] = 0
    return case.with_tensors(grad_output=grad)
