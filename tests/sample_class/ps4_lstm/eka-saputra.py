# name: Eka Saputra
# language: id
# rest: solved
# about: an answer cell duplicated by a click on the wrong button
# hand-in: twice lstm_cell
