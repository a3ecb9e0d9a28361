#include "stages/langdetect/model_language.h"

#include <algorithm>
#include <functional>

#include "stages/langdetect/language_code.h"
#include "stages/langdetect/letters.h"

namespace owt::langdetect {

LanguageModel::LanguageModel(const std::string& path)
    : classifier_(path), predictors_(std::cref(classifier_)) {
  for (const formats::FasttextLabel& label : classifier_.labels()) {
    labels_.push_back({WithoutLabelPrefix(label.name), LanguageCodeOf(label.name)});
  }
}

ModelAnswer LanguageModel::Detect(std::string_view text) const {
  if (!HasLetter(text)) return {};
  std::string lowered;
  if (IsMostlyCapitals(text)) {
    lowered = Lowered(text);
    text = lowered;
  }
  const auto predictions = predictors_.local().Predict(text);
  if (predictions.empty()) return {};
  const Label& label = labels_[static_cast<size_t>(predictions[0].label)];
  return {label.name, label.code, std::min(predictions[0].probability, 1.f)};
}

bool LanguageModel::Knows(std::string_view name) const {
  return std::any_of(labels_.begin(), labels_.end(), [name](const Label& label) {
    return label.name == name || label.code == name;
  });
}

}  // namespace owt::langdetect
