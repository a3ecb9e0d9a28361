#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <string>
#include <string_view>
#include <vector>

#include "stages/text/fasttext_classifier.h"

namespace owt::langdetect {

// What a model names the language of a text.
struct ModelAnswer {
  std::string_view label;  // as the model has it, without "__label__"; empty: no answer
  std::string_view code;   // of the same language, as LanguageCodeOf says
  float probability = 0;   // 0 to 1
};

// A fastText model of languages. Deterministic and thread-safe: nothing but the text decides.
class LanguageModel {
 public:
  // Throws Error{kInput} where `path` is no fastText classifier.
  explicit LanguageModel(const std::string& path);

  // The likeliest language of a text; none for texts without any letter, of which the model would
  // name one nevertheless. Texts mostly in capitals are lowered first. Line feeds are blanks. Views
  // live as long as the model. REQUIRES: valid UTF-8.
  ModelAnswer Detect(std::string_view text) const;

  // Whether an answer can have `name` as its label or code.
  bool Knows(std::string_view name) const;

 private:
  struct Label {
    std::string_view name;
    std::string code;
  };

  using Predictors = oneapi::tbb::enumerable_thread_specific<text::FasttextPredictor>;

  text::FasttextClassifier classifier_;
  std::vector<Label> labels_;
  mutable Predictors predictors_;  // memory; it does not decide any answer
};

}  // namespace owt::langdetect
