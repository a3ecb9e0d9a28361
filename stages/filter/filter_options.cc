#include "stages/filter/filter_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "pipeline/error.h"
#include "stages/filter/fasttext_quality.h"
#include "stages/filter/perplexity.h"
#include "stages/text/list_files.h"

namespace owt::filter {
namespace {

constexpr std::string_view kFamilies[] = {
    "dolma-lines", "gopher-repetition", "gopher-quality", "dclm-lines",
    "c4",          "c4-paragraphs",     "fineweb",        "characters"};

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "HEAD,TAIL".
PerplexityBuckets ParseBuckets(std::string_view text) {
  PerplexityBuckets buckets;
  const char* end = text.data() + text.size();
  auto result = std::from_chars(text.data(), end, buckets.head);
  const bool has_head = result.ec == std::errc{} && result.ptr != end && *result.ptr == ',';
  if (has_head) result = std::from_chars(result.ptr + 1, end, buckets.tail);
  if (!has_head || result.ec != std::errc{} || result.ptr != end || !(buckets.head > 0) ||
      !(buckets.head < buckets.tail)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--perplexity-buckets: '{}' is not two numbers, the second the larger, "
                            "such as 340,520",
                            text));
  }
  return buckets;
}

}  // namespace

Mode FilterOptions::mode() const {
  if (mode_ == "drop") return Mode::kDrop;
  return mode_ == "tag" ? Mode::kTag : Mode::kScore;
}

