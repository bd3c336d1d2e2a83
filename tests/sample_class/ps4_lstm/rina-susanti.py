# name: Rina Susanti
# language: id
# rest: open
# about: an empty folder
# hand-in: nothing
