"""The grading engine: students' code in sandboxed children, tests where no code of theirs is.

In the order in which a submission meets them: ``tasks`` and ``worker`` (one submission from its
files to its marks), ``bench`` (what the submissions of an assignment share), ``executor`` (one
notebook to its end), ``children``, ``nursery``, ``zygote`` and ``shell`` (the processes of
students' code, from outside and from inside), ``sandbox`` (what shuts them in), ``wire`` (what
crosses), ``remote`` (our checks), ``aside``, ``trusted``, ``proxies`` and ``handles`` (an
instructor's own tests), ``steps`` and ``scoring`` (nbgrader's part), ``writer`` (the one that
writes the gradebook).
"""
