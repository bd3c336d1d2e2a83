"""Mistakes in the data of the language model, each with its message."""

from functools import partial

from course_lib.exercises.messages_lstm_cell import fault as made
from course_lib.i18n import N_

# The statement's conventions, by number.
WORDS, NUMBERS, WINDOWS, ROWS = 9, 10, 11, 12

words = partial(made, look="language-scratch", sentence=WORDS, paired=False)
numbers = partial(made, look="language-scratch", sentence=NUMBERS, paired=False)
windows = partial(made, look="language-scratch", sentence=WINDOWS, paired=False)
rows = partial(made, look="language-scratch", sentence=ROWS, paired=False)

SHARE_NOTHING = N_("The caller still needs it. A second call would start from other numbers.")

SIGNS = N_("Commas and other signs are cut off the words.")
WITH_SIGNS = N_("A word is all that stands between two blanks, with its signs.")

VOCABULARY = [
    words("signs-stripped", SIGNS, WITH_SIGNS),
    words(
        "unknown-missing",
        N_("The list has no entry for unknown words."),
        N_("A word that the text does not contain then has no number."),
    ),
    words(
        "unknown-last",
        N_("The entry for unknown words stands at the end of the list, not at its start."),
        N_("Its number then changes with every new word. At the start it is always 0."),
    ),
    words(
        "by-appearance",
        N_("The words stand in the order in which they appear; how often they occur has no part."),
        N_("A vocabulary by frequency can be cut off at its end, where the rarest words stand."),
    ),
    words(
        "by-alphabet",
        N_("The words are in alphabetical order; how often they occur has no part."),
        N_("A vocabulary by frequency can be cut off at its end, where the rarest words stand."),
    ),
    words(
        "by-length",
        N_("The words are sorted by how long they are, not by how often they occur."),
        N_("A vocabulary by frequency can be cut off at its end, where the rarest words stand."),
    ),
    words(
        "rarest-first",
        N_("The rarest words stand first."),
        N_("The most frequent word should have the smallest number after the unknown one."),
    ),
    words(
        "ties-by-alphabet",
        N_("Words that are equally frequent are in alphabetical order."),
        N_("The statement settles such ties in another way."),
    ),
    words(
        "ties-backwards",
        N_("Of words that are equally frequent, the one that appears last stands first."),
        N_("The statement settles such ties the other way round."),
    ),
    words(
        "not-lowered",
        N_("A word with a capital letter counts as another word than the same word without."),
        N_("The same word then has two numbers, and the network must learn it twice."),
    ),
    words(
        "characters",
        N_("The list holds characters instead of words."),
        N_("This language model reads words."),
    ),
    words(
        "counts-sentences",
        N_("It is counted in how many sentences a word stands, not how often it occurs."),
        N_("A word that stands twice in a sentence then counts only once."),
    ),
    words(
        "first-sentence-only",
        N_("Only the first sentence is read."),
        N_("The words of the other sentences would all be unknown."),
    ),
    words(
        "words-repeated",
        N_("A word that occurs more than once stands in the list more than once."),
        N_("A number should mean one word, and a word should have one number."),
    ),
    words(
        "rare-left-out",
        N_("Words that occur only once are left out."),
        N_("Here every word of the text gets a number."),
    ),
    words(
        "empty-words",
        N_("Where two blanks follow each other, an empty word is counted."),
        N_("Several blanks in a row, or blanks at the ends, separate words just like one."),
    ),
    words(
        "sorts-sentences",
        N_("Your code sorts the list of sentences it was given, in place."),
        SHARE_NOTHING,
    ),
]

ENCODE = [
    numbers("signs-stripped", SIGNS, WITH_SIGNS),
    numbers(
        "unknown-words",
        N_("Words that are not in the vocabulary do not get the number 0."),
        N_("A user of the model will sooner or later write a word that no text contained."),
    ),
    numbers(
        "unknown-skipped",
        N_("Words that are not in the vocabulary are left out."),
        N_("The sentence then gets shorter, and its words no longer follow each other."),
    ),
    numbers(
        "unknown-as-last",
        N_("Words that are not in the vocabulary get the number of its last word."),
        N_("The model would take them for that word."),
    ),
    numbers(
        "unknown-as-new",
        N_("Words that are not in the vocabulary get a number behind its end."),
        N_("The embedding has no row of that number, and looking it up fails."),
    ),
    numbers(
        "unknown-as-minus-one",
        N_("Words that are not in the vocabulary get the number -1."),
        N_("The embedding has no row of that number, and looking it up fails."),
    ),
    numbers(
        "counts-from-one",
        N_("All numbers are one too large: the places in the list are counted from 1."),
        N_("A word's number is its place in the list, and the first place is 0."),
    ),
    numbers(
        "skips-unknown-entry",
        N_("All numbers are one too small: the first entry of the list is not counted."),
        N_("A word's number is its place in the list, and the first place is 0."),
    ),
    numbers(
        "encode-not-lowered",
        N_("A word that begins with a capital letter is taken for an unknown word."),
        N_("The vocabulary holds small letters only."),
    ),
    numbers(
        "encode-characters",
        N_("The sentence is taken apart into characters instead of words."),
        N_("The vocabulary has no numbers for them."),
    ),
    numbers(
        "encode-sorted",
        N_("The numbers are sorted."),
        N_("The order of the words is what a language model learns from."),
    ),
    numbers(
        "encode-once",
        N_("A word that occurs a second time in the sentence is left out."),
        N_("Every word of the sentence has its place, also when it comes again."),
    ),
    numbers(
        "encode-float",
        N_("The numbers are returned as float32."),
        N_("They are places in a list; an embedding takes whole numbers (int64) only."),
    ),
    numbers(
        "one-hot",
        N_("Every word is returned as a row of zeros with a single one."),
        N_("The statement asks for the number itself; the embedding looks up its row."),
    ),
    numbers(
        "empty-float",
        N_("An empty sentence gives a tensor of another type than int64."),
        N_("torch takes an empty list for float32 unless it is told otherwise."),
    ),
    numbers(
        "adds-unknown",
        N_("Unknown words are added to the vocabulary that was given."),
        N_("The model has no weights for new words, and the caller's list is changed."),
    ),
]

