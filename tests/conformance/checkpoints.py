#!/usr/bin/env python3
"""Models of other programs, in and out, compared with transformers on PyTorch.

    tests/conformance/checkpoints.py build/release/bin/model_probe build/release/bin/owt

A GPT-2 that transformers makes is written as each program lays it out (by torch.save, or byte by byte for
llm.c); owt loads it, and its logits are those of transformers. Folders that `owt convert-checkpoint` writes are
loaded by AutoModelForCausalLM and AutoTokenizer. megatron-core's own GPTModel computes on the CPU. llm.c's files
come back byte for byte. Damaged and hostile files end with a message, and nothing in them runs. Exits 1 where something differs.
"""

import argparse
import contextlib
import functools
import os
import pathlib
import pickle
import random
import subprocess
import sys
import tempfile

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel
from transformers.utils import logging

TOLERANCE = 1e-5
LAYERS = 3
problems = 0


def check(what, is_right, note=""):
    global problems
    print(f"{'ok ' if is_right else 'BAD'} {what}{': ' if note else ''}{note}")
    problems += not is_right


def make_model(seed, vocab=997, bias=True, **options):
    torch.manual_seed(seed)
    sizes = {"n_layer": LAYERS, "n_embd": 192, "n_head": 3, "n_positions": 48, "vocab_size": vocab, "bos_token_id": 0, "eos_token_id": 0}
    dropout = {"embd_pdrop": 0, "attn_pdrop": 0, "resid_pdrop": 0}
    model = GPT2LMHeadModel(GPT2Config(**{**sizes, **dropout, **options})).eval()
    with torch.no_grad():  # biases and LayerNorms start at 0 and 1, which would hide mistakes
        for name, parameter in model.named_parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
            if not bias and name.endswith(".bias"):
                parameter.zero_()
    return model


def parameters(model):
    return {name.removeprefix("transformer."): p.detach() for name, p in model.named_parameters()}


def is_product(name):
    return name.endswith(".weight") and (".attn." in name or ".mlp." in name)


def linear(name, tensor):
    """A parameter as torch.nn.Linear has it: [out, in]."""
    return tensor.t().contiguous() if is_product(name) else tensor


def nanogpt(model, bias, prefix):
    state = {f"{prefix}transformer.{n}": linear(n, p) for n, p in parameters(model).items() if bias or not n.endswith(".bias")}
    state[f"{prefix}lm_head.weight"] = state[f"{prefix}transformer.wte.weight"]
    c = model.config
    arguments = {"n_layer": c.n_layer, "n_head": c.n_head, "n_embd": c.n_embd, "block_size": c.n_positions, "bias": bias, "vocab_size": None, "dropout": 0.0}
    named = [torch.nn.Parameter(p.clone()) for p in parameters(model).values()]
    optimizer = torch.optim.AdamW(named, lr=1e-3)
    sum(p.sum() for p in named).backward()
    optimizer.step()
    return {"model": state, "optimizer": optimizer.state_dict(), "model_args": arguments, "iter_num": 2000, "best_val_loss": torch.tensor(3.25), "config": {"out_dir": "out", "eval_interval": 2000, "learning_rate": 6e-4, "compile": True}}


def rows_of_version(matrix, version, heads):
    """Rows in the order q, k, v of all heads -> the order of a checkpoint version."""
    rest = matrix.shape[1:]
    width = matrix.shape[0] // 3 // heads
    parts = matrix.view(3, heads, width, *rest)
    if version == 1:
        parts = parts.permute(1, 2, 0, *range(3, parts.dim()))
    elif version >= 2:
        parts = parts.transpose(0, 1)
    return parts.reshape(matrix.shape).contiguous()


def megatron(model, version, stack, attention, dtype, **options):
    c = model.config
    names = {"ln_1": "input_layernorm", "attn.c_attn": f"{attention}.query_key_value", "attn.c_proj": f"{attention}.dense", "ln_2": "post_attention_layernorm", "mlp.c_fc": "mlp.dense_h_to_4h", "mlp.c_proj": "mlp.dense_4h_to_h"}
    tensors = {}
    for name, parameter in parameters(model).items():
        tensor = linear(name, parameter).to(dtype)
        if name.startswith("h."):
            _, layer, rest = name.split(".", 2)
            part, kind = rest.rsplit(".", 1)
            if part == "attn.c_attn":
                tensor = rows_of_version(tensor, version, c.n_head)
            tensors[f"layers.{layer}.{names[part]}.{kind}"] = tensor
        elif name.startswith("ln_f."):
            tensors["final_layernorm." + name.removeprefix("ln_f.")] = tensor
    embedding = {"word_embeddings": {"weight": parameters(model)["wte.weight"].to(dtype)}, "position_embeddings": {"weight": parameters(model)["wpe.weight"].to(dtype)}}
    arguments = argparse.Namespace(num_layers=c.n_layer, hidden_size=c.n_embd, num_attention_heads=c.n_head, max_position_embeddings=c.n_positions, padded_vocab_size=c.vocab_size, tensor_model_parallel_size=1, pipeline_model_parallel_size=1, layernorm_epsilon=1e-5, bias_gelu_fusion=True, openai_gelu=False, params_dtype=torch.half, data_path=["x"], world_size=1, **options)
    state = {"args": arguments, "iteration": 1000, "model": {"language_model": {"embedding": embedding, stack: tensors}}}
    state["optimizer"] = {"optimizer": {"state": {0: {"exp_avg": torch.randn(5)}}, "param_groups": [{"lr": 1e-4, "params": [0]}]}, "fp32_from_fp16_params": [[torch.randn(3)]]}
    state["rng_state"] = [{"random_rng_state": random.getstate(), "np_rng_state": np.random.get_state(), "torch_rng_state": torch.get_rng_state(), "rng_tracker_states": {}}]
    if version > 0:
        state["checkpoint_version"] = float(version)
    return state


