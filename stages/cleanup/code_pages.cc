#include "stages/cleanup/code_pages.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "stages/cleanup/plain_text.h"
#include "stages/cleanup/utf8_reader.h"

namespace owt::cleanup {
namespace {

using UpperHalf = std::array<uint16_t, 128>;

// What the bytes 80 to FF stand for.
constexpr UpperHalf kUpperHalves[kNumCodePages] = {
#include "stages/cleanup/code_pages.inc"
};

constexpr std::string_view kNames[kNumCodePages] = {
    "latin-1",
    "sloppy-windows-1252",
    "sloppy-windows-1251",
    "sloppy-windows-1250",
    "sloppy-windows-1253",
    "sloppy-windows-1254",
    "sloppy-windows-1257",
    "iso-8859-2",
    "macroman",
    "cp437",
};

// A set of pages: bit i is page i.
using PageSet = uint32_t;

constexpr PageSet kAllPages = (1u << kNumCodePages) - 1;
constexpr PageSet kLatin1Page = 1u << static_cast<int>(CodePage::kLatin1);

// What a character is in the pages.
struct CharacterPages {
  PageSet all = 0;     // that have it
  PageSet leads = 0;   // where its byte begins a sequence of UTF-8: C0 to FF
  PageSet trails = 0;  // where its byte continues one: 80 to BF
};

// Every character that a page has gets a number; 0 is none of them.
struct Tables {
  std::array<uint16_t, 0x10000> numbers{};  // by code point
  std::vector<CharacterPages> pages{{}};    // by number
  std::array<std::vector<char>, kNumCodePages> bytes;

  Tables() {
    for (std::vector<char>& of_page : bytes) of_page.push_back(0);
    for (int page = 0; page < kNumCodePages; ++page) {
      const bool sloppy = IsSloppy(static_cast<CodePage>(page));
      for (uint16_t byte = 0; byte < 0x80; ++byte) {
        const bool is_substitute = byte == kSubstitute && sloppy;
        Add(is_substitute ? uint16_t{0xFFFD} : byte, page, static_cast<uint8_t>(byte));
      }
      for (uint16_t byte = 0x80; byte < 0x100; ++byte) {
        Add(kUpperHalves[page][byte - 0x80], page, static_cast<uint8_t>(byte));
      }
    }
  }

  void Add(uint16_t code_point, int page, uint8_t byte) {
    uint16_t& number = numbers[code_point];
    if (number == 0) {
      number = static_cast<uint16_t>(pages.size());
      pages.emplace_back();
      for (std::vector<char>& of_page : bytes) of_page.push_back(0);
    }
    const PageSet bit = 1u << page;
    pages[number].all |= bit;
    if (byte >= 0xC0) pages[number].leads |= bit;
    if (byte >= 0x80 && byte < 0xC0) pages[number].trails |= bit;
    bytes[static_cast<size_t>(page)][number] = static_cast<char>(byte);
  }

  uint16_t NumberOf(char32_t c) const { return c < numbers.size() ? numbers[c] : uint16_t{0}; }
};

const Tables& GetTables() {
  static const auto tables = std::make_unique<Tables>();
  return *tables;
}

// The pages of a text whose bytes may be UTF-8: each byte that continues a sequence has one that
// begins it among the three before, and each that begins one has another behind it. None of the
// repairs changes a byte 80 to FF for which that does not hold, or one of its neighbours.
class Utf8Pages {
 public:
  PageSet pages() const { return pages_; }

  void ReadCharacter(const CharacterPages& character) {
    const PageSet orphans = character.trails & ~(leads_[0] | leads_[1] | leads_[2]);
    const PageSet interrupted = character.leads & leads_[0];
    pages_ &= character.all & ~(orphans | interrupted);
    Move(character.leads);
  }

  // REQUIRES: not empty.
  void ReadAscii(std::string_view run) {
    // A repair takes these for the byte that was lost.
    const char c = run[0];
    if (c != ' ' && c != '?' && c != '\n' && c != kSubstitute) pages_ &= ~leads_[0];
    for (size_t i = 0; i < std::min(run.size(), leads_.size()); ++i) Move(0);
  }

 private:
  void Move(PageSet leads) {
    leads_[2] = leads_[1];
    leads_[1] = leads_[0];
    leads_[0] = leads;
  }

  PageSet pages_ = kAllPages;
  std::array<PageSet, 3> leads_{};  // where the last byte begins a sequence, the one before, ...
};

}  // namespace

std::string_view CodePageName(CodePage page) { return kNames[static_cast<int>(page)]; }

bool IsSloppy(CodePage page) {
  return page >= CodePage::kWindows1252 && page <= CodePage::kWindows1257;
}

void PageText::Read(std::string_view text) {
  const Tables& tables = GetTables();
  text_ = text;
  PageSet pages = kAllPages;
  if (text.find(kSubstitute) != text.npos) pages = tables.pages[tables.numbers[kSubstitute]].all;
  PageSet latin1 = kLatin1Page;
  Utf8Pages utf8;
  const char* at = text.data();
  for (const char* const end = at + text.size(); at < end;) {
    if (static_cast<uint8_t>(*at) < 0x80) {
      const char* const run_end = FindNonAscii(at, end);
      utf8.ReadAscii({at, run_end});
      at = run_end;
      continue;
    }
    const CharacterPages& character = tables.pages[tables.NumberOf(ReadUtf8(&at))];
    utf8.ReadCharacter(character);
    latin1 &= character.all;
    if (((utf8.pages() & pages) | latin1) == 0) break;
  }
  may_decode_ = utf8.pages() & pages;
  is_latin1_ = latin1 != 0;
}

void PageText::Encode(CodePage page, std::string* bytes) const {
  const Tables& tables = GetTables();
  const char* const byte_of = tables.bytes[static_cast<size_t>(page)].data();
  bytes->resize(text_.size());
  char* to = bytes->data();
  const char* at = text_.data();
  for (const char* const end = at + text_.size(); at < end;) {
    if (static_cast<uint8_t>(*at) < 0x80) {
      const char* const run_end = FindNonAscii(at, end);
      to = std::copy(at, run_end, to);
      at = run_end;
    } else {
      *to++ = byte_of[tables.numbers[ReadUtf8(&at)]];
    }
  }
  bytes->resize(static_cast<size_t>(to - bytes->data()));
}

uint8_t HighByteOf(CodePage page, char32_t character) {
  const Tables& tables = GetTables();
  const auto byte =
      static_cast<uint8_t>(tables.bytes[static_cast<size_t>(page)][tables.NumberOf(character)]);
  return byte >= 0x80 ? byte : uint8_t{0};
}

char32_t Windows1252Of(char32_t c1_control) {
  return kUpperHalves[static_cast<int>(CodePage::kWindows1252)][c1_control - 0x80];
}

}  // namespace owt::cleanup
