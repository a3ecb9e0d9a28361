#pragma once

#include <string>
#include <string_view>

#include "trainer/checkpoint/stored_model.h"

namespace owt::trainer {

// llm.c's model file (train_gpt2.cu, gpt2_write_to_checkpoint), little endian:
//   256 i32   20240326, version (3: fp32, 5: bf16), positions, V, layers, heads, C, Vp, zeros
//   tensors   each of all layers in a row; matrices [out, in]:
//             wte (Vp, C), wpe, ln1 weight, bias, qkv weight, bias, attention's projection weight,
//             bias, ln2 weight, bias, fc weight, bias, fc's projection weight, bias, final ln
//             weight, bias
// Vp is V padded to a multiple of 128 with rows of zeros that take part in nothing.

bool LooksLikeLlmcModel(std::string_view bytes);

// The padding is left out: the vocabulary is V. Throws Error{kInput} naming `file` for another
// version or a length that does not fit the header.
void ReadLlmcModel(std::string_view bytes, const std::string& file, StoredModel* model);

// Writes `path` in version 3 or 5. The model's whole vocabulary is V: a padding that took part in
// the training goes on doing so. Throws Error{kInput} for a model that llm.c does not compute.
void WriteLlmcModel(const StoredModel& model, Precision precision, const std::string& path);

}  // namespace owt::trainer
