// Any bytes as a fastText model, and any bytes as a text for it: an Error, or predictions that are
// ordered, name labels of the model, and come again when asked again. The first two bytes of an
// input say how long the text is, which follows them; the rest is the model.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "pipeline/error.h"
#include "stages/text/fasttext_classifier.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using owt::text::FasttextPrediction;
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string_view text = rest.substr(0, data[0] + 256u * data[1]);
  const std::string_view bytes = rest.substr(text.size());
  try {
    const owt::text::FasttextClassifier classifier(bytes, "fuzz");
    owt::text::FasttextPredictor predictor(classifier);
    const auto first = predictor.Predict(text, 5);
    const std::vector<FasttextPrediction> predictions(first.begin(), first.end());
    for (size_t i = 0; i < predictions.size(); ++i) {
      const auto label = static_cast<size_t>(predictions[i].label);
      if (label >= classifier.labels().size()) abort();
      if (!(predictions[i].probability >= 0)) abort();
      if (i > 0 && predictions[i].probability > predictions[i - 1].probability) abort();
    }
    const auto again = predictor.Predict(text, 5);
    const bool same = std::equal(again.begin(), again.end(), predictions.begin(), predictions.end(),
                                 [](const FasttextPrediction& a, const FasttextPrediction& b) {
                                   return a.label == b.label && a.probability == b.probability;
                                 });
    if (!same) abort();
  } catch (const owt::Error&) {
  }
  return 0;
}
