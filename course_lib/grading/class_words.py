"""The words of the class page, in the language spoken now."""

from course_lib.i18n import _


def words() -> dict[str, str]:
    """Each word and sentence that the page needs, by the name it has in the template."""
    return {
        "class": _("The class"),
        "private": _("For teachers: this page names students."),
        "languages": _("This page in other languages"),
        "sections": _("On this page"),
        # progress
        "progress": _("Progress"),
        "handed_in": _("handed in"),
        "graded": _("graded"),
        "waiting": _("not graded yet"),
        "again": _("to be run again"),
        "last": _("Last graded: {time}."),
        "seed": _("Hidden cases were drawn from the seed {seed}."),
        "resume": _("To grade the rest, run this. What is graded stays as it is:"),
        "resume_none": _(
            "Nothing is left to grade. The same command grades what is handed in or changed later:"
        ),
        # a person is needed
        "human": _("Needs a person"),
        "nothing": _("Nothing waits for a person."),
        "to_mark": _("To be marked by hand"),
        "to_mark_how": _("Mark them in the formgrader; the rubric stands below each question."),
        "question": _("Question"),
        "rubric": _("Question and rubric"),
        "points": _("Points"),
        "submissions": _("Submissions"),
        "students": _("Names"),
        "student": _("Student"),
        "more": _("and {count} more"),
        "failed": _("Could not be graded, through no fault of the submission"),
        "failed_how": _("They have no mark, and none of them is a zero. Run the command again."),
        "unreadable": _("Could not be read"),
        "unreadable_how": _("Nothing in them could be graded: ask for another file."),
        "damaged": _("Damaged or cut off"),
        "damaged_how": _(
            "Of these only what could still be read was graded, or another file: ask for another."
        ),
        "refused": _("Refused for what the answer uses"),
        "refused_how": _(
            "These parts have no points, for a call that the exercise does not allow. Look at the "
            "line: who meant no harm by it can be given points by hand."
        ),
        "halted": _("Ran too long, or ended the process"),
        "halted_how": _("What did not need these cells was graded all the same."),
        "too_long": _("Ran too long"),
        "died": _("Ended the process"),
        "reason": _("Reason"),
        # alike
        "alike": _("Look at these together"),
        "alike_how": _(
            "Their code is nearly the same once names, comments and layout are left out. That "
            "says nothing about why: people learn together."
        ),
        "alike_small": _(
            "Only answers of {count} statements or more are compared, without what the notebook "
            "gives: shorter ones come out alike among people who never met."
        ),
        "alike_none": _("No two longer answers are nearly the same."),
        "cells": _("Cells"),
        "same": _("How much is the same"),
        "all_same": _("all but names and layout"),
        "course": _("the course's own answer"),
        "compare": _("Compare {cell}"),
        "common": _("{cell}: {count} students have the same code, too many to point at any two."),
        # marks
        "marks": _("Marks"),
        "no_marks": _("There are no marks yet."),
        "marks_unread": _("Submissions that could not be read are left out."),
        "marks_unmarked": _(
            "In {count} of them an answer is still to be marked by hand; its points are not in yet."
        ),
        "marks_bonus": _(
            "The maximum is {most}; up to {bonus} points come on top. Outlined bars lie above "
            "the maximum."
        ),
        "table": _("The numbers"),
        "range": _("{low} to below {high}"),
        "range_last": _("{low} to {high}"),
        "range_above": _("above {low}, up to {high}"),
        # parts
        "parts": _("Parts, the hardest first"),
        "parts_how": _("Of {count} submissions that could be read."),
        "part": _("Part"),
        "bonus": _("bonus"),
        "share": _("Points earned"),
        "right": _("All right"),
        "stopped": _("Did not run"),
        "unwritten": _("Not written"),
        "by_hand": _("To be marked"),
        # mistakes
        "mistakes": _("What this class gets wrong"),
        "no_mistakes": _("No mistake was found."),
        "shows_in": _("Shows in: {items}."),
        "example": _("For example {student}"),
        "more_mistakes": _("{count} rarer mistakes are in the JSON file."),
        # all
        "all": _("All submissions"),
        "name": _("Name"),
        "language": _("Language"),
        "status": _("Status"),
        "total": _("Total"),
        "per_cent": _("Per cent"),
        "more_rows": _("{count} more are in the CSV file."),
        "files": _("Marks as CSV"),
    }
