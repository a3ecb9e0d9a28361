#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stages/filter/bad_words.h"
#include "stages/filter/c4_quality.h"
#include "stages/filter/character_shares.h"
#include "stages/filter/dclm_lines.h"
#include "stages/filter/fineweb_quality.h"
#include "stages/filter/gopher.h"
#include "stages/filter/mask_pii.h"
#include "stages/filter/url_rules.h"

namespace owt::filter {

class FasttextJudge;
class FasttextRule;
class PerplexityJudge;
struct PerplexityRules;
class WordBreaks;

// All rules of a run, in the order in which they are asked. A list that is empty has none.
struct FilterRules {
  UrlLists url;
  bool icu_words = false;    // for gopher and fineweb; white space parts those of the others
  bool ended_lines = false;  // KeepEndedLines of dolma_gopher.h
  GopherRules gopher;
  std::optional<DclmLineRules> dclm_lines;
  std::optional<C4Rules> c4;
  std::optional<C4ParagraphRules> c4_paragraphs;
  std::optional<BadWords> bad_words;
  std::optional<FineWebRules> fineweb;
  std::optional<CharacterRules> characters;
  std::shared_ptr<const FasttextRule> fasttext;
  std::shared_ptr<const PerplexityRules> perplexity;
  PiiRules pii;
  bool mask_phones = false;
};

// Asks the rules about one text after the other. Keeps its memory: one per thread.
class Judge {
 public:
  // `rules` must outlive the judge.
  explicit Judge(const FilterRules& rules);
  ~Judge();

  // Asks about a text in valid UTF-8 and its address. Without `all` it stops at the first rule that
  // fails. What rules on lines leave of a text is what those behind them are asked about; last, in
  // a text that passed, addresses are masked. The answers are valid until the next call, and as
  // long as `text` is.
  void Read(std::string_view text, std::string_view url, bool all);

  const Findings& findings() const { return findings_; }

  const Changes& changes() const { return changes_; }

  // The text with its changes.
  std::string_view text() const { return text_; }

  // head, middle or tail, of a text that passed or was asked about with `all`. REQUIRES: rules with
  // buckets of perplexity.
  std::string_view bucket() const;

 private:
  bool AskAll(std::string_view url);
  bool AskC4();
  const TextParts& PartsInWords();
  void GoOnWith(std::string_view text, bool with_words = true);

  const FilterRules& rules_;
  std::unique_ptr<text::PublicSuffix> suffixes_;
  std::unique_ptr<FasttextJudge> fasttext_;
  std::unique_ptr<PerplexityJudge> perplexity_;
  std::string_view text_;
  TextParts parts_;
  std::unique_ptr<WordBreaks> breaks_;
  TextParts parts_in_words_;
  HashCounter counter_;
  GopherJudge gopher_;
  DclmLineEditor dclm_lines_;
  C4Editor c4_;
  Findings findings_;
  Changes changes_;
  std::string scratch_;
  std::string ended_lines_;
  std::string masked_;
  std::string without_phones_;
};

}  // namespace owt::filter
