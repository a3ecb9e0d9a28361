#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/cleanup/badness.h"
#include "stages/cleanup/clean_options.h"

namespace owt::cleanup {

// What a look at a text finds: the steps that may change it. Where none is set, none does.
struct Findings {
  bool has_reference = false;  // an "&"
  bool is_bad = false;
  bool has_mapped = false;       // a character that CharacterMap::Apply changes, or an ESC
  bool may_be_unnormal = false;  // a character that is not normal next to every other
};

// The fixes of single characters that some options ask for, one after the other as ftfy does them,
// in one table: a look-up a character.
class CharacterMap {
 public:
  explicit CharacterMap(const CleanOptions& options);

  // One pass over the text, at memory speed over plain ASCII. REQUIRES: valid UTF-8.
  Findings Inspect(std::string_view text) const;

  // C1 controls, ligatures, width, quotes, line breaks and control characters. Not for a text with
  // an ESC where terminal escapes are to be removed: that step comes between. Returns false, and
  // leaves `out` alone, if nothing changes.
  bool Apply(std::string_view text, std::string* out) const;

  // The fixes one by one, in order, which are in the map too.
  using Fix = bool (*)(std::string_view text, std::string* out);

  struct NamedFix {
    std::string_view name;  // ftfy's
    Fix fix;
  };

  const std::vector<NamedFix>& fixes() const { return fixes_; }

 private:
  // By code point: class for badness in the low byte, flags above it, number of the replacement
  // (0: none) in the high half.
  uint32_t EntryOf(char32_t c) const;

  void MapCharacter(char32_t c);
  uint32_t FlagsOf(char32_t c) const;

  const BadnessRules& rules_;
  CleanOptions options_;
  std::vector<NamedFix> fixes_;
  std::vector<uint32_t> entries_;  // of U+0000 to U+FFFF
  std::vector<std::string> replacements_;
};

}  // namespace owt::cleanup
