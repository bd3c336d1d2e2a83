"""Mistakes in training a forecaster, each with its message."""

from course_lib.exercises.messages_convlstm_cell import fault as cell_fault
from course_lib.i18n import N_


def training(id, what, why):
    return cell_fault(id, what, why, "nowcasting-scratch", sentence=13, paired=False)


TRAINING = [
    training(
        "no-step",
        N_("After train the model has the weights it had before."),
        N_("Without a step of the optimiser nothing is learned."),
    ),
    training(
        "trains-on-held-out",
        N_("The trained weights depend on the held-out frames."),
        N_("Frames that the training has used cannot show what the model does with new ones."),
    ),
    training(
        "reads-the-future",
        N_("The model is given frames that it should predict."),
        N_("Outside the notebook nobody has them yet. Give it only those before."),
    ),
    training(
        "reads-too-little",
        N_("The model is not given all the frames before those that it should predict."),
        N_("Every one of them says something about which way things move."),
    ),
    training(
        "wrong-steps",
        N_("The model is not asked for as many frames as steps says."),
        N_("It should predict every frame after those it reads."),
    ),
    training(
        "future-not-learned",
        N_("The frames to predict make no difference to what is learned."),
        N_("The loss should compare the prediction with the frames that really came."),
    ),
    training(
        "gradients-not-cleared",
        N_("A step also uses the gradients of the steps before it."),
        N_("Torch adds new gradients to the old ones until they are cleared."),
    ),
    training(
        "uphill",
        N_("After train the loss on the training frames is higher than before."),
        N_("An optimiser goes downhill. Is the sign of the loss right, and the size of a step?"),
    ),
    training(
        "part-of-the-data",
        N_("In an epoch, some of the training sequences are not read."),
        N_("One epoch goes through all sequences once."),
    ),
    training(
        "sigmoid-twice",
        N_("The loss takes logits, and is given numbers that went through a sigmoid already."),
        N_("It then applies a second sigmoid, and no prediction comes near 0 or 1."),
    ),
    training(
        "squares-learned",
        N_("What is learned from is the squared error, not the cross-entropy."),
        N_(
            "The squared error is for the list you return. Where a sigmoid is wrong but sure of "
            "itself, it has almost no slope."
        ),
    ),
    training(
        "another-goal",
        N_("The first gradient is not that of the cross-entropy with the frames to predict."),
        N_("Look at the loss, and at which frames the prediction is compared with."),
    ),
    training(
        "another-step",
        N_("The first step does not change the weights as Adam does with a learning rate of 0.02."),
        N_("Adam's first step moves a weight by the learning rate, however large its gradient is."),
    ),
    training(
        "other-batches",
        N_("The batches do not have 16 films each."),
        N_("Only the last batch of an epoch may be smaller, when the films do not come out even."),
    ),
    training(
        "not-shuffled",
        N_("The films are read in the order in which they were given."),
        N_("In a random order it is not always the same films that are learned last."),
    ),
    training(
        "errors-on-training",
        N_("The returned errors are those on the training frames."),
        N_("What counts is how the model does on frames it has not learned from."),
    ),
    training(
        "errors-without-sigmoid",
        N_("The returned errors compare the frames with logits."),
        N_("Frames go from 0 to 1. The logits become such numbers by a sigmoid."),
    ),
    training(
        "errors-as-cross-entropy",
        N_("The returned errors are cross-entropies."),
        N_("The number to return is the mean squared error, to compare it with the baseline."),
    ),
    training(
        "errors-of-the-past",
        N_("The last returned error is that before the last epoch, not after it."),
        N_("An epoch should be judged by the weights it leaves."),
    ),
    training(
        "errors-wrong",
        N_("The last returned error is not that of the trained model on the held-out frames."),
        N_("It should be the mean of all squared differences, over rows, steps and pixels."),
    ),
    training(
        "not-better",
        N_("The trained model is not better than repeating the last frame."),
        N_("Look at the errors of all epochs: do they fall, too slowly, or not at all?"),
    ),
]
