#include "stages/cleanup/mixed_encodings.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "stages/cleanup/badness.h"
#include "stages/cleanup/fix_encoding.h"
#include "stages/cleanup/plain_text.h"
#include "stages/cleanup/utf8_reader.h"
#include "stages/text/utf8.h"

namespace owt::cleanup {
namespace {

constexpr size_t kReach = 6;  // characters of a rule beside the one where it ends

bool IsWritten(char32_t c) {
  const int8_t type = u_charType(static_cast<UChar32>(c));
  return type != U_UNASSIGNED && type != U_PRIVATE_USE_CHAR;
}

bool IsQuote(char32_t c) { return c == 0xAB || c == 0xBB || (c >= 0x2018 && c <= 0x201F); }

// The stretches of one page, from left to right.
class Stretches {
 public:
  Stretches() = default;

  Stretches(CodePage page, std::string_view text)
      : page_(page), at_(text.data()), text_end_(at_ + text.size()) {
    Next();
  }

  bool done() const { return begin_ == nullptr; }

  // The stretch at hand. REQUIRES: not done.
  const char* begin() const { return begin_; }

  const char* end() const { return end_; }

  CodePage page() const { return page_; }

  // The highest character of what it decodes to.
  char32_t Highest() {
    if (highest_ != 0) return highest_;
    for (const char* at = begin_; at < end_;) {
      char32_t c = 0;
      at = IsAscii(*at) ? at + 1 : SequenceEnd(at, &c);
      highest_ = std::max(highest_, c);
    }
    return highest_;
  }

  // Goes to the next one.
  void Next() {
    begin_ = end_ = nullptr;
    highest_ = 0;
    while (at_ < text_end_) {
      if (IsAscii(*at_)) {
        at_ = FindNonAscii(at_, text_end_);
        continue;
      }
      if (const char* const sequence_end = SequenceEnd(at_)) {
        begin_ = at_;
        return Extend(sequence_end);
      }
      ReadUtf8(&at_);
    }
  }

  // Leaves what lies before `from`, a character of the text, to others.
  void SkipTo(const char* from) {
    if (done() || begin_ >= from) return;
    begin_ = std::min(from, end_);
    highest_ = 0;
    while (begin_ < end_ && (IsAscii(*begin_) || SequenceEnd(begin_) == nullptr)) ReadUtf8(&begin_);
    if (begin_ < end_) return;
    at_ = std::max(from, end_);
    Next();
  }

  // What the stretch was.
  void AppendDecoded(std::string* out) const {
    for (const char* at = begin_; at < end_;) {
      const char32_t c = ReadUtf8(&at);
      *out += static_cast<char>(c < 0x80 ? static_cast<uint8_t>(c) : HighByteOf(page_, c));
    }
  }

 private:
  static bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }

  // Behind the characters from `at` on that are one sequence of bytes, of *character where that is
  // not null; nullptr: they are none.
  const char* SequenceEnd(const char* at, char32_t* character = nullptr) const {
    char bytes[4];
    const char32_t first = ReadUtf8(&at);
    bytes[0] = static_cast<char>(HighByteOf(page_, first));
    const auto lead = static_cast<uint8_t>(bytes[0]);
    if (lead < 0xC2 || lead > 0xF4) return nullptr;
    const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    // People write letters behind quotes, which lead in MacRoman.
    if (length == 2 && IsQuote(first)) return nullptr;
    for (size_t i = 1; i < length; ++i) {
      if (at >= text_end_ || IsAscii(*at)) return nullptr;
      bytes[i] = static_cast<char>(HighByteOf(page_, ReadUtf8(&at)));
    }
    const text::Utf8Char c = text::DecodeUtf8({bytes, length}, 0);
    if (!c.valid || c.length != length || !IsWritten(c.code_point)) return nullptr;
    if (character != nullptr) *character = c.code_point;
    return at;
  }

  void Extend(const char* at) {
    for (end_ = at; at < text_end_;) {
      if (IsAscii(*at)) {
        const char* const run_end = FindNonAscii(at, text_end_);
        // No page has U+001A: it is the byte of U+FFFD.
        if (std::find(at, run_end, kSubstitute) != run_end) break;
        at = run_end;
      } else if (const char* const sequence_end = SequenceEnd(at)) {
        end_ = at = sequence_end;
      } else {
        break;
      }
    }
    at_ = end_;
  }

  CodePage page_ = CodePage::kLatin1;
  const char* at_ = nullptr;
  const char* text_end_ = nullptr;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  char32_t highest_ = 0;  // 0: not known yet
};

// Whether `a` is to be looked at before `b`, whose page comes first.
bool IsBefore(Stretches* a, Stretches* b) {
  if (a->begin() != b->begin()) return a->begin() < b->begin();
  if (a->end() != b->end()) return a->end() > b->end();
  return a->Highest() < b->Highest();
}

// The stretch to look at next; nullptr: there is none.
Stretches* FirstOf(std::array<Stretches, kNumCodePages>* pages) {
  Stretches* first = nullptr;
  for (Stretches& page : *pages) {
    if (!page.done() && (first == nullptr || IsBefore(&page, first))) first = &page;
  }
  return first;
}

// The last characters of `text`, and the first: as many as a rule reaches over.
std::string_view LastOf(std::string_view text) {
  size_t at = text.size();
  for (size_t i = 0; i < kReach && at > 0; ++i) {
    do --at;
    while ((static_cast<uint8_t>(text[at]) & 0xC0) == 0x80);
  }
  return text.substr(at);
}

std::string_view FirstOf(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < kReach && at < end; ++i) ReadUtf8(&at);
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
    if (text::FindInvalidUtf8(*out) == std::string::npos) return page;
  }
  return std::nullopt;
}

// Decodes the stretch between `left` and `right` until the text looks bad at fewer places; the
// pages that took, or none if that does not come.
std::vector<CodePage> DecodeStretch(const Stretches& stretch, std::string_view left,
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
  std::array<Stretches, kNumCodePages> pages;
  for (size_t i = 0; i < pages.size(); ++i) pages[i] = Stretches(static_cast<CodePage>(i), text);
  out->clear();
  parts->clear();
  const char* copied = text.data();
  const char* const text_end = copied + text.size();
  std::string decoded;
  while (Stretches* const stretch = FirstOf(&pages)) {
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
    for (Stretches& page : pages) page.SkipTo(end);
  }
  out->append(copied, text_end);
  return !parts->empty();
}

}  // namespace owt::cleanup
