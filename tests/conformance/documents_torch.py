#!/usr/bin/env python3
"""Compares --reset-position-ids, --reset-attention-mask and --eod-mask-loss with a plain PyTorch model.

    tests/conformance/documents_torch.py build/release/bin/model_probe

The model here forms every score, has an explicit mask with a block for each document, explicit positions and an explicit
weight for each target; nothing is shared with owt's way of cutting rows into spans. Logits, loss, every gradient and the
loss over some AdamW steps must agree; each option must also change the result, alone and with the others.
"""
import itertools, math, pathlib, random, subprocess, sys, tempfile

import torch
from safetensors.torch import load_file
from torch.nn import functional as F
from transformers import GPT2Config, GPT2LMHeadModel

STEPS, END = 8, 3
problems = 0


def check(what, difference, bound):
    global problems
    good = difference <= bound
    if not good or "loss over" in what:
        print(f"{'ok ' if good else 'BAD'} {what}: {difference:.2e} (bound {bound:.0e})")
    problems += not good


def relative(actual, expected):
    return ((actual - expected).norm() / expected.norm()).item()


def document_numbers(inputs):
    """Of each token the number of its document: those behind an end have the next one."""
    ends = (inputs == END).long()
    return ends.cumsum(1) - ends


def plain_logits(p, config, inputs, positions, attention):
    rows, length = inputs.shape
    documents = document_numbers(inputs)
    places = torch.arange(length).repeat(rows, 1)
    if positions:
        for row, column in itertools.product(range(rows), range(length)):
            places[row, column] = 0 if column == 0 or inputs[row, column - 1] == END else places[row, column - 1] + 1
    allowed = torch.ones(length, length).tril().bool().expand(rows, -1, -1)
    if attention:
        allowed = allowed & (documents[:, :, None] == documents[:, None, :])
    x = p["wte.weight"][inputs] + p["wpe.weight"][places]
    norm = lambda x, name: F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"], 1e-5)
    linear = lambda x, name: x @ p[name + ".weight"] + p[name + ".bias"]
    for i in range(config.n_layer):
        h = f"h.{i}."
        q, k, v = (y.view(rows, length, config.n_head, -1).transpose(1, 2) for y in linear(norm(x, h + "ln_1"), h + "attn.c_attn").chunk(3, -1))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])).masked_fill(~allowed[:, None], -math.inf)
        x = x + linear((scores.softmax(-1) @ v).transpose(1, 2).flatten(2), h + "attn.c_proj")
        x = x + linear(F.gelu(linear(norm(x, h + "ln_2"), h + "mlp.c_fc"), approximate="tanh"), h + "mlp.c_proj")
    return norm(x, "ln_f") @ p["wte.weight"].t()


def plain_loss(logits, inputs, targets, mask):
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    weights = (inputs != END).float().flatten() if mask else torch.ones_like(losses)
    return (losses * weights).sum() / weights.sum()


def compare(probe, folder, config, tokens, letters):
    torch.manual_seed(1)
    model = GPT2LMHeadModel(config)
    with torch.no_grad():  # so that positions and biases matter
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    folder.mkdir()
    model.save_pretrained(folder / "hf")
    (folder / "tokens").write_bytes(tokens.numpy().tobytes())
    (folder / "owt").mkdir()
    command = [probe, folder / "hf", folder / "tokens", str(len(tokens)), str(STEPS), folder / "owt", "cpu", "fp32", "autograd", f"{END}{letters}"]
    trace = [float(line.split()[0]) for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()]
    first = load_file(folder / "owt/first.safetensors")

    p = {name.removeprefix("transformer."): value.detach().clone().requires_grad_(True) for name, value in model.named_parameters()}
    optimizer = torch.optim.AdamW([{"params": [v for v in p.values() if v.dim() >= 2], "weight_decay": 0.1},
                                   {"params": [v for v in p.values() if v.dim() < 2], "weight_decay": 0.0}], lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    inputs, targets, worst = tokens[:, :-1], tokens[:, 1:], 0.0
    for step in range(STEPS + 1):
        optimizer.zero_grad()
        logits = plain_logits(p, config, inputs, "p" in letters, "a" in letters)
        loss = plain_loss(logits, inputs, targets, "l" in letters)
        loss.backward()
        if step == 0:
            check(f"{letters} logits", relative(first["logits"], logits), 1e-5)
            check(f"{letters} loss", abs(trace[0] - loss.item()) / loss.item(), 1e-6)
            for name, value in p.items():
                check(f"{letters} gradient of {name}", relative(first["grad.transformer." + name], value.grad), 1e-5)
        worst = max(worst, abs(trace[step] - loss.item()))
        torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
        optimizer.step()
    check(f"{letters or 'none'}: {len(p)} gradients and the loss over {STEPS} steps, {trace[0]:.4f} -> {trace[-1]:.4f}", worst, 5e-5)
    return trace[0]


def main():
    global problems
    torch.set_num_threads(2)
    probe, r = pathlib.Path(sys.argv[1]).resolve(), random.Random(1)
    config = GPT2Config(n_layer=2, n_embd=32, n_head=4, vocab_size=50, n_positions=40, embd_pdrop=0, attn_pdrop=0, resid_pdrop=0)
    # Rows without an end, with ends beside each other, at the beginning and at the very end; many short documents.
    rows = [[r.randrange(4, 50) for _ in range(41)] for _ in range(3)]
    rows[1][7] = rows[1][20] = rows[1][21] = END
    rows += [[END] + rows[0][1:39] + [END, END]]
    rows += [[END if r.random() < 0.3 else r.randrange(4, 50) for _ in range(41)] for _ in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        losses = {}
        for count in range(4):
            for letters in itertools.combinations("pal", count):
                losses["".join(letters)] = compare(probe, pathlib.Path(folder) / f"run-{''.join(letters)}", config, torch.tensor(rows), "".join(letters))
    if len({f"{loss:.5f}" for loss in losses.values()}) != 8:
        problems += 1
        print(f"BAD an option changes nothing: {losses}")
    print(f"{problems} differences")
    sys.exit(problems > 0)


main()
