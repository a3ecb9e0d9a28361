#include "stages/filter/judge.h"

#include "stages/filter/dolma_gopher.h"
#include "stages/filter/fasttext_quality.h"
#include "stages/filter/mask_phones.h"
#include "stages/filter/perplexity.h"
#include "stages/filter/word_breaks.h"

namespace owt::filter {

Judge::Judge(const FilterRules& rules) : rules_(rules) {
  if (!rules.url.domains.empty()) suffixes_ = std::make_unique<text::PublicSuffix>();
  if (rules.icu_words) breaks_ = std::make_unique<WordBreaks>();
  if (rules.fasttext) fasttext_ = std::make_unique<FasttextJudge>(*rules.fasttext);
  if (rules.perplexity) perplexity_ = std::make_unique<PerplexityJudge>(*rules.perplexity);
}

Judge::~Judge() = default;

// What a rule has left of the text is what the next ones are asked about.
void Judge::GoOnWith(std::string_view text, bool with_words) {
  if (text == text_) return;
  text_ = text;
  with_words ? parts_.Cut(text_) : parts_.CutLines(text_);
}

// Of the text as it is now, cut into words as those rules have them that ask for a language's.
const TextParts& Judge::PartsInWords() {
  if (!breaks_) return parts_;
  parts_in_words_.Cut(text_);
  parts_in_words_.PartWords(breaks_->Of(text_));
  return parts_in_words_;
}

std::string_view Judge::bucket() const { return perplexity_->bucket(); }

// True: the text is dropped.
bool Judge::AskC4() {
  if (c4_.Edit(parts_, *rules_.c4, &findings_, &changes_)) return true;
  const bool words_are_read = rules_.characters || fasttext_;
  GoOnWith(c4_.text(), words_are_read);
  return false;
}

bool Judge::AskAll(std::string_view url) {
  if (!rules_.url.empty() && JudgeUrl(url, rules_.url, suffixes_.get(), &findings_)) return true;
  parts_.Cut(text_);
  if (rules_.ended_lines) {
    KeepEndedLines(parts_, &ended_lines_, &changes_);
    GoOnWith(ended_lines_);
  }
  const bool asks_gopher = rules_.gopher.repetition || rules_.gopher.quality;
  if (asks_gopher && gopher_.Ask(PartsInWords(), rules_.gopher, &counter_, &findings_)) return true;
  if (rules_.dclm_lines) {
    if (dclm_lines_.Edit(parts_, *rules_.dclm_lines, &findings_, &changes_)) return true;
    GoOnWith(dclm_lines_.text());
  }
  if (rules_.c4 && AskC4()) return true;
  if (rules_.c4_paragraphs && JudgeC4Paragraphs(parts_, *rules_.c4_paragraphs, &findings_)) {
    return true;
  }
  if (rules_.bad_words && findings_.AtMost("document_removed_with_badwords",
                                           rules_.bad_words->FoundIn(text_, &scratch_), 0)) {
    return true;
  }
  if (rules_.fineweb && JudgeFineWeb(PartsInWords(), *rules_.fineweb, &counter_, &findings_)) {
    return true;
  }
  if (rules_.characters && JudgeCharacters(parts_, *rules_.characters, &findings_)) return true;
  if (fasttext_ && fasttext_->Ask(parts_, &findings_)) return true;
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
