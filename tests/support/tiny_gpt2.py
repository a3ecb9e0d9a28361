"""A GPT-2 of Hugging Face's layout with random weights and GPT-2's vocabulary: some MiB, written without any library."""
import json, pathlib, random, struct

VOCAB = 50257


def write(folder, positions=64, hidden=16, layers=2, heads=2, seed=1, vocab=VOCAB):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {"wte.weight": [vocab, hidden], "wpe.weight": [positions, hidden]}
    for i in range(layers):
        for name, shape in (("ln_1.weight", [hidden]), ("ln_1.bias", [hidden]), ("attn.c_attn.weight", [hidden, 3 * hidden]),
                            ("attn.c_attn.bias", [3 * hidden]), ("attn.c_proj.weight", [hidden, hidden]),
                            ("attn.c_proj.bias", [hidden]), ("ln_2.weight", [hidden]), ("ln_2.bias", [hidden]),
                            ("mlp.c_fc.weight", [hidden, 4 * hidden]), ("mlp.c_fc.bias", [4 * hidden]),
                            ("mlp.c_proj.weight", [4 * hidden, hidden]), ("mlp.c_proj.bias", [hidden])):
            shapes[f"h.{i}.{name}"] = shape
    shapes |= {"ln_f.weight": [hidden], "ln_f.bias": [hidden]}
    # A few thousand numbers over and over: random enough, and quick to make.
    random_ = random.Random(seed)
    numbers = struct.pack("<4099f", *(random_.gauss(0, 0.5) for _ in range(4099)))
    header, data = {"__metadata__": {"format": "pt"}}, bytearray()
    for name, shape in shapes.items():
        size = 4 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        begin = len(data)
        if name.endswith((".weight",)) and len(shape) == 1:
            data += struct.pack("<f", 1.0) * shape[0]
        else:
            offset = 4 * random_.randrange(4099)
            data += ((numbers[offset:] + numbers * (size // len(numbers) + 1))[:size])
        header["transformer." + name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(data))
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2", "n_head": heads}))
