#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

struct UBreakIterator;
struct UText;

namespace owt::filter {

// Where words begin and end by Unicode's word break (UAX #29) as the installed ICU has it, for no
// language in particular: Chinese, Japanese, Thai, Lao, Khmer and Burmese are cut by its
// dictionaries, and marks are apart from letters. Keeps its memory: one per thread. Linear.
class WordBreaks {
 public:
  // Throws Error{kExternal} where ICU lacks its data.
  WordBreaks();

  // The bytes of the text, which must be valid UTF-8, at which a break stands, ascending and
  // without the two ends. None of a text of 2 GiB or more. Valid until the next call.
  std::span<const uint32_t> Of(std::string_view text);

 private:
  struct Close {
    void operator()(UBreakIterator* iterator) const;
    void operator()(UText* text) const;
  };

  std::unique_ptr<UBreakIterator, Close> iterator_;
  std::unique_ptr<UText, Close> text_;
  std::vector<uint32_t> breaks_;
};

}  // namespace owt::filter
