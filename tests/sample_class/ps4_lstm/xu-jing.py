# name: 徐静
# language: zh_CN
# rest: solved
# about: the state is not carried either, and the notebook was renamed
# hand-in: renamed 徐静-作业4 (1).ipynb
# %% lstm_forward
def lstm_forward(input, initial_states, w_ih, w_hh, b_ih, b_hh, w_hr=None):
    B, T, _ = input.shape
    if initial_states is None:
        initial_states = (torch.zeros(B, w_hh.shape[1], dtype=input.dtype),
                          torch.zeros(B, w_ih.shape[0] // 4, dtype=input.dtype))
    steps = [lstm_cell(input[:, t], initial_states, w_ih, w_hh, b_ih, b_hh, w_hr)
             for t in range(T)]
    output = torch.stack([h for h, c in steps], dim=1)
    return output, steps[-1]