// The names under --filters, or those of the preset.
std::vector<std::string> FilterOptions::Families() const {
  if (families_.empty()) {
    if (preset_ == "fineweb") return {"gopher-repetition", "gopher-quality", "c4", "fineweb"};
    if (preset_ == "gopher") return {"gopher-repetition", "gopher-quality"};
    if (preset_ == "dclm") return {"gopher-quality", "gopher-repetition", "dclm-lines"};
    if (preset_ == "dolma") return {"dolma-lines", "gopher-quality", "gopher-repetition"};
    return preset_ == "c4" ? std::vector<std::string>{"c4"} : std::vector<std::string>{};
  }
  std::vector<std::string> names;
  for (std::string_view list : families_) {
    while (true) {
      const size_t comma = list.find(',');
      const std::string_view name = list.substr(0, comma);
      if (std::find(std::begin(kFamilies), std::end(kFamilies), name) == std::end(kFamilies)) {
        throw Error(ErrorKind::kUsage, fmt::format("--filters: there is no '{}'; there are {}",
                                                   name, fmt::join(kFamilies, ", ")));
      }
      names.emplace_back(name);
      if (comma == list.npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return names;
}

GopherRules FilterOptions::MakeGopherRules(const std::vector<std::string>& families) const {
  const std::string& reading = gopher_reading_ == "preset" ? preset_ : gopher_reading_;
  GopherRules rules;
  if (reading == "dclm") rules.reading = GopherReading::kDclm;
  if (reading == "dolma") rules.reading = GopherReading::kDolma;
  if (Has(families, "gopher-repetition")) {
    rules.repetition = repetition_;
    if (reading == "dolma") rules.repetition->max_line_chars = dolma_max_line_chars_;
  }
  if (Has(families, "gopher-quality")) {
    rules.quality = quality_;
    rules.quality->stop_words = StopWords(stop_words_);
  }
  return rules;
}

UrlLists FilterOptions::MakeUrlLists() const {
  const auto read = [](const std::vector<std::string>& paths) {
    return paths.empty() ? std::vector<std::string>{} : text::ReadNameFiles(paths);
  };
  UrlLists lists;
  for (std::string& name : read(url_domains_)) lists.domains.insert(std::move(name));
  for (std::string& url : read(url_lists_)) lists.urls.insert(std::move(url));
  lists.words = WordSet(read(url_words_));
  lists.soft_words = WordSet(read(url_soft_words_));
  lists.min_soft_words = url_min_soft_words_;
  lists.parts = PartsOf(read(url_parts_));
  return lists;
}

std::shared_ptr<const PerplexityRules> FilterOptions::MakePerplexity() const {
  if (perplexity_model_.empty()) {
    const char* needy = max_perplexity_ > 0               ? "max-perplexity"
                        : min_perplexity_ > 0             ? "min-perplexity"
                        : !perplexity_buckets_.empty()    ? "perplexity-buckets"
                        : perplexity_normalize_ != "none" ? "perplexity-normalize"
                                                          : nullptr;
    if (needy == nullptr) return nullptr;
    throw Error(ErrorKind::kUsage, fmt::format("--{} needs --perplexity-model", needy));
  }
  PerplexityRules rules;
  rules.ccnet_text = perplexity_normalize_ == "ccnet";
  rules.max = max_perplexity_;
  rules.min = min_perplexity_;
  if (!perplexity_buckets_.empty()) rules.buckets = ParseBuckets(perplexity_buckets_);
  if (mode() == Mode::kDrop && rules.max == 0 && rules.min == 0 && !rules.buckets) {
    throw Error(ErrorKind::kUsage,
                "--perplexity-model needs --max-perplexity, --min-perplexity, "
                "--perplexity-buckets, or --mode tag or score");
  }
  rules.model = std::make_shared<formats::NgramModel>(perplexity_model_);
  return std::make_shared<const PerplexityRules>(std::move(rules));
}

FilterRules FilterOptions::MakeRules() const {
  const std::vector<std::string> families = Families();
  FilterRules rules;
  rules.url = MakeUrlLists();
  rules.icu_words = words_ == "icu";
  rules.ended_lines = Has(families, "dolma-lines");
  rules.gopher = MakeGopherRules(families);
  if (Has(families, "dclm-lines")) {
    rules.dclm_lines = dclm_;
    rules.dclm_lines->counters = !dclm_keep_counters_;
    rules.dclm_lines->phrases = !dclm_keep_phrases_;
  }
  if (Has(families, "c4")) {
    C4Rules c4 = c4_;
    c4.terminal_marks =
        c4_terminal_marks_ == "preset" ? preset_ != "fineweb" : c4_terminal_marks_ == "on";
    c4.citations = !c4_keep_citations_;
    c4.javascript = !c4_keep_javascript_;
    c4.policies = !c4_keep_policies_;
    c4.lorem_ipsum = !c4_keep_lorem_ipsum_;
    c4.curly_brackets = !c4_keep_curly_brackets_;
    rules.c4 = c4;
  }
  if (Has(families, "c4-paragraphs")) rules.c4_paragraphs = paragraphs_;
  if (Has(families, "fineweb")) rules.fineweb = fineweb_;
  if (Has(families, "characters")) rules.characters = characters_;
  if (!bad_words_.empty()) {
    rules.bad_words.emplace(text::ReadNameFiles(bad_words_), bad_words_anywhere_);
  }
  if (!fasttext_.empty()) {
    rules.fasttext =
        std::make_shared<FasttextRule>(fasttext_, fasttext_label_, fasttext_min_score_);
  }
  rules.perplexity = MakePerplexity();
  rules.pii = pii_;
  rules.mask_phones = mask_phones_;
  const bool masks = pii_.emails || pii_.addresses || mask_phones_;
  if (pii_.private_addresses && !pii_.addresses) {
    throw Error(ErrorKind::kUsage, "--mask-private-ips needs --mask-ips");
  }
  if (masks && mode() != Mode::kDrop) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--mode {} leaves texts as they are; masks need --mode drop", mode_));
  }
  if (!explain_.empty() && mode() != Mode::kDrop) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--explain needs --mode drop: --mode {} says it all in the records", mode_));
  }
  if (families.empty() && rules.url.empty() && bad_words_.empty() && fasttext_.empty() && !masks &&
      !rules.perplexity) {
    throw Error(
        ErrorKind::kUsage,
        "nothing to do: --preset none needs --filters, --fasttext, a list, a mask or a model");
  }
  return rules;
}

}  // namespace owt::filter
