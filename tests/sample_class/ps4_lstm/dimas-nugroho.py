# name: Dimas Nugroho
# language: id
# rest: solved
# about: deleted the check of the cell, all answers right
# hand-in: without check_lstm_cell
