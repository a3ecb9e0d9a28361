#!/usr/bin/env python3
"""Compares owt's GPT-2 with PyTorch's through Hugging Face's implementation.

    tests/conformance/gpt2_torch.py build/release/bin/model_probe [--device cuda] [--bf16] [--written]

transformers makes and saves a model; owt loads it; both compute logits, loss and every gradient, and take
20 clipped AdamW steps. Then transformers loads the checkpoint that owt saved. PyTorch computes in
fp32 on the CPU, whatever owt does. Prints what was compared; exits 1 where a difference is larger than its bound.
At GPT-2's vocabulary, at odd sizes, and with more rows than the output layer takes at a time.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2LMHeadModel

STEPS = 20
problems = 0


def check(what, difference, bound):
    global problems
    print(f"{'ok ' if difference <= bound else 'BAD'} {what}: {difference:.2e} (bound {bound:.0e})")
    problems += not difference <= bound


def relative(actual, expected):
    return ((actual - expected).norm() / expected.norm()).item()


def loss_of(model, tokens):
    logits = model(tokens[:, :-1]).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten()), logits


def compare(options, folder, config, rows, length):
    # bf16 keeps 8 bits: 2^-9 a rounding, some of which add up in logits and gradients.
    bounds = {"logits": 1e-5, "loss": 1e-6, "gradients": 1e-5, "norm": 1e-5, "trace": 5e-5}
    if options.bf16:
        bounds = {"logits": 2e-2, "loss": 2e-3, "gradients": 4e-2, "norm": 2e-2, "trace": 5e-2}
    print(f"{config.n_layer} layers, {config.n_embd} wide, {config.n_head} heads, {config.vocab_size} ids, {rows} x {length} tokens")
    torch.manual_seed(1)
    model = GPT2LMHeadModel(config).eval()
    with torch.no_grad():  # biases and LayerNorms start at 0 and 1, which would hide mistakes
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    model.save_pretrained(folder / "hf")
    tokens = torch.randint(0, config.vocab_size, (rows, length + 1))
    (folder / "tokens").write_bytes(tokens.numpy().tobytes())
    (folder / "owt").mkdir()
    probe = pathlib.Path(options.probe).resolve()
    command = [probe, folder / "hf", folder / "tokens", str(rows), str(STEPS), folder / "owt", options.device, "bf16" if options.bf16 else "fp32", "written" if options.written else "autograd"]
    trace = [line.split() for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()]

    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    first = load_file(folder / "owt/first.safetensors")
    worst_loss = 0.0
    for step in range(STEPS + 1):
        optimizer.zero_grad()
        loss, logits = loss_of(model, tokens)
        loss.backward()
        if step == 0:
            check("logits", relative(first["logits"], logits), bounds["logits"])
            check("loss", abs(float(trace[0][0]) - loss.item()) / loss.item(), bounds["loss"])
            gradients = {name: p.grad.clone() for name, p in model.named_parameters()}
            worst = max(gradients, key=lambda name: relative(first["grad." + name], gradients[name]))
            check(f"{len(gradients)} gradients, worst {worst}", relative(first["grad." + worst], gradients[worst]), bounds["gradients"])
        worst_loss = max(worst_loss, abs(float(trace[step][0]) - loss.item()))
        # On owt's device: PyTorch adds up squares in another order there, which shows in the fifth digit.
        on_device = torch.nn.utils.get_total_norm([p.grad.to(options.device) for p in model.parameters()]).item()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
        if step == 0:
            check("norm of the gradients", abs(float(trace[0][1]) - on_device) / norm, bounds["norm"])
        if step < STEPS:
            optimizer.step()
    check(f"loss over {STEPS} steps of AdamW, {trace[0][0]} -> {trace[-1][0]}", worst_loss, bounds["trace"])

    saved = GPT2LMHeadModel.from_pretrained(folder / f"owt/iter_{STEPS:07d}").eval()
    with torch.no_grad():
        check("logits of the checkpoint in transformers", relative(loss_of(saved, tokens)[1], load_file(folder / "owt/last.safetensors")["logits"]), bounds["logits"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--written", action="store_true", help="the backward pass that is written out, instead of autograd")
    options = parser.parse_args()
    print(f"owt on {options.device} in {'bf16' if options.bf16 else 'fp32'}, backward {'written out' if options.written else 'by autograd'}")
    torch.set_num_threads(2)
    dropout = {"embd_pdrop": 0, "attn_pdrop": 0, "resid_pdrop": 0}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, sizes, rows, length in (
            ("gpt2", {"n_layer": 2, "n_embd": 128, "n_head": 2, "vocab_size": 50257, "n_positions": 64}, 2, 64),
            ("odd", {"n_layer": 5, "n_embd": 192, "n_head": 3, "vocab_size": 1001, "n_positions": 40}, 9, 33),
            ("long", {"n_layer": 2, "n_embd": 64, "n_head": 2, "vocab_size": 1024, "n_positions": 1000}, 1 if options.device == "cpu" else 5, 1000),
        ):
            (folder / name).mkdir()
            compare(options, folder / name, GPT2Config(**sizes, **dropout), rows, length)
    print(f"{problems} differences")
    sys.exit(problems > 0)


main()
