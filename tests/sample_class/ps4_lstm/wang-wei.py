# name: 王伟
# language: zh_CN
# rest: solved
# about: right but for the challenge, where dc is not carried back
# %% lstm_cell
def lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    h, c = state
    xh = torch.cat([x, h], dim=1)                 # 拼接输入和隐藏状态
    w = torch.cat([w_ih, w_hh], dim=1)
    z = xh @ w.t() + (b_ih + b_hh)
    n = z.shape[1] // 4
    i = torch.sigmoid(z[:, 0 * n:1 * n])
    f = torch.sigmoid(z[:, 1 * n:2 * n])
    g = torch.tanh(z[:, 2 * n:3 * n])
    o = torch.sigmoid(z[:, 3 * n:4 * n])
    c = torch.mul(f, c) + torch.mul(i, g)
    h = torch.mul(o, torch.tanh(c))
    return (h if w_hr is None else torch.mm(h, w_hr.t())), c
# %% forget_gate_of_one
# 单元状态一直不变，梯度每一步都乘 $1$，所以完整地传到 $c_0$。遗忘门是 $0.9$ 时，$0.9^{100}$ 约为
# $3\times10^{-5}$，梯度就消失了。
# %% lstm_backward
def lstm_backward(grad_output, grad_states, input, initial_states, w_ih, w_hh, b_ih, b_hh):
    h, c = initial_states
    steps = []
    for t in range(input.shape[1]):                  # 正向
        x = input[:, t]
        i, f, g, o = (x @ w_ih.T + b_ih + h @ w_hh.T + b_hh).chunk(4, 1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c_new = f * c + i * g
        steps.append((x, h, c, i, f, g, o, c_new))
        h, c = o * c_new.tanh(), c_new
    dx = []
    dw_ih, dw_hh, db = 0, 0, 0
    dh, dc_n = grad_states
    for t, (x, h, c, i, f, g, o, c_new) in reversed(list(enumerate(steps))):
        dh = dh + grad_output[:, t]
        dc = dh * o * (1 - c_new.tanh() ** 2)        # 忘了从 t+1 传回来的 dc
        if t == len(steps) - 1:
            dc = dc + dc_n
        da = torch.cat([dc * g * i * (1 - i), dc * c * f * (1 - f),
                        dc * i * (1 - g * g), dh * c_new.tanh() * o * (1 - o)], 1)
        dx.insert(0, da @ w_ih)
        dw_ih, dw_hh, db = dw_ih + da.T @ x, dw_hh + da.T @ h, db + da.sum(0)
        dh = da @ w_hh
    return torch.stack(dx, 1), (dh, dc * f), dw_ih, dw_hh, db, db
