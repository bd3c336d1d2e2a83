"""Mistakes inside one time step of an RNN, each with its message.

``what`` says what the code seems to do, ``why`` what is wrong with that, ``look`` which section
of the book explains it. A message names the mistake and never writes the right line.
"""

from functools import partial

from course_lib.exercises.messages_lstm_cell import fault as made
from course_lib.i18n import N_

# The statement's conventions, by number.
LAYOUT, WEIGHTS, BIASES, RETURNED, DEFAULT, UNTOUCHED, MODULE = range(1, 8)

maths = partial(made, look="rnn-maths")
scratch = partial(made, look="rnn-scratch")
prove = partial(made, look="rnn-prove")

ACTIVATION = [
    maths(
        "tanh-missing",
        N_("The sum is returned without its tanh."),
        N_("Nothing then bounds the state: times w_hh at every step, it may grow for ever."),
        on="activation:linear",
    ),
    maths(
        "sigmoid-for-tanh",
        N_("The sum goes through a sigmoid instead of tanh."),
        N_("The hidden state can then never be negative."),
        on="activation:sigmoid",
    ),
    maths(
        "relu-for-tanh",
        N_("The sum goes through a ReLU instead of tanh."),
        N_("The state is then never negative and has no bound."),
        on="activation:relu",
    ),
    maths(
        "tanh-twice",
        N_("The tanh is applied twice."),
        N_("The state is then squeezed a second time and never comes near 1 or -1."),
        on="activation:tanh-twice",
    ),
    maths(
        "tanh-of-x-only",
        N_("Only the input part goes through tanh; the part of the old state is added outside."),
        N_("The state that is carried then has no bound. The tanh acts on the whole sum."),
    ),
    maths(
        "tanh-of-h-only",
        N_("Only the part of the old state goes through tanh; the input part is added outside."),
        N_("The new state then has no bound. The tanh acts on the whole sum."),
    ),
    maths(
        "tanh-of-each",
        N_("Input part and state part go through a tanh of their own, and are added after it."),
        N_("That is not the tanh of the sum, and the state can grow up to 2."),
    ),
    maths(
        "biases-outside",
        N_("The biases are added after the tanh."),
        N_("They belong in the sum: outside they shift the state out of the range of tanh."),
        sentence=BIASES,
    ),
]

TERMS = [
    maths(
        "w_hh-not-transposed",
        N_("w_hh is used without being transposed."),
        N_(
            "It is square, so nothing fails. But torch stores one row for each new unit, and you "
            "read one column for each."
        ),
        sentence=WEIGHTS,
    ),
    maths(
        "h-unused",
        N_("The old hidden state is not used: the recurrent part is missing."),
        N_("Each time step then knows only its own input, and the network has no memory."),
    ),
    maths(
        "x-unused",
        N_("The input is not used."),
        N_("Whatever comes in, the output is the same."),
    ),
    maths(
        "sums-multiplied",
        N_("The input part and the state part are multiplied instead of added."),
        N_("When one of them is near zero, the other is lost."),
    ),
    maths(
        "h-subtracted",
        N_("The state part is subtracted from the input part."),
        N_("The memory then acts with the wrong sign."),
    ),
    maths(
        "h-added",
        N_("The old hidden state is added to the new one."),
        N_("That is another network, with a shortcut. The state of an RNN is the tanh alone."),
    ),
    maths(
        "h-averaged",
        N_("The new hidden state is averaged with the old one."),
        N_("That is another network, closer to a GRU. The state of an RNN is the tanh alone."),
        paired=False,
    ),
    maths(
        "b_ih-missing",
        N_("The bias b_ih is never added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        sentence=BIASES,
    ),
    maths(
        "b_hh-missing",
        N_("The bias b_hh is never added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        sentence=BIASES,
    ),
    maths(
        "biases-missing",
        N_("Neither of the two biases is added."),
        N_("With zero biases you would not notice; after training the numbers are wrong."),
        sentence=BIASES,
    ),
    maths(
        "b_ih-twice",
        N_("The bias b_ih is added twice, and b_hh never."),
        N_("The two biases are different parameters, and each has its own gradient."),
        sentence=BIASES,
    ),
    maths(
        "b_hh-twice",
        N_("The bias b_hh is added twice, and b_ih never."),
        N_("The two biases are different parameters, and each has its own gradient."),
        sentence=BIASES,
    ),
]

SPECIAL = [
    scratch(
        "tanh-overflow",
        N_("For large inputs the tanh becomes inf / inf or inf - inf, which is NaN."),
        N_("exp of a large number has no room in a float. One NaN then spoils all later states."),
        on="activation:tanh-overflow",
        paired=False,
    ),
    scratch(
        "squeeze",
        N_("Axes of size 1 disappear: the batch, or the units, when there is only one."),
        N_(
            "squeeze removes every axis of size 1, whatever it means. The same code then fails on "
            "a batch of one, for instance on the last, smaller batch."
        ),
        paired=False,
    ),
    prove(
        "float32",
        N_("Somewhere the numbers are turned into float32."),
        N_("Inputs in float64 lose half of their digits, or do not run at all."),
        paired=False,
    ),
]

# In a loop, a state changed in place makes all outputs the last one, as other mistakes do too.
IN_ONE_STEP = [
    scratch(
        "h-in-place",
        N_("Your code changes the hidden state it was given, in place."),
        N_(
            "The caller's tensor is no longer what it was, and PyTorch can no longer compute "
            "gradients through it."
        ),
        sentence=UNTOUCHED,
        paired=False,
    ),
    scratch(
        "returns-old-h",
        N_("The hidden state comes back as it was given: the new one is lost."),
        N_("Nothing that comes in is then ever remembered."),
        sentence=RETURNED,
    ),
]
