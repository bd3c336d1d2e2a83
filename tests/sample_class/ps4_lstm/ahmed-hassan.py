# name: Ahmed Hassan
# language: en
# rest: solved
# about: a file that was cut off while uploading
# hand-in: cut-off
