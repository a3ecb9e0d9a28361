#!/usr/bin/env python3
"""Training speed beside PyTorch: a plain GPT-2 in eager mode with fused AdamW, and the same under torch.compile.

    tests/bench/train.py BUILD/bin [--model tiny|124m|350m] [--device cpu|cuda] [--bf16] [--compile] [--threads N]

Both start from the same parameters and train on the same tokens, in another order. The answer is checked first: the loss
of the last steps must agree to 1 %. Times are those of the second half of the steps. On a CPU they are also given as user
CPU time, which other work on the machine disturbs less; owt's is that of a run less that of one of half as many steps.
"""
import argparse, json, os, pathlib, re, resource, struct, subprocess, sys, tempfile, time

MODELS = {  # layers, width, heads, tokens a sample
    "tiny": (4, 128, 4, 128),
    "124m": (12, 768, 12, 1024),
    "350m": (24, 1024, 16, 1024),
}
VOCAB = 50304

PEER = r"""
import json, os, sys, time
import numpy as np, torch
from torch import nn
from torch.nn import functional as F
from safetensors.torch import load_file

layers, width, heads, length, micro, accumulate, steps, threads, device, bf16, compiled, tokens_file, start = json.loads(sys.argv[1])
torch.set_num_threads(threads)
if device == "cuda":
    torch.set_float32_matmul_precision("high" if bf16 else "highest")

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc, self.fc_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (y.view(b, t, heads, c // heads).transpose(1, 2) for y in self.qkv(self.ln_1(x)).split(width, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).contiguous().view(b, t, c))
        return x + self.fc_proj(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))

class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(VOCAB, width), nn.Embedding(length, width)
        self.h, self.ln_f = nn.ModuleList(Block() for _ in range(layers)), nn.LayerNorm(width)
    def forward(self, tokens, targets):
        x = self.wte(tokens) + self.wpe(torch.arange(length, device=tokens.device))
        for block in self.h:
            x = block(x)
        logits = F.linear(self.ln_f(x), self.wte.weight)
        return F.cross_entropy(logits.view(-1, VOCAB), targets.reshape(-1))

model = Gpt()
names = {"attn.c_attn": "qkv", "attn.c_proj": "proj", "mlp.c_fc": "fc", "mlp.c_proj": "fc_proj"}
state = {}
for name, value in load_file(start).items():
    name = name.removeprefix("transformer.")
    for old, new in names.items():
        if old in name:
            name = name.replace(old, new)
            value = value.t() if value.dim() == 2 else value  # theirs are [in, out]
    state[name] = value.contiguous()
model.load_state_dict(state)
model = model.to(device)
groups = [{"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
          {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), eps=1e-8, fused=True)
run = torch.compile(model) if compiled else model
data = np.fromfile(tokens_file, dtype=np.uint16)
# Without overlap, as owt: a token seen again is a token learned.
order = iter(np.random.default_rng(2).permutation((len(data) - 1) // length) * length)
losses, times, users = [], [], []
for step in range(steps):
    started = time.perf_counter()
    total = 0
    for _ in range(accumulate):
        rows = torch.from_numpy(np.stack([data[i:i + length + 1] for i in (next(order) for _ in range(micro))]).astype(np.int64))
        if device == "cuda":
            rows = rows.pin_memory().to(device, non_blocking=True)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=bf16):
            loss = run(rows[:, :-1], rows[:, 1:]) / accumulate
        loss.backward()
        total += loss.detach()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    losses.append(total.item())
    times.append(time.perf_counter() - started)
    users.append(os.times().user)
half = times[steps // 2:]
peak = torch.cuda.max_memory_allocated() >> 20 if device == "cuda" else 0
print(json.dumps({"loss": sum(losses[-5:]) / 5, "seconds": sum(half) / len(half), "peak": peak,
                  "user": (users[-1] - users[steps // 2 - 1]) / len(half)}))
""".replace("VOCAB", str(VOCAB))


def write_dataset(prefix, count):
    """Ids by Zipf's law, so that the loss falls the same way in any order; as MMIDIDX, in documents of 1,000."""
    import numpy as np
    count -= count % 1000
    ids = (np.random.default_rng(1).zipf(1.2, count) % 50000).astype(np.uint16)
    ids.tofile(f"{prefix}.bin")
    documents = count // 1000
    with open(f"{prefix}.idx", "wb") as file:
        file.write(b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, documents, documents + 1))
        np.full(documents, 1000, np.int32).tofile(file)
        (np.arange(documents, dtype=np.int64) * 2000).tofile(file)
        np.arange(documents + 1, dtype=np.int64).tofile(file)


