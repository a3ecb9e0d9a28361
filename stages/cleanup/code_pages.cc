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

// Every character that a page has gets a number; 0 is none of them.
struct Tables {
  std::array<uint16_t, 0x10000> numbers{};  // by code point
  std::vector<uint32_t> pages{0};           // by number: bit i set where page i has it
  std::array<std::vector<char>, kNumCodePages> bytes;

  Tables() {
    for (std::vector<char>& of_page : bytes) of_page.push_back(0);
    for (int page = 0; page < kNumCodePages; ++page) {
      const bool sloppy = IsSloppy(static_cast<CodePage>(page));
      for (uint16_t byte = 0; byte < 0x80; ++byte) {
        const bool is_substitute = byte == kSubstitute && sloppy;
        Add(is_substitute ? uint16_t{0xFFFD} : byte, page, static_cast<char>(byte));
      }
      for (uint16_t byte = 0x80; byte < 0x100; ++byte) {
        Add(kUpperHalves[page][byte - 0x80], page, static_cast<char>(byte));
      }
    }
  }

  void Add(uint16_t code_point, int page, char byte) {
    uint16_t& number = numbers[code_point];
    if (number == 0) {
      number = static_cast<uint16_t>(pages.size());
      pages.push_back(0);
      for (std::vector<char>& of_page : bytes) of_page.push_back(0);
    }
    pages[number] |= 1u << page;
    bytes[static_cast<size_t>(page)][number] = byte;
  }
};

const Tables& GetTables() {
  static const auto tables = std::make_unique<Tables>();
  return *tables;
}

}  // namespace

std::string_view CodePageName(CodePage page) { return kNames[static_cast<int>(page)]; }

bool IsSloppy(CodePage page) {
  return page >= CodePage::kWindows1252 && page <= CodePage::kWindows1257;
}

void PageText::Read(std::string_view text) {
  const Tables& tables = GetTables();
  text_ = text;
  pages_ = (1u << kNumCodePages) - 1;
  if (text.find(kSubstitute) != text.npos) pages_ &= tables.pages[tables.numbers[kSubstitute]];
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end && pages_ != 0) {
    if (static_cast<uint8_t>(*at) < 0x80) {
      at = FindNonAscii(at, end);
      continue;
    }
    const char32_t c = ReadUtf8(&at);
    pages_ &= tables.pages[c < tables.numbers.size() ? tables.numbers[c] : 0];
  }
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

char32_t Windows1252Of(char32_t c1_control) {
  return kUpperHalves[static_cast<int>(CodePage::kWindows1252)][c1_control - 0x80];
}

}  // namespace owt::cleanup
