#include "stages/cleanup/mixed_encodings.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "pipeline/utf8.h"
#include "stages/cleanup/badness.h"
#include "stages/cleanup/encoded_stretches.h"
#include "stages/cleanup/fix_encoding.h"
#include "stages/cleanup/utf8_reader.h"

namespace owt::cleanup {
namespace {

constexpr size_t kRuleReach = 6;  // characters of a rule beside the one where it ends

// Whether `a` is to be looked at before `b`, whose page comes first.
bool IsBefore(EncodedStretches* a, EncodedStretches* b) {
  if (a->begin() != b->begin()) return a->begin() < b->begin();
  if (a->end() != b->end()) return a->end() > b->end();
  return a->Highest() < b->Highest();
}

// The stretch to look at next; nullptr: there is none.
EncodedStretches* FirstOf(std::array<EncodedStretches, kNumCodePages>* pages) {
  EncodedStretches* first = nullptr;
  for (EncodedStretches& page : *pages) {
    if (!page.done() && (first == nullptr || IsBefore(&page, first))) first = &page;
  }
  return first;
}

// The last characters of `text`, and the first: as many as a rule reaches over.
std::string_view LastOf(std::string_view text) {
  size_t at = text.size();
  for (size_t i = 0; i < kRuleReach && at > 0; ++i) {
    do --at;
    while ((static_cast<uint8_t>(text[at]) & 0xC0) == 0x80);
  }
  return text.substr(at);
}

std::string_view FirstOf(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < kRuleReach && at < end; ++i) ReadUtf8(&at);
  return {text.data(), at};
}

// All of `text` by the first page that makes UTF-8 of it; nothing if there is none.
std::optional<CodePage> DecodeAll(std::string_view text, std::string* out) {
  PageText pages;
  pages.Read(text);
  for (int i = 0; i < kNumCodePages; ++i) {
    const auto page = static_cast<CodePage>(i);
    if (!pages.MayDecode(page)) continue;
    pages.Encode(page, out);
    if (FindInvalidUtf8(*out) == std::string::npos) return page;
  }
  return std::nullopt;
}

// Decodes the stretch between `left` and `right` until the text looks bad at fewer places; the
// pages that took, or none if that does not come.
std::vector<CodePage> DecodeStretch(const EncodedStretches& stretch, std::string_view left,
                                    std::string_view right, std::string* decoded) {
  constexpr size_t kMaxLayers = 3;
  const std::string_view before(stretch.begin(), stretch.end());
  if (!IsBad(before)) return {};
  const std::string_view first(LastOf(left)), last(FirstOf(right));
  const auto count = [&](std::string_view middle) {
    return CountBad(std::string(first).append(middle).append(last));
  };
  const size_t count_before = count(before);
  decoded->clear();
  stretch.AppendDecoded(decoded);
  std::vector<CodePage> pages{stretch.page()};
  while (count(*decoded) >= count_before) {
    std::string again;
    if (pages.size() == kMaxLayers || !IsBad(*decoded)) return {};
    const std::optional<CodePage> page = DecodeAll(*decoded, &again);
    if (!page) return {};
    pages.push_back(*page);
    decoded->swap(again);
  }
  return pages;
}

}  // namespace

size_t CountBad(std::string_view text) {
  const BadnessRules& rules = BadnessRules::Get();
  BadnessScan scan(rules);
  size_t count = 0;
  const char* at = text.data();
  for (const char* const end = at + text.size(); at < end;) {
    scan.Read(rules.ClassOf(ReadUtf8(&at)));
    count += scan.ends_rule();
  }
  return count;
}

bool DecodeMixedParts(std::string_view text, std::string* out, std::vector<MixedPart>* parts) {
  std::array<EncodedStretches, kNumCodePages> pages;
  for (size_t i = 0; i < pages.size(); ++i)
    pages[i] = EncodedStretches(static_cast<CodePage>(i), text);
  out->clear();
  parts->clear();
  const char* copied = text.data();
  const char* const text_end = copied + text.size();
  std::string decoded;
  while (EncodedStretches* const stretch = FirstOf(&pages)) {
    const char* const begin = stretch->begin();
    const char* const end = stretch->end();
    out->append(copied, begin);
    copied = begin;
    std::vector<CodePage> layers = DecodeStretch(*stretch, *out, {end, text_end}, &decoded);
    if (layers.empty()) {
      stretch->Next();
      continue;
    }
    *out += decoded;
    copied = end;
    parts->push_back({static_cast<size_t>(begin - text.data()),
                      static_cast<size_t>(end - text.data()), std::move(layers)});
    for (EncodedStretches& page : pages) page.SkipTo(end);
  }
  out->append(copied, text_end);
  return !parts->empty();
}

}  // namespace owt::cleanup
