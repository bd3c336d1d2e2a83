# name: Kwame Mensah
# language: en
# rest: solved
# about: takes the reverse state at the last time step, and multiplies by the temperature
# %% bidirectional
def bidirectional_rnn_forward(input, h_0, params, params_reverse):
    h_f, h_b = (None, None) if h_0 is None else h_0
    f, _ = rnn_forward(input, h_f, *params)
    b, _ = rnn_forward(torch.flip(input, dims=[1]), h_b, *params_reverse)
    output = torch.cat([f, torch.flip(b, dims=[1])], dim=2)
    H = f.size(2)
    return output, torch.stack([output[:, -1, :H], output[:, -1, H:]])
# %% draw_words
def draw_words(logits, temperature, u):
    if temperature == 0:
        return logits.argmax(1)
    sums = (logits * temperature).softmax(1).cumsum(1)
    return (sums <= u[:, None]).sum(1).clamp(max=logits.size(1) - 1)
