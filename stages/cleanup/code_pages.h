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
  // Finds the pages that have all characters and whose bytes may be UTF-8, be it after the repairs
  // of byte_repairs.h. O(text), and no more than it takes to refuse all pages. REQUIRES: valid
  // UTF-8 that stays where it is while it is encoded.
  void Read(std::string_view text);

  // False: no repair makes UTF-8 of it, or the page lacks a character.
  bool MayDecode(CodePage page) const { return (may_decode_ >> static_cast<int>(page) & 1) != 0; }

  // REQUIRES: MayDecode(page).
  void Encode(CodePage page, std::string* bytes) const;

  // Whether there are only characters up to U+00FF.
  bool is_latin1() const { return is_latin1_; }

 private:
  std::string_view text_;
  uint32_t may_decode_ = 0;  // bit i: page i
  bool is_latin1_ = false;
};

// The byte 80 to FF that is `character` in that page; 0 where it has none.
uint8_t HighByteOf(CodePage page, char32_t character);

// The character of windows-1252 for each of U+0080 to U+009F; U+0081 and the like for what that
// page leaves open.
char32_t Windows1252Of(char32_t c1_control);

}  // namespace owt::cleanup
