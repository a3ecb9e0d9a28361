#include "stages/cleanup/utf8_detector.h"

#include <array>
#include <cstdint>

#include "stages/cleanup/utf8_reader.h"

namespace owt::cleanup {
namespace {

// What the bytes of UTF-8 become in the windows pages.
enum ByteClass : uint8_t {
  kTwo = 1 << 0,     // a byte that leads two
  kThree = 1 << 1,   // ... three
  kFour = 1 << 2,    // ... four
  kStrict = 1 << 3,  // a byte that continues
  kLoose = 1 << 4,   // a byte that continues, unless it is what it looks like, behind no other
  kTrail = kStrict | kLoose,
};

struct ClassRange {
  ByteClass byte_class;
  char32_t first, last;
};

constexpr ClassRange kRanges[] = {
#include "stages/cleanup/utf8_detector_classes.inc"
};

constexpr char32_t kEnd = 0x2123;  // no character from here on is in any class

constexpr auto kClasses = [] {
  std::array<uint8_t, kEnd> classes{};
  for (const ClassRange& range : kRanges) {
    for (char32_t c = range.first; c <= range.last; ++c) classes[c] |= range.byte_class;
  }
  return classes;
}();

uint8_t ReadClass(const char** at) {
  const char32_t c = ReadUtf8(at);
  return c < kEnd ? kClasses[c] : uint8_t{0};
}

int TrailsOf(uint8_t lead) {
  if ((lead & kTwo) != 0) return 1;
  if ((lead & kThree) != 0) return 2;
  return (lead & kFour) != 0 ? 3 : 0;
}

// Where the sequence at `at` ends, whose last character is then of class *last; nullptr: there is
// none.
const char* SequenceEnd(const char* at, const char* end, uint8_t* last) {
  const int trails = TrailsOf(ReadClass(&at));
  if (trails == 0) return nullptr;
  for (int i = 0; i < trails; ++i) {
    if (at == end) return nullptr;
    *last = ReadClass(&at);
    if ((*last & kTrail) == 0) return nullptr;
  }
  return at;
}

}  // namespace

DetectedUtf8 FindDetectedUtf8(std::string_view text, size_t from) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  uint8_t before = 0;
  if (from > 0) {
    const char* previous = begin + from - 1;
    while ((static_cast<uint8_t>(*previous) & 0xC0) == 0x80) --previous;
    before = ReadClass(&previous);
  }
  for (const char* at = begin + from; at < end;) {
    const char* next = at;
    const uint8_t here = ReadClass(&next);
    if ((before & kStrict) == 0 && TrailsOf(here) != 0) {
      const char* match_end = nullptr;
      uint8_t last = 0;
      for (const char* sequence = at; sequence < end;) {
        sequence = SequenceEnd(sequence, end, &last);
        if (sequence == nullptr) break;
        match_end = sequence;
      }
      if (match_end != nullptr) {
        return {static_cast<size_t>(at - begin), static_cast<size_t>(match_end - begin)};
      }
    }
    before = here;
    at = next;
  }
  return {};
}

}  // namespace owt::cleanup
