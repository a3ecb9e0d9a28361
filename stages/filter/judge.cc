#include "stages/filter/judge.h"

#include "stages/filter/mask_phones.h"
#include "stages/filter/perplexity.h"

namespace owt::filter {

Judge::Judge(const FilterRules& rules) : rules_(rules) {
  if (!rules.url.domains.empty()) suffixes_ = std::make_unique<text::PublicSuffix>();
  if (rules.perplexity) perplexity_ = std::make_unique<PerplexityJudge>(*rules.perplexity);
}

Judge::~Judge() = default;

std::string_view Judge::bucket() const { return perplexity_->bucket(); }

// True: the text is dropped.
bool Judge::AskC4() {
  const bool dropped = c4_.Edit(parts_, *rules_.c4, &findings_, &changes_);
  if (dropped || c4_.text() == text_) return dropped;
  text_ = c4_.text();
  parts_.Cut(text_);
  return false;
}

bool Judge::AskAll(std::string_view url) {
  if (!rules_.url.empty() && JudgeUrl(url, rules_.url, suffixes_.get(), &findings_)) return true;
  parts_.Cut(text_);
  if (rules_.gopher_repetition &&
      JudgeGopherRepetition(parts_, *rules_.gopher_repetition, &counter_, &ngrams_, &findings_)) {
    return true;
  }
  if (rules_.gopher_quality && JudgeGopherQuality(parts_, *rules_.gopher_quality, &findings_)) {
    return true;
  }
  if (rules_.c4 && AskC4()) return true;
  if (rules_.c4_paragraphs && JudgeC4Paragraphs(parts_, *rules_.c4_paragraphs, &findings_)) {
    return true;
  }
  if (rules_.bad_words && findings_.AtMost("document_removed_with_badwords",
                                           rules_.bad_words->FoundIn(text_, &scratch_), 0)) {
    return true;
  }
  if (rules_.fineweb && JudgeFineWeb(parts_, *rules_.fineweb, &counter_, &findings_)) return true;
  if (rules_.characters && JudgeCharacters(parts_, *rules_.characters, &findings_)) return true;
  return perplexity_ && perplexity_->Ask(text_, &findings_);
}

void Judge::Read(std::string_view text, std::string_view url, bool all) {
  findings_.Clear(all);
  changes_.Clear();
  text_ = text;
  if (AskAll(url)) return;
  if (MaskPii(text_, rules_.pii, &masked_, &changes_)) text_ = masked_;
  if (rules_.mask_phones && MaskPhones(text_, &without_phones_, &changes_)) text_ = without_phones_;
}

}  // namespace owt::filter