def llmc_bytes(model, bf16):
    """The model file of llm.c, after its reference implementation in Python."""
    c = model.config
    padded = (c.vocab_size + 127) // 128 * 128
    header = np.zeros(256, dtype=np.int32)
    header[:8] = [20240326, 5 if bf16 else 3, c.n_positions, c.vocab_size, c.n_layer, c.n_head, c.n_embd, padded]
    named = parameters(model)
    order = [torch.nn.functional.pad(named["wte.weight"], (0, 0, 0, padded - c.vocab_size)), named["wpe.weight"]]
    for part in ("ln_1.weight", "ln_1.bias", "attn.c_attn.weight", "attn.c_attn.bias", "attn.c_proj.weight", "attn.c_proj.bias", "ln_2.weight", "ln_2.bias", "mlp.c_fc.weight", "mlp.c_fc.bias", "mlp.c_proj.weight", "mlp.c_proj.bias"):
        order += [linear(f"h.{i}.{part}", named[f"h.{i}.{part}"]) for i in range(c.n_layer)]
    order += [named["ln_f.weight"], named["ln_f.bias"]]
    bodies = [t.to(torch.bfloat16).contiguous().view(torch.int16) if bf16 else t.contiguous() for t in order]
    return header.tobytes() + b"".join(b.numpy().tobytes() for b in bodies)


class Tester:
    def __init__(self, probe, owt, folder):
        self.probe, self.owt, self.folder = pathlib.Path(probe).resolve(), pathlib.Path(owt).resolve(), folder
        self.count = 0

    def new(self, name):
        self.count += 1
        return self.folder / f"{self.count}-{name}"

    def logits(self, checkpoint, tokens):
        out = self.new("out")
        out.mkdir()
        (out / "tokens").write_bytes(tokens.numpy().tobytes())
        command = [self.probe, checkpoint, out / "tokens", str(len(tokens)), "0", out, "cpu", "fp32", "autograd"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stderr)
            return None
        return load_file(out / "first.safetensors")["logits"]

    def compare(self, what, checkpoint, model):
        tokens = torch.randint(0, model.config.vocab_size, (2, 41))
        with torch.no_grad():
            expected = model(tokens[:, :-1]).logits
        actual = self.logits(checkpoint, tokens)
        if actual is None:
            return check(what, False, "owt cannot load it")
        difference = ((actual - expected).norm() / expected.norm()).item()
        check(what, difference <= TOLERANCE, f"logits differ by {difference:.1e}")

    def saved(self, name, value, **options):
        path = self.new(name)
        torch.save(value, path, **options)
        return path

    def convert(self, source, target, *options):
        return subprocess.run([self.owt, "convert-checkpoint", "--checkpoint", source, "--output", target, *options], capture_output=True, text=True)


def rounded(model, dtype):
    """The model whose parameters are those of `model`, rounded."""
    copy = GPT2LMHeadModel(model.config).eval()
    copy.load_state_dict({name: t.to(dtype).float() for name, t in model.state_dict().items()})
    return copy


def test_hugging_face(t):
    model = make_model(1)
    for name, options in (("pytorch_model.bin", {}), ("pytorch_model.bin before 1.6", {"_use_new_zipfile_serialization": False})):
        folder = t.new("hf")
        model.config.save_pretrained(folder)
        torch.save(model.state_dict(), folder / "pytorch_model.bin", **options)
        t.compare(f"Hugging Face, {name}", folder, model)
    for dtype in (torch.float16, torch.bfloat16):
        folder = t.new("hf")
        rounded(model, dtype).to(dtype).save_pretrained(folder)
        t.compare(f"Hugging Face in {dtype}", folder, rounded(model, dtype))
        t.compare(f"the same by its file", folder / "model.safetensors", rounded(model, dtype))
    exact = make_model(2, activation_function="gelu")
    folder = t.new("hf")
    exact.save_pretrained(folder)
    t.compare("Hugging Face with the exact GELU", folder, exact)


