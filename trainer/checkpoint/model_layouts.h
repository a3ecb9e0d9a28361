#pragma once

#include <functional>
#include <map>
#include <string>

#include "formats/torch_file.h"
#include "trainer/checkpoint/config_json.h"
#include "trainer/checkpoint/stored_model.h"

namespace owt::trainer {

// The layouts in which others store a GPT-2. Each function fills the config and the parameters of
// `model`, and throws Error{kInput} with `file` where a tensor is missing or of an odd shape, or
// where the model computes something else.

// Tensors by the names that a file gives them.
using NamedViews = std::map<std::string, formats::TensorView, std::less<>>;

// Hugging Face's names, with and without "transformer."; matrices are [in, out].
void ReadHuggingFaceModel(const NamedViews& tensors, const ConfigFacts& facts, StoredModel* model);

// nanoGPT's, which are Hugging Face's with matrices [out, in], and perhaps "_orig_mod." before
// them. `root` is the dict that ckpt.pt holds.
void ReadNanoGptModel(formats::TorchFile& torch, formats::PickleId root, const std::string& file,
                      StoredModel* model);

// Megatron-LM's, of one rank: the layout of 2019 to 2023, checkpoint versions 0 to 3, and the names
// of megatron-core's GPTModel. `root` is the dict that model_optim_rng.pt holds.
void ReadMegatronModel(formats::TorchFile& torch, formats::PickleId root, const std::string& file,
                       StoredModel* model);

// One of the three above, by what the file holds. `config_json` is asked for Hugging Face's only.
void ReadTorchModel(formats::TorchFile& torch, const std::string& file,
                    const std::function<std::string()>& config_json, StoredModel* model);

// The tensors in nested dicts, under dotted names. Throws Error{kInput} for dicts nested deeper
// than 8 and for more than 100,000 entries.
NamedViews CollectTensors(formats::TorchFile& torch, formats::PickleId dict,
                          const std::string& file);

// Whether both hold the same numbers.
bool SameElements(const formats::TensorView& a, const formats::TensorView& b);

}  // namespace owt::trainer
