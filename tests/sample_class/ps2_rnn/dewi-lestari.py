# name: Dewi Lestari
# language: id
# rest: solved
# about: the state keeps its history, so the second batch fails
# %% train_step
def train_step(model, optimizer, inputs, targets, h_0, max_norm=None):
    logits, h_n = model(inputs, h_0)
    rugi = nn.functional.cross_entropy(logits.transpose(1, 2), targets)
    optimizer.zero_grad()
    rugi.backward()
    if max_norm is not None:
        nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return rugi.item(), h_n
