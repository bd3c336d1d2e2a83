"""An assignment with every kind of cell that nbgrader knows."""
# ruff: noqa: E501 (the metadata of a text cell is one line)

SOURCE = '''---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A mixed assignment

```{code-cell} ipython3
def start(assignment, language):
    pass


start("mix", language="en")
```

```{code-cell} ipython3
---
nbgrader: {grade: false, grade_id: add, locked: false, schema_version: 3, solution: true, task: false}
---
def add(a, b):
    """The sum."""
    ### BEGIN SOLUTION
    result = a + b
    return result
    ### END SOLUTION
```

```{code-cell} ipython3
---
nbgrader: {grade: true, grade_id: test_add, locked: true, points: 4, schema_version: 3, solution: false, task: false}
---
assert add(1, 2) == 3
### BEGIN HIDDEN TESTS
assert add(20, 22) == 42
### END HIDDEN TESTS
```

```{code-cell} ipython3
---
nbgrader: {grade: false, grade_id: given, locked: true, schema_version: 3, solution: false, task: false}
---
numbers = [1, 2, 3]
```

Some text between.

```{code-cell} ipython3
---
nbgrader: {grade: true, grade_id: test_part, locked: true, points: 3, schema_version: 3, solution: false, task: false}
---
float(add(1, 2) == 3) + 2 * float(add(0, 0) == 0)
```

```{code-cell} ipython3
---
nbgrader: {grade: true, grade_id: by_hand, locked: false, points: 2, schema_version: 3, solution: true, task: false}
---
# Your own example.
### BEGIN SOLUTION
an_example = add(2, 2)
### END SOLUTION
```

+++ {"nbgrader": {"grade": true, "grade_id": "in_words", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}}

=== BEGIN MARK SCHEME ===
Commutative.
=== END MARK SCHEME ===

+++ {"nbgrader": {"grade": false, "grade_id": "a_task", "locked": true, "points": 1.5, "schema_version": 3, "solution": false, "task": true}}

Why?

=== BEGIN MARK SCHEME ===
Because.
=== END MARK SCHEME ===
'''
