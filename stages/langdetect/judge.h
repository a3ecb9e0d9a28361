#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "stages/langdetect/model_language.h"

namespace owt {
class Document;
}

namespace owt::langdetect {

// Who decides.
enum class Policy {
  kCld2,   // CLD2, where it calls its answer reliable
  kModel,  // the model
  kBoth,   // the model, where CLD2's best effort names the same language
};

struct Judgement {
  std::string label =
      "und";                 // as CLD2 or the model has it, or "und": nobody knows, or no agreement
  std::string code = "und";  // of the same language
  float score = 0;  // of the label, for "und" of the likeliest candidate: CLD2's share or, by the
                    // other policies, the model's probability
};

// Names the language of documents. Deterministic and thread-safe.
class Judge {
 public:
  // `with_hints`: CLD2 is told the top level domain of a document's URL and its field
  // content_language. REQUIRES: a model unless the policy is kCld2.
  Judge(Policy policy, std::unique_ptr<LanguageModel> model, bool with_hints);

  Judgement Of(const Document& document) const;

  // Whether a judgement can have `name` as its label or code.
  bool Knows(std::string_view name) const;

 private:
  Policy policy_;
  std::unique_ptr<LanguageModel> model_;
  bool with_hints_;
};

}  // namespace owt::langdetect
