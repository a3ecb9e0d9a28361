#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace owt::cleanup {

// The single-byte encodings that text is wrongly decoded with, in the order in which ftfy 6.3.1
// tries them. Their names are Python's and ftfy's.
enum class CodePage : uint8_t {
  kLatin1,
  kWindows1252,
  kWindows1251,
  kWindows1250,
  kWindows1253,
  kWindows1254,
  kWindows1257,
  kIso8859Part2,
  kMacRoman,
  kCp437,
};

inline constexpr int kNumCodePages = 10;

// The byte that U+FFFD is in a sloppy page.
inline constexpr char kSubstitute = 0x1A;

// "latin-1", "sloppy-windows-1252", ...: what a plan says.
std::string_view CodePageName(CodePage page);

// True for the windows pages. They are "sloppy": bytes that the page leaves open are C1 controls,
// and U+FFFD is the byte 1A (so U+001A is none).
bool IsSloppy(CodePage page);

// A text that may have been decoded with one of the pages.
class PageText {
 public:
  // O(text); stops at the first character that no page has. REQUIRES: valid UTF-8 that stays where
  // it is while it is encoded.
  void Read(std::string_view text);

  bool CanEncode(CodePage page) const { return (pages_ >> static_cast<int>(page) & 1) != 0; }

  // REQUIRES: CanEncode(page).
  void Encode(CodePage page, std::string* bytes) const;

 private:
  std::string_view text_;
  uint32_t pages_ = 0;  // bit i: page i has every character
};

// The character of windows-1252 for each of U+0080 to U+009F; U+0081 and the like for what that
// page leaves open.
char32_t Windows1252Of(char32_t c1_control);

}  // namespace owt::cleanup
