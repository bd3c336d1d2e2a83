"""Mistakes of the training step and of sampling, each with its message."""

from functools import partial

from course_lib.exercises.messages_lstm_cell import fault as made
from course_lib.i18n import N_

# The statement's conventions, by number.
TRAINING, DRAWING, PREDICTING = 13, 14, 15

learning = partial(made, look="language-scratch", sentence=TRAINING, paired=False)
stateful = partial(made, look="rnn-scratch", sentence=TRAINING, paired=False)
drawing = partial(made, look="language-scratch", sentence=DRAWING, paired=False)
predicting = partial(made, look="language-scratch", sentence=PREDICTING, paired=False)

STATE = [
    stateful(
        "state-reset",
        N_("The given state is not used: every batch starts from zeros."),
        N_("The network then forgets at each batch what it has read before."),
    ),
    stateful(
        "state-unchanged",
        N_("The state that was given comes back, not the one after the batch."),
        N_("The next batch then starts as if this one had never been read."),
    ),
    stateful(
        "state-zeroed",
        N_("The state that comes back is always zero."),
        N_("The next batch then starts as if nothing had been read before."),
    ),
    stateful(
        "state-after-step",
        N_("The state that comes back was computed a second time, after the step."),
        N_("With the new weights it is another state. The batch was read with the old ones."),
    ),
    stateful(
        "not-detached",
        N_("The state comes back with the history of its batch: it was not cut off."),
        N_("The next backward pass then goes into a batch whose graph is gone, and fails."),
    ),
    stateful(
        "graph-kept",
        N_("The graph of every batch is kept so that the next backward pass can go through it."),
        N_(
            "The passes get longer with every batch, and the weights have changed meanwhile. "
            "The value of the state should travel on, not its history."
        ),
    ),
]

LOSS = [
    learning(
        "loss-of-inputs",
        N_("The loss compares the predictions with the inputs instead of the targets."),
        N_("The network then learns to repeat a word, not to predict the next one."),
    ),
    learning(
        "loss-last-step",
        N_("Only the last time step counts in the loss."),
        N_("A language model predicts at every time step, and can learn from each of them."),
    ),
    learning(
        "loss-first-step",
        N_("Only the first time step counts in the loss."),
        N_("A language model predicts at every time step, and can learn from each of them."),
    ),
    learning(
        "softmax-first",
        N_("The logits go through a softmax before the cross-entropy."),
        N_("torch's cross-entropy contains a softmax. Twice, it flattens every prediction."),
    ),
    learning(
        "softmax-over-time",
        N_("The softmax runs along the time steps, not along the words."),
        N_("At each time step the chances of all words should sum to 1."),
    ),
    learning(
        "softmax-over-rows",
        N_("The softmax runs along the rows of the batch, not along the words."),
        N_("At each time step the chances of all words should sum to 1."),
    ),
    learning(
        "log-missing",
        N_("The loss is made of the chances themselves: the logarithm is missing."),
        N_("A confident mistake then costs hardly more than a doubtful one."),
    ),
    learning(
        "logits-scrambled",
        N_("The axes of the logits were exchanged by a reshape, which mixes their numbers."),
        N_(
            "view and reshape keep the numbers in their old order and only cut them into other "
            "rows. They cannot exchange two axes."
        ),
    ),
    learning(
        "rows-and-steps-mixed",
        N_("In the loss, the predictions go time step by time step and the targets row by row."),
        N_("Rows and time steps are exchanged in one of the two, so each meets a wrong partner."),
    ),
    learning(
        "steps-and-rows-mixed",
        N_("In the loss, the targets go time step by time step and the predictions row by row."),
        N_("Rows and time steps are exchanged in one of the two, so each meets a wrong partner."),
    ),
    learning(
        "loss-summed",
        N_("The loss is summed over all rows and time steps instead of averaged."),
        N_("The size of a step then depends on the size of the batch."),
    ),
    learning(
        "loss-summed-over-time",
        N_("The loss is averaged over the rows, but summed over the time steps."),
        N_("The size of a step then depends on the length of the windows."),
    ),
    learning(
        "loss-negative",
        N_("The loss has the wrong sign."),
        N_("Each step then makes the right words less likely."),
    ),
    learning(
        "loss-exp",
        N_("The perplexity is returned instead of the loss."),
        N_("It is exp of the mean loss, and can be computed from it afterwards."),
    ),
    learning(
        "loss-again",
        N_("The loss is computed a second time, after the step."),
        N_("The statement asks for the loss that the step was made from; a second one costs time."),
    ),
]

STEP = [
    learning(
        "step-missing",
        N_("The optimiser never takes a step."),
        N_("The gradients are there, but the weights stay as they were: nothing is learned."),
    ),
    learning(
        "steps-without-gradient",
        N_("When the optimiser takes its step, there are no gradients."),
        N_(
            "Either they are not computed yet, or they are already cleared again: look at the "
            "order of your lines."
        ),
    ),
    learning(
        "two-steps",
        N_("The optimiser takes two steps for one batch."),
        N_("The second one uses a gradient that belongs to the weights before the first."),
    ),
    learning(
        "gradients-added-up",
        N_("The gradients of the batch before are still there and are added to the new ones."),
        N_("torch adds up gradients until somebody clears them. So every step goes astray."),
    ),
    learning(
        "clip-missing",
        N_("max_norm has no effect: the step is made with the gradients as they are."),
        N_("One batch with a huge gradient can then throw the weights far away."),
    ),
    learning(
        "clip-by-value",
        N_("Each number of the gradients is cut at max_norm by itself."),
        N_("That changes the direction of the step. The norm of all of them together counts."),
    ),
    learning(
        "clip-each",
        N_("Each parameter's gradient is clipped by itself."),
        N_("That changes the direction of the step. The norm of all of them together counts."),
    ),
    learning(
        "clip-always",
        N_("The gradients are always brought to the norm max_norm, also when they are smaller."),
        N_("Clipping is a limit. Near the end of training small gradients must stay small."),
    ),
    learning(
        "clip-squared",
        N_("The gradients are divided by the square of their norm."),
        N_("Their norm should be max_norm afterwards."),
    ),
]

