#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace owt::dedup {

// What characters are in normalized words (word_folder.h), by ICU, remembered for the first 65,536.
class FoldedChars {
 public:
  // Part of what a character becomes: it ends a word, or it belongs to one.
  struct Part {
    bool separates = false;
    bool is_alone = false;  // it is a word of its own
    uint8_t size = 0;       // bytes of the UTF-8 form
    char bytes[13] = {};
  };

  // The one for all; 1 MiB, made at the first call in some milliseconds. Thread-safe.
  static const FoldedChars& Get();

  // What it becomes where that is one part or nothing (all zero); else nullptr: ask Parts.
  const Part* Find(char32_t code_point) const {
    if (code_point >= kRemembered) return nullptr;
    const Part& part = parts_[code_point];
    return part.size == kMany ? nullptr : &part;
  }

  // The same for any.
  static void Parts(char32_t code_point, std::vector<Part>* parts);

 private:
  static constexpr size_t kRemembered = 0x10000;
  static constexpr uint8_t kMany = 255;

  FoldedChars();

  std::vector<Part> parts_;
};

}  // namespace owt::dedup
