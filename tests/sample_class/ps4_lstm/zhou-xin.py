# name: 周鑫
# language: zh_CN
# rest: open
# about: handed in as released
