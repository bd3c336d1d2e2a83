"""What is looked at in recurrent parts of every kind: RNN, LSTM and GRU."""

from collections.abc import Callable, Mapping

from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = {
    "output": N_("output"),
    "parameters": N_("names and shapes of the parameters"),
    "start": N_("first values of the weights"),
    "batch_first": N_("batch_first=True"),
    "untouched": N_("the arguments stay as they were"),
    "gradients": N_("every gradient"),
    "load": N_("loads torch's state_dict"),
    "step": N_("one step of an optimiser"),
    "ones": N_("sizes of 1"),
    "double": N_("float64"),
    "large": N_("large numbers, no NaN"),
    "again": N_("a second call"),
}
# float32 has few digits left behind the point when the sums are around 1000.
LARGE = {"rtol": 1e-2, "atol": 2e-2}


def maker(titles: Mapping[str, str]) -> Callable[..., Aspect]:
    """A function that makes aspects with these titles: (id, weight, role, observe, ...)."""

    def aspect(id: str, weight: float, role: str, observe: str = "values", **more) -> Aspect:
        return Aspect(id, titles[id], weight, role, observe, **more)

    return aspect


def of_module(aspect: Callable[..., Aspect]) -> tuple[Aspect, ...]:
    """What is looked at in a stand-in for torch's one-layer module, in per cent."""
    return (
        aspect("parameters", 12, "ordinary", "parameters", basic=True),
        aspect("start", 8, "ordinary", "first_weights", basic=True),
        aspect("values", 20, "ordinary", basic=True),
        aspect("batch_first", 12, "batch_first"),
        aspect("default", 8, "default", fault="default-missing"),
        aspect("untouched", 4, "ordinary", "arguments_after"),
        aspect("load", 4, "ordinary", "loaded"),
        aspect("gradients", 12, "ordinary", "gradients"),
        aspect("step", 4, "ordinary", "optimiser_step", fault="not-registered"),
        aspect("ones", 4, "ones", fault="sizes-of-one"),
        aspect("double", 4, "double", fault="float32"),
        aspect("large", 4, "large", fault="overflow", **LARGE),
        aspect("again", 4, "default", "second_call", fault="keeps-state"),
    )
