"""Mistakes in cell D, a bidirectional RNN, each with its message."""

from course_lib.exercises.messages_lstm_cell import fault
from course_lib.i18n import N_

BIRNN = [
    fault(
        "reverse-not-turned",
        N_("The reverse half of output stands in the order of reading, not in the order of time."),
        N_("At one place of output the two halves then speak of different time steps."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "final-reverse-first",
        N_("The last state of the reverse direction is taken after its first step."),
        N_("It has then seen one time step only. It ends where it has read everything."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "final-forward-first",
        N_("The last state of the forward direction is taken after its first step."),
        N_("It has then seen one time step only. It ends where it has read everything."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "final-exchanged",
        N_("The two states in h_n are exchanged."),
        N_("They stand in the same order as in h_0."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "final-forward-twice",
        N_("h_n holds the last state of the forward direction twice."),
        N_("It should hold one state for each direction."),
        "bidirectional-scratch",
        sentence=11,
        paired=False,
    ),
    fault(
        "reverse-reads-forwards",
        N_("The second direction reads forwards too, like the first."),
        N_("No state then knows what comes later, and that was the purpose."),
        "bidirectional-maths",
    ),
    fault(
        "forward-turned",
        N_("The forward half of output stands in reversed order of time."),
        N_("At one place of output the two halves then speak of different time steps."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "halves-exchanged",
        N_("output holds the reverse half first."),
        N_("The forward half comes first, as in torch."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "starts-exchanged",
        N_("The two first states in h_0 go to the wrong places: they are exchanged."),
        N_("h_0 holds them in a fixed order. With zeros for both nobody would notice."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "reverse-starts-as-forward",
        N_("The reverse direction starts from the first state of the forward direction."),
        N_("h_0 holds one state for each direction. With zeros for both nobody would notice."),
        "bidirectional-scratch",
        sentence=11,
    ),
    fault(
        "h_0-ignored",
        N_("The given h_0 is ignored: the network always starts from zeros."),
        N_("A state carried over from an earlier piece of the sequence is then lost."),
        "bidirectional-scratch",
    ),
    fault(
        "params-exchanged",
        N_("The two directions use each other's weights."),
        N_("Each direction has its own. These have the same shapes, so nothing complains."),
        "bidirectional-scratch",
    ),
    fault(
        "params-twice",
        N_("Both directions use the weights of the forward direction."),
        N_("Each direction has its own. These have the same shapes, so nothing complains."),
        "bidirectional-scratch",
    ),
    fault(
        "not-carried",
        N_("Every time step starts from the first state: it is not carried on."),
        N_("Without a carried state the network sees one time step only and remembers nothing."),
        "bidirectional-scratch",
    ),
    fault(
        "detached",
        N_("The state is cut off from the record of the gradients after every time step."),
        N_("The numbers are right, and nothing is learned about what was earlier."),
        "bidirectional-prove",
        paired=False,
    ),
    fault(
        "linear",
        N_("The tanh is left out."),
        N_("The state then has no bound and can grow without limit."),
        "rnn-maths",
    ),
    fault(
        "sigmoid",
        N_("The new state goes through a sigmoid in the place of tanh."),
        N_("A sigmoid is never negative; the state of this RNN has both signs."),
        "rnn-maths",
    ),
    fault(
        "relu",
        N_("The new state goes through a ReLU in the place of tanh."),
        N_("The state is then never negative, and it has no bound."),
        "rnn-maths",
    ),
    fault("without-b_ih", N_("b_ih is left out."), N_("Both biases are added."), "rnn-maths"),
    fault("without-b_hh", N_("b_hh is left out."), N_("Both biases are added."), "rnn-maths"),
]
