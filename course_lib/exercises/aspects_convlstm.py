"""What is looked at in each part of the ConvLSTM assignment, and what it is worth, in per cent."""

from course_lib.exercises.aspects_lstm import LARGE
from course_lib.exercises.spec import Aspect
from course_lib.i18n import N_

TITLES = {
    "c": N_("the new cell state c"),
    "h": N_("the new hidden state h"),
    "h-zeros": N_("zeros for the hidden state"),
    "c-zeros": N_("zeros for the cell state"),
    "device": N_("zeros on the device of the input"),
    "output": N_("output"),
    "states": N_("the last states of all layers"),
    "prediction": N_("the predicted frames"),
    "all_layers": N_("return_all_layers=True"),
    "one_layer": N_("a network of one layer"),
    "kernel": N_("kernels of 1 by 1"),
    "even": N_("kernels of even size are refused"),
    "parameters": N_("names and shapes of the parameters"),
    "start": N_("first values of the weights"),
    "default": N_("no initial states given"),
    "untouched": N_("the arguments stay as they were"),
    "gradients": N_("every gradient"),
    "step": N_("one step of an optimiser"),
    "ones": N_("sizes of 1"),
    "double": N_("float64"),
    "large": N_("large numbers, no NaN"),
    "again": N_("a second call"),
    "learns": N_("the model learns from the training frames, and from all of them"),
    "stated": N_("loss, optimiser, batches and order are those of the statement"),
    "honest": N_("the model never sees what it is tested on"),
    "errors": N_("the returned errors"),
    "better": N_("better than repeating the last frame"),
}


def _aspect(id: str, weight: float, role: str, observe: str = "values", **more) -> Aspect:
    return Aspect(id, TITLES[id], weight, role, observe, **more)


OF_CELL = (
    _aspect("c", 24, "ordinary", only=("c",), basic=True),
    _aspect("h", 24, "ordinary", only=("h",), basic=True),
    _aspect("untouched", 4, "ordinary", "arguments_after"),
    _aspect("gradients", 20, "ordinary", "gradients"),
    _aspect("kernel", 4, "kernel"),
    _aspect("ones", 8, "ones", fault="sizes-of-one"),
    _aspect("double", 4, "double", fault="float32"),
    _aspect("large", 8, "large", fault="overflow", **LARGE),
    _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
)
OF_ZEROS = (
    _aspect("h-zeros", 30, "ordinary", only=("h",), basic=True),
    _aspect("c-zeros", 30, "ordinary", only=("c",), basic=True),
    _aspect("double", 20, "double", fault="zeros-float32"),
    _aspect("device", 10, "ordinary", "truths_of_device"),
    _aspect("ones", 10, "ones", fault="sizes-of-one"),
)
OF_MODULE = (
    _aspect("parameters", 18, "ordinary", "parameters", basic=True),
    _aspect("start", 12, "ordinary", "first_weights", basic=True),
    _aspect("c", 10, "ordinary", only=("c",), basic=True),
    _aspect("h", 10, "ordinary", only=("h",), basic=True),
    _aspect("default", 12, "default", fault="default-missing"),
    _aspect("untouched", 4, "ordinary", "arguments_after"),
    _aspect("gradients", 12, "ordinary", "gradients"),
    _aspect("step", 4, "ordinary", "optimiser_step", fault="not-registered"),
    _aspect("even", 4, "ordinary", "truths_of_even_kernel"),
    _aspect("ones", 4, "ones", fault="sizes-of-one"),
    _aspect("double", 4, "double", fault="float32"),
    _aspect("large", 2, "large", fault="overflow", **LARGE),
    _aspect("again", 4, "default", "second_call", fault="keeps-state"),
)
OF_NETWORK = (
    _aspect("parameters", 16, "ordinary", "parameters", basic=True),
    _aspect("output", 20, "ordinary", only=("output",), basic=True),
    _aspect("states", 16, "ordinary", only=("h_1", "c_1", "h_2", "c_2", "h_3", "c_3"), basic=True),
    _aspect("all_layers", 10, "all_layers", "all_layers"),
    _aspect("one_layer", 4, "all_layers", "one_layer"),
    _aspect("default", 8, "default", fault="default-missing"),
    _aspect("untouched", 4, "ordinary", "arguments_after"),
    _aspect("gradients", 10, "ordinary", "gradients"),
    _aspect("step", 2, "ordinary", "optimiser_step"),
    _aspect("ones", 4, "ones", fault="sizes-of-one"),
    _aspect("double", 2, "double", fault="zeros-float32"),
    _aspect("again", 4, "default", "second_call", fault="keeps-state"),
)
OF_FORECASTER = (
    _aspect("parameters", 20, "ordinary", "parameters", basic=True),
    _aspect("prediction", 44, "ordinary", basic=True),
    _aspect("untouched", 4, "ordinary", "arguments_after"),
    _aspect("gradients", 16, "ordinary", "gradients"),
    _aspect("ones", 8, "ones", fault="sizes-of-one"),
    _aspect("double", 4, "double", fault="float32"),
    _aspect("again", 4, "ordinary", "second_call", fault="keeps-state"),
)
OF_TRAINING = (
    _aspect(
        "learns",
        20,
        "ordinary",
        only=("changed", "future", "cleared", "downhill", "whole", "steps", "enough"),
        basic=True,
    ),
    _aspect("stated", 8, "ordinary", only=("goal", "loss", "adam", "batches", "shuffled")),
    _aspect("honest", 20, "ordinary", only=("past", "unseen"), basic=True),
    _aspect("errors", 20, "ordinary", only=("error",), basic=True),
    _aspect("better", 32, "real", "truths_of_real_training"),
)
