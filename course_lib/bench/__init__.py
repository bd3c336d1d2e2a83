"""Speed and memory, measured side by side in one process and told as ratios."""

#: Submissions that the grading engine gets, a whole class, and how many of them nbgrader gets.
SUBMISSIONS, STOCK = 400, 42