def run_owt(program, options, log_interval, steps):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    process = subprocess.run([program, "train", *options, "--train-iters", str(steps), "--log-interval", str(log_interval)],
                             capture_output=True, text=True)
    user = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    log = process.stdout + process.stderr
    if process.returncode:
        raise SystemExit(log)
    rows = re.findall(r"iteration +(\d+)/.*?elapsed time per iteration \(ms\): ([0-9.]+).*?lm loss: ([0-9.E+-]+)", log)
    memory = re.search(r"(\d+) MiB of device memory", log)
    return [(int(i), float(ms) / 1e3, float(loss)) for i, ms, loss in rows], int(memory[1]) if memory else 0, user


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--model", choices=MODELS, default="tiny")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--compile", action="store_true", help="run the peer under torch.compile too")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--micro-batch", type=int, default=8)
    parser.add_argument("--accumulate", type=int, default=1)
    parser.add_argument("--steps", type=int, default=40, help="a multiple of 10")
    a = parser.parse_args()
    layers, width, heads, length = MODELS[a.model]
    tokens = a.micro_batch * a.accumulate * length
    print(f"{a.model} on {a.device}, {'bf16' if a.bf16 else 'fp32'}, {a.threads} threads, {tokens} tokens a step in micro batches of {a.micro_batch} x {length}", flush=True)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        write_dataset(folder / "data", (a.steps + 3) * tokens)
        options = ["--data", folder / "data", "--split", "1,0,0", "--num-layers", layers, "--hidden-size", width, "--num-attention-heads", heads,
                   "--seq-length", length, "--micro-batch-size", a.micro_batch, "--global-batch-size", a.micro_batch * a.accumulate,
                   "--lr", 1e-3, "--min-lr", 1e-3, "--eval-interval", 0, "--device", a.device, "-j", a.threads]
        options = [str(option) for option in options] + (["--bf16"] if a.bf16 else [])
        # The first update of a run with a warm-up changes nothing: what it saves is what a run starts from.
        run_owt(a.bin / "owt", [*options, "--lr-warmup-fraction", "0.5", "--save", str(folder / "start"), "--save-interval", "1"], 1, 2)
        start = folder / "start/iter_0000001/model.safetensors"
        options += ["--lr-warmup-fraction", "0"]
        rows, peak, user = run_owt(a.bin / "owt", options, 5, a.steps)
        if a.device == "cpu":
            user = (user - run_owt(a.bin / "owt", options, 5, a.steps // 2)[2]) / (a.steps - a.steps // 2)
        late = [row for row in rows if row[0] > a.steps // 2]
        seconds, loss = sum(row[1] for row in late) / len(late), rows[-1][2]
        print(f"  owt: {tokens / seconds:,.0f} tokens/s, loss {loss:.4f}, {peak} MiB on the device" + (f", {tokens / user:,.0f} tokens a second of user CPU time" if a.device == "cpu" else ""), flush=True)
        for compiled in ([False, True] if a.compile else [False]):
            arguments = [layers, width, heads, length, a.micro_batch, a.accumulate, a.steps, a.threads, a.device, a.bf16, compiled,
                         str(folder / "data.bin"), str(start)]
            done = subprocess.run([sys.executable, "-W", "ignore", "-c", PEER, json.dumps(arguments)], capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr)
            peer = json.loads(done.stdout.splitlines()[-1])
            if abs(peer["loss"] - loss) > 0.01 * loss:
                raise SystemExit(f"the losses differ: owt {loss:.4f}, PyTorch {peer['loss']:.4f}")
            print(f"  PyTorch {'torch.compile' if compiled else 'eager'}: {tokens / peer['seconds']:,.0f} tokens/s, loss {peer['loss']:.4f}, {peer['peak']} MiB"
                  f"; owt / PyTorch {peer['seconds'] / seconds:.2f}" + (f"; {tokens / peer['user']:,.0f} tokens a second of user CPU time, owt / PyTorch {peer['user'] / user:.2f}" if a.device == "cpu" else ""), flush=True)


main()
