#include "stages/text/fasttext_classifier.h"

namespace owt::text {

FasttextClassifier::FasttextClassifier(const std::string& path)
    : file_(std::make_unique<formats::MappedFile>(path)),
      model_(formats::ParseFasttextModel(file_->bytes(), path)),
      features_(model_),
      input_(model_.input),
      output_(model_) {}

FasttextClassifier::FasttextClassifier(std::string_view bytes, const std::string& name)
    : model_(formats::ParseFasttextModel(bytes, name)),
      features_(model_),
      input_(model_.input),
      output_(model_) {}

FasttextPredictor::FasttextPredictor(const FasttextClassifier& classifier)
    : classifier_(classifier), sum_(classifier.input_) {}

std::span<const FasttextPrediction> FasttextPredictor::Predict(std::string_view text, size_t most,
                                                               float least) {
  sum_.Reset();
  classifier_.features_.Push(text, &features_, &sum_);
  const float* mean = sum_.Mean();
  if (mean == nullptr) return {};
  classifier_.output_.Predict(mean, most, least, &output_);
  return output_.predictions;
}

}  // namespace owt::text
