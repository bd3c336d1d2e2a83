# name: 徐静
# language: zh_CN
# rest: solved
# about: renamed the notebook
# hand-in: renamed 徐静-作业4 (1).ipynb
