# name: Ayu Kartika
# language: id
# rest: open
# about: only the first two cells are named, everything else is as released
# %% name_a
def name_a():
    return "ABD"
# %% name_b
def name_b():
    return "AC"
