#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/options.h"
#include "stages/filter/filter_map.h"

namespace owt::filter {

// The options of `owt filter`, and what they make.
class FilterOptions {
 public:
  // The only place where they are named.
  void Declare(OptionSet& options);

  // Reads the lists. Throws Error{kUsage} for what does not go together, Error{kInput} for a list
  // that cannot be read.
  FilterRules MakeRules() const;

  Mode mode() const;

  const std::string& explain() const { return explain_; }

 private:
  void DeclareQuality(OptionSet& options);
  void DeclareRepetition(OptionSet& options);
  void DeclareReadings(OptionSet& options);
  void DeclareC4(OptionSet& options);
  void DeclareFineWeb(OptionSet& options);
  void DeclareCharacters(OptionSet& options);
  void DeclareFasttext(OptionSet& options);
  void DeclareLists(OptionSet& options);
  void DeclarePerplexity(OptionSet& options);
  std::vector<std::string> Families() const;
  GopherRules MakeGopherRules(const std::vector<std::string>& families) const;
  UrlLists MakeUrlLists() const;
  std::shared_ptr<const PerplexityRules> MakePerplexity() const;

  std::string preset_ = "fineweb";
  std::vector<std::string> families_;
  std::string mode_ = "drop";
  std::string words_ = "white-space";
  std::string explain_;

  GopherRepetitionRules repetition_;
  GopherQualityRules quality_;
  std::vector<std::string> stop_words_ = {"the", "be", "to", "of", "and", "that", "have", "with"};
  std::string gopher_reading_ = "preset";
  double dolma_max_line_chars_ = 0.3;
  DclmLineRules dclm_;
  bool dclm_keep_counters_ = false;
  bool dclm_keep_phrases_ = false;
  C4Rules c4_;
  std::string c4_terminal_marks_ = "preset";
  bool c4_keep_citations_ = false;
  bool c4_keep_javascript_ = false;
  bool c4_keep_policies_ = false;
  bool c4_keep_lorem_ipsum_ = false;
  bool c4_keep_curly_brackets_ = false;
  C4ParagraphRules paragraphs_;
  FineWebRules fineweb_;
  CharacterRules characters_;
  std::string fasttext_;
  std::string fasttext_label_ = "__label__hq";
  double fasttext_min_score_ = 0.018112;  // of DCLM-Baseline

  std::string perplexity_model_, perplexity_buckets_;
  std::string perplexity_normalize_ = "none";
  double max_perplexity_ = 0;
  double min_perplexity_ = 0;

  std::vector<std::string> url_domains_, url_lists_, url_words_, url_soft_words_, url_parts_;
  uint64_t url_min_soft_words_ = 2;
  std::vector<std::string> bad_words_;
  bool bad_words_anywhere_ = false;
  PiiRules pii_;
  bool mask_phones_ = false;
};

}  // namespace owt::filter