DRAW = [
    drawing(
        "temperature-multiplied",
        N_("The logits are multiplied by the temperature instead of divided."),
        N_("A low temperature should make the likely words likelier. Here it does the reverse."),
    ),
    drawing(
        "temperature-unused",
        N_("The temperature has no effect."),
        N_("Low temperatures should draw likely words more often, high ones less often."),
    ),
    drawing(
        "temperature-late",
        N_("The chances, not the logits, are divided by the temperature."),
        N_("They then no longer sum to 1."),
    ),
    drawing(
        "largest-always",
        N_("The likeliest word is taken every time, and u is not used."),
        N_("The model then writes the same sentence for ever. Only temperature 0 means this."),
    ),
    drawing(
        "first-above-u",
        N_("u is compared with the chance of each single word."),
        N_("It should be compared with the chances added up from the first word on."),
    ),
    drawing(
        "from-the-end",
        N_("The chances are added up from the last word on, or 1 - u is used."),
        N_("The words are drawn as often as they should be, but not the ones that u means."),
    ),
    drawing(
        "one-word-late",
        N_("Every drawn number is one too large."),
        N_("The word that u falls on is the one whose interval begins below it."),
    ),
    drawing(
        "one-word-early",
        N_("Every drawn number is one too small."),
        N_("The word that u falls on is the one whose interval ends above it."),
    ),
    drawing(
        "softmax-twice",
        N_("The softmax is applied twice."),
        N_("All words then become nearly equally likely."),
    ),
    drawing(
        "softmax-over-rows",
        N_("The softmax runs along the rows of the batch, not along the words."),
        N_("In each row the chances of all words should sum to 1."),
        on="softmax-over-the-batch",
    ),
    drawing(
        "sums-over-rows",
        N_("The chances are added up along the rows of the batch, not along the words."),
        N_("Each row is a separate draw."),
    ),
    drawing(
        "draws-itself",
        N_("The words are drawn with random numbers of your own, and u is not used."),
        N_("With given random numbers a draw can be repeated, and checked."),
    ),
    drawing(
        "zero-not-handled",
        N_("At temperature 0 you do not return the likeliest word."),
        N_("Nothing can be divided by 0. Ever lower temperatures lead to the largest logit alone."),
    ),
]

DRAW_ROWS = [
    drawing(
        "sum-equal-to-u",
        N_("A word is drawn whose sum is equal to u, not larger."),
        N_("With u = 0, a word without any chance could then be drawn."),
    ),
    drawing(
        "no-word-at-the-end",
        N_("When rounding leaves the last sum below u, no word is found, or a wrong one."),
        N_("The chances sum to 1 only up to rounding. The word is then the last one."),
    ),
    drawing(
        "one-u-for-all",
        N_("All rows are drawn with the first number of u."),
        N_("Each row has a random number of its own."),
    ),
    drawing(
        "softmax-overflow",
        N_("For large logits the softmax becomes inf / inf, which is NaN."),
        N_("exp of a large number has no room in a float."),
    ),
    drawing(
        "drawn-column",
        N_("The drawn numbers have an axis of size 1 too many."),
        N_("One number is drawn per row, so the result is (B)."),
    ),
]

PREDICT = [
    predicting(
        "state-not-carried",
        N_("Each new word is predicted from the last word alone: the state is not handed on."),
        N_("The network then forgets the prompt and everything it has written."),
    ),
    predicting(
        "prompt-last-only",
        N_("Only the last word of the prompt is read."),
        N_("The words before it should have gone through the network to fill the state."),
    ),
    predicting(
        "prompt-first-only",
        N_("Only the first word of the prompt is read."),
        N_("All its words should go through the network to fill the state."),
    ),
    predicting(
        "prompt-without-last",
        N_("The last word of the prompt is not read."),
        N_("The first new word follows the last word of the prompt."),
    ),
    predicting(
        "prompt-last-twice",
        N_("The last word of the prompt is read twice."),
        N_("The state has read it already: the first new word is drawn from that prediction."),
    ),
    predicting(
        "prompt-reversed",
        N_("The prompt is read from its end to its start."),
        N_("The state should be the one after its last word."),
    ),
    predicting(
        "reads-first-logits",
        N_("The first new word is drawn from the prediction after the first word of the prompt."),
        N_("The prediction after its last word says how the text goes on."),
    ),
    predicting(
        "own-words-not-fed",
        N_("The words that were drawn are not fed back: the last word of the prompt comes again."),
        N_("The network should read what it has written before it writes the next word."),
    ),
    predicting(
        "all-fed-again",
        N_("All words are fed again for every new word, although the state has read them."),
        N_("Either the whole text from a fresh state, or the newest word with the carried one."),
    ),
    predicting(
        "one-u-throughout",
        N_("All words are drawn with the first number of u."),
        N_("Each new word has a random number of its own."),
    ),
    predicting(
        "with-prompt",
        N_("The prompt is returned together with the new words."),
        N_("The statement asks for the new words alone."),
    ),
    predicting(
        "predicted-column",
        N_("The new words have an axis of size 1 too many."),
        N_("One sequence is predicted, so the result is (N)."),
    ),
]
