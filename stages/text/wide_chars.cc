#include "stages/text/wide_chars.h"

#include <cstring>

#include "stages/text/unicode_class.h"

namespace owt::text {

WideChars::WideChars(const WordMerges& merges, const TokenBorders& borders)
    : borders_(&borders), chars_(std::make_unique<Char[]>(kNumChars)) {
  unsigned leads[64];
  for (unsigned last = 0; last < 64; ++last) {
    leads[last] = borders.LeadsBehind(static_cast<uint8_t>(0x80 | last));
  }
  for (char32_t code = 0x800; code < kNumChars; ++code) {
    const UnicodeClass its_class = ClassOf(code);
    if (its_class == UnicodeClass::kSpace || (code >= 0xD800 && code < 0xE000)) continue;
    const uint8_t bytes[kBytes] = {static_cast<uint8_t>(0xE0 | code >> 12),
                                   static_cast<uint8_t>(0x80 | (code >> 6 & 0x3F)),
                                   static_cast<uint8_t>(0x80 | (code & 0x3F))};
    Char& made = chars_[code];
    made.num_id_bytes =
        static_cast<uint8_t>(merges.EncodeFew(bytes, kBytes, made.ids) * sizeof(uint16_t));
    made.traits = static_cast<uint8_t>(its_class);
    if (borders.MayJoinNext(bytes, leads[code & 0x3F])) made.traits |= kMayJoinNext;
  }
}

// The character at `at` if it can be in a run, else null. Looks at four bytes.
inline const WideChars::Char* WideChars::Find(const uint8_t* at, const uint8_t* end) const {
  if (end - at < 4) return nullptr;
  uint32_t bytes;
  std::memcpy(&bytes, at, sizeof(bytes));
  if ((bytes & 0xC0C0F0) != 0x8080E0) return nullptr;
  const Char& found = At(at);
  return found.num_id_bytes != 0 ? &found : nullptr;
}

// Whether a token may hold the end of `one` and the beginning of `next`, which stands at `at`.
inline bool WideChars::IsJoint(const uint8_t* text, const uint8_t* at, const uint8_t* end,
                               const Char& one, const Char& next) const {
  if ((one.traits & kMayJoinNext) == 0 || ((one.traits ^ next.traits) & kClass) != 0) return false;
  return borders_->MayJoin(text, at, end);
}

WideChars::Run WideChars::Encode(const char* text, const char* at, const char* text_end, char* out,
                                 const char* out_end) const {
  const auto* const begin = reinterpret_cast<const uint8_t*>(text);
  const auto* const end = reinterpret_cast<const uint8_t*>(text_end);
  const auto* next_at = reinterpret_cast<const uint8_t*>(at);
  const Char* one = Find(next_at, end);
  End why = End::kOther;
  while (one != nullptr) {
    next_at += kBytes;
    const Char* const next = Find(next_at, end);
    if (next == nullptr) break;
    if (IsJoint(begin, next_at, end, *one, *next)) {
      why = End::kJoint;
      break;
    }
    if (out_end - out < static_cast<ptrdiff_t>(kRoom)) {
      why = End::kFull;
      break;
    }
    std::memcpy(out, one, sizeof(*one));  // the ids stand first
    out += one->num_id_bytes;
    at += kBytes;
    one = next;
  }
  return {at, out, why};
}

const char* WideChars::NextCut(const char* text, const char* at, const char* text_end,
                               size_t max_bytes) const {
  const auto* const begin = reinterpret_cast<const uint8_t*>(text);
  const auto* const end = reinterpret_cast<const uint8_t*>(text_end);
  const auto* next_at = reinterpret_cast<const uint8_t*>(at);
  const Char* one = Find(next_at, end);
  for (size_t size = kBytes; size <= max_bytes; size += kBytes) {
    next_at += kBytes;
    const Char* const next = Find(next_at, end);
    if (next == nullptr) return nullptr;
    if (!IsJoint(begin, next_at, end, *one, *next)) return at + size;
    one = next;
  }
  return nullptr;
}

}  // namespace owt::text