def test_nanogpt(t):
    for bias in (True, False):
        model = make_model(3, bias=bias, activation_function="gelu")
        for prefix in ("", "_orig_mod."):
            path = t.saved("ckpt.pt", nanogpt(model, bias, prefix))
            t.compare(f"nanoGPT, bias={bias}, prefix '{prefix}'", path, model)
        folder = t.new("from-nanogpt")
        done = t.convert(path, folder)
        check("nanoGPT to a folder", done.returncode == 0, done.stderr.strip().splitlines()[-1])
        with torch.no_grad():
            tokens = torch.randint(0, model.config.vocab_size, (2, 40))
            again = AutoModelForCausalLM.from_pretrained(folder).eval()
            check("the same logits in transformers, all bits", torch.equal(again(tokens).logits, model(tokens).logits))


def test_megatron(t):
    model = make_model(4, vocab=1024)
    for version in (0, 1, 2, 3):
        stack, attention = ("transformer", "attention") if version < 2 else ("encoder", "self_attention")
        for dtype in (torch.float32, torch.float16):
            state = megatron(model, version, stack, attention, dtype)
            t.compare(f"Megatron-LM, version {version}, {dtype}", t.saved("model_optim_rng.pt", state), rounded(model, dtype))
    release = t.new("345m")
    (release / "release/mp_rank_00").mkdir(parents=True)
    (release / "latest_checkpointed_iteration.txt").write_text("release")
    state = megatron(model, 0, "transformer", "attention", torch.float32)
    torch.save(state, release / "release/mp_rank_00/model_optim_rng.pt", _use_new_zipfile_serialization=False)
    t.compare("a release folder, saved before PyTorch 1.6", release, model)
    del state["args"]  # heads of 64 then
    t.compare("without args", t.saved("model_optim_rng.pt", state), model)
    parameters = torch.nn.ParameterDict({"a": torch.nn.Parameter(torch.ones(3))})  # what is passed over
    state["more"] = [parameters, torch.optim.SGD(parameters.parameters(), lr=0.1), {1, 2}, frozenset([3]), np.float64(2.5), slice(1, 2), torch.Size([1]), torch.device("cpu")]
    for protocol in (2, 3, 4, 5):
        t.compare(f"with objects in it, pickle protocol {protocol}", t.saved("model_optim_rng.pt", state, pickle_protocol=protocol), model)


def megatron_core(tanh):
    """megatron-core's own GPTModel on the CPU, which has no other way in than a GPU's in two places."""
    from megatron.core import parallel_state
    from megatron.core.models.gpt.gpt_layer_specs import get_gpt_layer_local_spec
    from megatron.core.models.gpt.gpt_model import GPTModel
    from megatron.core.tensor_parallel.random import CudaRNGStatesTracker
    from megatron.core.transformer.transformer_config import TransformerConfig

    torch.cuda.current_device = lambda: "cpu"
    CudaRNGStatesTracker.fork = lambda self, name="": contextlib.nullcontext()
    if not torch.distributed.is_initialized():
        torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
        parallel_state.initialize_model_parallel(1, 1)
    config = TransformerConfig(num_layers=LAYERS, hidden_size=192, num_attention_heads=3, use_cpu_initialization=True, bias_activation_fusion=False, activation_func=functools.partial(torch.nn.functional.gelu, approximate="tanh" if tanh else "none"), hidden_dropout=0, attention_dropout=0, masked_softmax_fusion=False, bias_dropout_fusion=False, pipeline_dtype=torch.float32)
    model = GPTModel(config=config, transformer_layer_spec=get_gpt_layer_local_spec(), vocab_size=1024, max_sequence_length=48, position_embedding_type="learned_absolute", share_embeddings_and_output_weights=True).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return model


def test_megatron_core(t):
    for tanh in (False, True):
        torch.manual_seed(10)
        model = megatron_core(tanh)
        arguments = argparse.Namespace(num_attention_heads=3, tensor_model_parallel_size=1, pipeline_model_parallel_size=1, bias_gelu_fusion=tanh, openai_gelu=False, normalization="LayerNorm", position_embedding_type="learned_absolute", untie_embeddings_and_output_weights=False, norm_epsilon=1e-5, add_bias_linear=True)
        path = t.saved("model_optim_rng.pt", {"args": arguments, "checkpoint_version": 3.0, "iteration": 10, "model": model.state_dict()})
        tokens = torch.randint(0, 1024, (2, 41))
        mask = torch.triu(torch.ones(1, 1, 40, 40, dtype=torch.bool), 1)
        with torch.no_grad():
            expected = model(tokens[:, :-1], torch.arange(40).expand(2, 40), mask)
        actual = t.logits(path, tokens)
        difference = ((actual - expected).norm() / expected.norm()).item() if actual is not None else 1
        check(f"megatron-core's GPTModel, GELU {'by tanh' if tanh else 'exact'}", difference <= TOLERANCE, f"logits differ by {difference:.1e}")


