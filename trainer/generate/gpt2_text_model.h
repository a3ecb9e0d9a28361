#pragma once

#include <memory>

#include "trainer/api.h"
#include "trainer/generate/text_model.h"

namespace owt::trainer {

class Gpt2;

// Api::open_text_model. Weights are kept in the type of the products. A token costs one pass over
// them for up to rows() texts.
std::unique_ptr<TextModel> OpenTextModel(const RunConfig& config, const Hooks& hooks);

// The same of a model in memory; its matrices are copied, the embeddings shared.
std::unique_ptr<TextModel> MakeTextModel(const Gpt2& model, Precision precision);

}  // namespace owt::trainer
