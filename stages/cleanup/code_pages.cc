#include "stages/cleanup/code_pages.h"

#include <memory>

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

constexpr char kSubstitute = 0x1A;

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
  numbers_.resize(text.size());
  pages_ = (1u << kNumCodePages) - 1;
  size_t count = 0;
  const char* at = text.data();
  for (const char* const end = at + text.size(); at < end && pages_ != 0;) {
    const char32_t c = ReadUtf8(&at);
    const uint16_t number = c < tables.numbers.size() ? tables.numbers[c] : uint16_t{0};
    pages_ &= tables.pages[number];
    numbers_[count++] = number;
  }
  numbers_.resize(count);
}

void PageText::Encode(CodePage page, std::string* bytes) const {
  const char* const byte_of = GetTables().bytes[static_cast<size_t>(page)].data();
  bytes->resize(numbers_.size());
  char* to = bytes->data();
  for (const uint16_t number : numbers_) *to++ = byte_of[number];
}

char32_t Windows1252Of(char32_t c1_control) {
  return kUpperHalves[static_cast<int>(CodePage::kWindows1252)][c1_control - 0x80];
}

}  // namespace owt::cleanup
