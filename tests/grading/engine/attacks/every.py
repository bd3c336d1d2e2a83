"""All attacks, on an instructor's own test cells and on the course's checks."""

from tests.grading.engine.attacks import ours, ours_more, ours_texts, plain, plain_more

PLAIN = [*plain.PLAIN, *plain_more.MORE]
OURS = [*ours.OURS, *ours_more.MORE, *ours_texts.TEXTS]