SHIFTED = [
    windows(
        "targets-equal",
        N_("The targets are the inputs themselves: nothing is shifted."),
        N_("The network then learns to repeat a word, not to predict the next one."),
    ),
    windows(
        "shift-two",
        N_("The targets come two words later than the inputs."),
        N_("The network would skip the next word and guess the one after it."),
    ),
    windows(
        "targets-before",
        N_("The targets come one word before the inputs: the two have changed places."),
        N_("The network would predict the word it has read just before."),
    ),
    windows(
        "targets-rolled",
        N_("The last target of each window is the window's own first word."),
        N_("The window was turned round instead of moved on by one word in the text."),
    ),
    windows(
        "windows-apart",
        N_("The windows do not overlap: each one begins where the one before ends."),
        N_("A window should begin at every word of the text that leaves room for it."),
    ),
    windows(
        "half-overlap",
        N_("The windows are half a window apart."),
        N_("A window should begin at every word of the text that leaves room for it."),
    ),
    windows(
        "one-window-short",
        N_("The last window is missing."),
        N_("The very last word of the text is then never a target."),
    ),
    windows(
        "window-grows",
        N_("There is one window too many: the text has no word that could be its last target."),
        N_("Behind the end of the text there is nothing to predict."),
    ),
    windows(
        "next-word-only",
        N_("The targets hold only the last word of each window."),
        N_("Here the network predicts at every time step, so every input has its target."),
    ),
    windows(
        "windows-transposed",
        N_("Time is the first axis of the windows."),
        N_("Here the first axis counts the windows and the second one the time."),
    ),
    windows(
        "windows-float",
        N_("The windows are returned as float32."),
        N_("They are places in a list; an embedding takes whole numbers (int64) only."),
    ),
    windows(
        "numbers-in-place",
        N_("Your code changes the numbers it was given, in place."),
        SHARE_NOTHING,
    ),
]

BATCHES = [
    rows(
        "rows-follow-each-other",
        N_("Inside a batch each row continues the row above it."),
        N_(
            "So row b of the next batch does not continue row b of this one, and a state that is "
            "carried over meets another piece of the text."
        ),
    ),
    rows(
        "columns",
        N_("The text runs down the columns of a batch instead of along its rows."),
        N_("Two words that follow each other in a row are then far apart in the text."),
    ),
    rows(
        "shuffled",
        N_("The batches are right, but they come in another order than the text."),
        N_("The state that is carried from one batch to the next then fits no longer."),
    ),
    rows(
        "batches-reversed",
        N_("The batches come in the reverse order of the text."),
        N_("The state that is carried from one batch to the next then fits no longer."),
    ),
    rows(
        "targets-equal",
        N_("The targets are the inputs themselves: nothing is shifted."),
        N_("The network then learns to repeat a word, not to predict the next one."),
        on="batch-targets-equal",
    ),
    rows(
        "shift-two",
        N_("The targets come two words later than the inputs."),
        N_("The network would skip the next word and guess the one after it."),
        on="batch-shift-two",
    ),
    rows(
        "targets-before",
        N_("The targets come one word before the inputs: the two have changed places."),
        N_("The network would predict the word it has read just before."),
        on="batches-swapped",
    ),
    rows(
        "row-rolled",
        N_("The last target of each row is the row's own first word."),
        N_("The row was turned round. The next word of the text stands first in the next row."),
    ),
    rows(
        "row-ends-early",
        N_("The length of a row is not (N - 1) // B, rounded down, as the statement fixes it."),
        N_("The last target of a row may be the first word of the next row."),
    ),
    rows(
        "windows-overlap",
        N_("A batch begins one word after the one before: they overlap."),
        N_("A carried state has then read most of these words already."),
    ),
    rows(
        "first-window-lost",
        N_("The first batch is missing."),
        N_("The beginning of every row is then never read."),
    ),
    rows(
        "last-window-lost",
        N_("The last full batch is missing."),
        N_("Only words that do not fill a whole window are left out."),
    ),
    rows(
        "last-window-short",
        N_("A last batch with fewer time steps is kept."),
        N_("Here all batches have the same shape; what does not fill a window is left out."),
    ),
    rows(
        "sizes-exchanged",
        N_("batch_size and length have changed places."),
        N_("The first axis counts rows, the second one time steps."),
    ),
    rows(
        "batches-transposed",
        N_("Time is the first axis of the batches."),
        N_("The statement asks for batch first."),
    ),
    rows(
        "next-word-only",
        N_("The targets hold only the last word of each window."),
        N_("Here the network predicts at every time step, so every input has its target."),
        on="last-target-only",
    ),
]
