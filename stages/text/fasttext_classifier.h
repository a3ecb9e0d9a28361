#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "formats/fasttext_model.h"
#include "formats/mapped_file.h"
#include "stages/text/fasttext_features.h"
#include "stages/text/fasttext_input.h"
#include "stages/text/fasttext_output.h"

namespace owt::text {

// A classifier that fastText has trained (a .bin or .ftz of `fasttext supervised`), such as
// lid.176.ftz: what it says equals fastText's own answer in every bit. Immutable; one serves all
// threads.
class FasttextClassifier {
 public:
  // Maps the file, of which large matrices are read as texts ask for them. Throws Error{kInput}
  // where it is missing or no classifier.
  explicit FasttextClassifier(const std::string& path);

  // The same from memory, which must outlive the object; `name` is for errors.
  FasttextClassifier(std::string_view bytes, const std::string& name);

  // Names of the labels with their prefix, by number.
  std::span<const formats::FasttextLabel> labels() const { return model_.labels; }

 private:
  friend class FasttextPredictor;

  std::unique_ptr<formats::MappedFile> file_;
  formats::FasttextModel model_;
  FasttextFeatures features_;
  FasttextInput input_;
  FasttextOutput output_;
};

// Asks a classifier. One per thread: it keeps its memory from text to text.
class FasttextPredictor {
 public:
  explicit FasttextPredictor(const FasttextClassifier& classifier);

  // The `most` likeliest labels with a probability of `least` or more, the likeliest first; none
  // for a text that has no feature of the model. Line feeds count as blanks. Takes any bytes, in
  // time linear in them. Valid until the next call.
  std::span<const FasttextPrediction> Predict(std::string_view text, size_t most = 1,
                                              float least = 0);

 private:
  const FasttextClassifier& classifier_;
  FasttextSum sum_;
  FasttextFeatures::Scratch features_;
  FasttextOutput::Scratch output_;
};

}  // namespace owt::text