def test_llmc(t):
    model = make_model(5)
    for bf16 in (False, True):
        expected = llmc_bytes(model, bf16)
        path = t.new("theirs.bin")
        path.write_bytes(expected)
        option = ["--bf16"] if bf16 else []
        t.compare(f"llm.c, {'bf16' if bf16 else 'fp32'}", path, rounded(model, torch.bfloat16) if bf16 else model)
        folder, again = t.new("from-llmc"), t.new("ours.bin")
        done = [t.convert(path, folder), t.convert(folder, again, *option)]
        check("llm.c to a folder and back, byte for byte", all(d.returncode == 0 for d in done) and again.read_bytes() == expected)
        source = t.new("hf")
        model.save_pretrained(source)
        again = t.new("ours.bin")
        t.convert(source, again, *option)
        check("Hugging Face to llm.c, byte for byte", again.read_bytes() == expected)
    done = t.convert(t.saved("ckpt.pt", nanogpt(make_model(6, activation_function="gelu"), True, "")), t.new("no.bin"))
    check("the exact GELU is no model for llm.c", done.returncode == 1 and "exact GELU" in done.stderr)


def test_tokenizer(t):
    model = make_model(7, vocab=50304)
    source, folder = t.new("hf"), t.new("with-tokenizer")
    model.save_pretrained(source)
    check("a folder with GPT-2's vocabulary", t.convert(source, folder).returncode == 0)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    text = "Hello world, 1234 — naïve café \U0001f600\n\n  two  blanks"
    check("AutoTokenizer", tokenizer("Hello world")["input_ids"] == [15496, 995] and tokenizer.decode(tokenizer(text)["input_ids"]) == text)
    check("its end of text", tokenizer.eos_token_id == 50256 and tokenizer("<|endoftext|>")["input_ids"] == [50256] and len(tokenizer) == 50257)
    with torch.no_grad():
        tokens = torch.tensor([tokenizer(text)["input_ids"]])
        check("AutoModelForCausalLM", torch.equal(AutoModelForCausalLM.from_pretrained(folder).eval()(tokens).logits, model(tokens).logits))
    half = t.new("bf16")
    check("a folder in bf16", t.convert(source, half, "--bf16").returncode == 0)
    loaded = AutoModelForCausalLM.from_pretrained(half)
    check("which transformers loads as such", loaded.dtype == torch.bfloat16 and torch.equal(loaded.transformer.wte.weight.float(), rounded(model, torch.bfloat16).transformer.wte.weight))


class Attack:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def test_hostile(t):
    mark = t.folder / "was-here"
    model = make_model(8, activation_function="gelu")
    state = nanogpt(model, True, "")
    state["config"] = Attack(mark)
    t.compare("a file with an attack in a part that is passed over", t.saved("ckpt.pt", state), model)
    state["model"]["transformer.wte.weight"] = Attack(mark)
    done = t.convert(t.saved("ckpt.pt", state), t.new("no"))
    check("one in the place of a tensor", done.returncode == 1, done.stderr.strip())
    raw = t.new("raw.pt")
    raw.write_bytes(pickle.dumps(Attack(mark)))
    check("one alone", t.convert(raw, t.new("no")).returncode == 1)
    check("nothing was executed", not mark.exists())
    whole = t.saved("ckpt.pt", nanogpt(model, True, "")).read_bytes()
    generator = random.Random(9)
    crashed = accepted = 0
    for i in range(60):
        damaged = bytearray(whole)
        if i % 2:
            damaged = damaged[: generator.randrange(len(damaged))]
        else:
            for _ in range(3):
                damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        path = t.new("damaged.pt")
        path.write_bytes(damaged)
        done = t.convert(path, t.new("no"))
        crashed += done.returncode not in (0, 1)
        accepted += done.returncode == 0
    check("60 damaged files: none crashes", crashed == 0, f"{accepted} accepted, with damage in what is not read")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("owt")
    parser.add_argument("--only", nargs="*", help="names of tests, such as llmc")
    options = parser.parse_args()
    torch.set_num_threads(2)
    logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        tester = Tester(options.probe, options.owt, pathlib.Path(folder))
        for test in (test_hugging_face, test_nanogpt, test_megatron, test_megatron_core, test_llmc, test_tokenizer, test_hostile):
            if not options.only or test.__name__.removeprefix("test_") in options.only:
                test(tester)
    print(f"{problems} differences")
    sys.exit(problems > 0)


main()
