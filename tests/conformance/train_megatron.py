#!/usr/bin/env python3
"""Compares schedules, loss scale and document masks of `owt train` with megatron-core's own code.

    tests/conformance/train_megatron.py build/release/bin/train_probe [--cases N] [--seed N]

Learning rates with OptimizerParamScheduler, bit for bit; loss scales with DynamicGradScaler's update; positions, attention
and loss masks with _get_ltor_masks_and_position_ids. Settings are drawn at random. Exits 1 on a difference.
"""
import argparse, random, subprocess, sys

import torch
from megatron.core.datasets.gpt_dataset import _get_ltor_masks_and_position_ids
from megatron.core.optimizer.grad_scaler import DynamicGradScaler
from megatron.core.optimizer_param_scheduler import OptimizerParamScheduler

STYLES = ["cosine", "linear", "constant", "WSD", "inverse-square-root"]
WSD_STYLES = ["exponential", "linear", "cosine", "minus_sqrt"]


class Parameters:  # all that the scheduler asks of an optimizer
    def __init__(self):
        self.param_groups = [{}]


def schedule_case(r):
    batch, decay = r.choice([1, 3, 8, 512]), r.choice([2, 10, 97, 1000, 320000])
    lr = 10 ** r.uniform(-6, 0)
    minimum, init = lr * r.choice([0, 0.1, r.random(), 1]), lr * r.choice([0, 0, r.random()])
    fraction, iterations, samples = 0.0, 0, 0
    kind = r.randrange(4)
    if kind == 1:
        fraction = r.choice([0.01, 0.02, r.random() * 0.99])
    elif kind == 2:
        iterations = r.randrange(0, decay)
    elif kind == 3:
        samples = r.randrange(0, decay * batch)
    style, wsd_style, wsd = r.randrange(len(STYLES)), r.randrange(len(WSD_STYLES)), r.randrange(1, decay + 1)
    # As megatron/training/training.py, get_optimizer_param_scheduler.
    warmup = samples or iterations * batch or fraction * (decay * batch)
    if not warmup < decay * batch:
        return None
    places = {0, 1, int(warmup), int(warmup) + 1, decay * batch - 1, decay * batch, decay * batch + 1, (decay - wsd) * batch, (decay - wsd) * batch + 1}
    places |= {r.randrange(0, 2 * decay * batch) for _ in range(30)}
    places = sorted(place for place in places if place >= 0)
    theirs = OptimizerParamScheduler(Parameters(), init, lr, minimum, warmup, decay * batch, STYLES[style], 0.1, 0.1, 1, "constant",
                                     wsd_decay_steps=wsd * batch, lr_wsd_decay_style=WSD_STYLES[wsd_style])
    want = []
    for place in places:
        theirs.num_steps = place
        want.append(theirs.get_lr({}))
    request = ["schedule", style, wsd_style, wsd, repr(lr), repr(minimum), repr(init), repr(fraction), iterations, samples, decay, batch, *places]
    return request, want, STYLES[style]


def scale_case(r):
    initial, minimum = 2.0 ** r.randrange(0, 33), 2.0 ** r.randrange(-3, 1)
    window, hysteresis, share = r.choice([1, 2, 5, 20]), r.randrange(1, 5), r.choice([0.05, 0.3, 0.9])
    bits = "".join("1" if r.random() < share else "0" for _ in range(300))
    theirs = object.__new__(DynamicGradScaler)  # its constructor wants a GPU, the rule does not
    theirs._scale, theirs.min_scale = torch.tensor([initial]), torch.tensor([minimum])
    theirs.growth_factor, theirs.backoff_factor = torch.tensor([2.0]), torch.tensor([0.5])
    theirs.growth_interval, theirs.hysteresis = window, hysteresis
    theirs._growth_tracker, theirs._hysteresis_tracker = 0, hysteresis
    want = []
    for bit in bits:
        theirs.update(bit == "1")
        want.append(theirs._scale.item())
        if want[-1] > 1e30:  # theirs goes on to infinity
            break
    return ["scale", repr(initial), repr(minimum), window, hysteresis, bits[:len(want)]], want, "scale"


def documents_case(r):
    rows, length, end = r.randrange(1, 4), r.choice([1, 2, 7, 40]), 9
    positions, attention, loss = (r.random() < 0.5 for _ in range(3))
    ids = [end] * r.choice([0, 1, 5]) + list(range(20))
    tokens = torch.tensor([[r.choice(ids) for _ in range(length + 1)] for _ in range(rows)])
    want = [[], [], []]
    for row in tokens:
        mask, kept, places = _get_ltor_masks_and_position_ids(row[:-1], end, positions, attention, loss, True)
        want[0] += places.tolist()
        visible = ~mask[0]
        first = visible.int().argmax(1)
        # What is seen is one range that ends with the input itself.
        expected = torch.arange(length)[None, :] >= first[:, None]
        assert torch.equal(visible, expected & torch.ones(length, length).tril().bool())
        want[1] += first.tolist()
        want[2] += kept.int().tolist()
    return ["documents", end, int(positions), int(attention), int(loss), rows, *tokens.flatten().tolist()], sum(want, []), "documents"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("probe")
    parser.add_argument("--cases", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    r = random.Random(options.seed)
    cases = [case for _ in range(options.cases) for case in (schedule_case(r), scale_case(r), documents_case(r)) if case]
    text = "\n".join(" ".join(map(str, request)) for request, _, _ in cases)
    answers = subprocess.run([options.probe], input=text, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(answers) == len(cases), (len(answers), len(cases))
    counts, problems = {}, 0
    for (request, want, kind), answer in zip(cases, answers):
        numbers, told = counts.get(kind, (0, 0)), [float(word) for word in answer.split()]
        counts[kind] = (numbers[0] + 1, numbers[1] + len(want))
        if told != want:
            problems += 1
            if problems <= 10:
                where = next((i for i, (a, b) in enumerate(zip(told, want)) if a != b), None)
                print("BAD", " ".join(map(str, request))[:300], "at", where, told[where] if where is not None else len(told), want[where] if where is not None else len(want))
    for kind, (number, values) in sorted(counts.items()):
        print(f"{kind}: {number} settings, {values} values")
    print(f"{problems} differences")
    sys.exit(problems > 0)


main()
