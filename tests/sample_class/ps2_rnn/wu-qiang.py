# name: 吴强
# language: zh_CN
# rest: solved
# about: SyntaxError: a colon is missing
# %% encode
def encode(sentence, vocabulary)
    return torch.tensor([vocabulary.index(w) for w in sentence.split()])
