# name: 王伟
# language: zh_CN
# rest: solved
# about: right, the input's products for all time steps at once
# %% rnn_forward
def rnn_forward(input, h_0, w_ih, w_hh, b_ih, b_hh):
    xs = input @ w_ih.T + b_ih + b_hh              # 所有时间步一次算完
    h = xs.new_zeros(xs.shape[0], xs.shape[2]) if h_0 is None else h_0
    output = []
    for x_t in xs.unbind(dim=1):
        h = torch.tanh(x_t + h @ w_hh.T)
        output.append(h)
    return torch.stack(output, dim=1), h
# %% build_vocabulary
from collections import Counter


def build_vocabulary(sentences):
    counts = Counter(word for s in sentences for word in s.lower().split())
    return ["<unk>"] + [word for word, _ in counts.most_common()]
