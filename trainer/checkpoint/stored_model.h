#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/mapped_file.h"
#include "formats/tensor_view.h"
#include "trainer/config.h"

namespace owt::trainer {

// A parameter as it lies in a file. The view has the elements in the order of Hugging Face's
// tensor, and may have more dimensions than that.
struct StoredParameter {
  formats::TensorView view;
  std::vector<int64_t> shape;
};

// A GPT-2 of any layout that owt reads, seen as Hugging Face's: its names, shapes and order of q,
// k, v. Nothing is copied before a parameter is read. Views point into `files`.
struct StoredModel {
  ModelConfig config;  // without dropout, which no parameter shows
  std::string file;    // that holds the parameters, for messages
  std::map<std::string, StoredParameter, std::less<>> parameters;  // without "transformer."
  std::vector<formats::MappedFile> files;
};

// Opens what ResolveCheckpoint returned:
//   a folder with config.json and model.safetensors (ours, Hugging Face's) or pytorch_model.bin
//   a file of torch.save: nanoGPT's ckpt.pt, Megatron-LM's model_optim_rng.pt, or a state_dict of
//     Hugging Face's with config.json beside it
//   a model .bin of llm.c
// Throws Error{kInput} for what is none of these, is damaged, or holds a model that owt's GPT-2
// does not compute. Executes nothing. Memory: names and shapes.
StoredModel OpenStoredModel(const std::string& path);

// The same from the bytes of a single file; `config_json` is that of the file config.json.
// For tests and fuzzing.
void ReadModelBytes(std::string_view bytes, const std::string& file,
                    const std::function<std::string()>& config_json, StoredModel* model);

// Copies a parameter, by its name with "transformer.", as fp32. Throws Error{kInput} where there is
// none, or one of another shape or without floating-point numbers. REQUIRES: out has the elements
// of `shape`.
void ReadParameter(const StoredModel& model, std::string_view name, std::span<const int64_t> shape,
                   std::span<float> out);

}  // namespace owt::trainer
