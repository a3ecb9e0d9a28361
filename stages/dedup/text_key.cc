#include "stages/dedup/text_key.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace owt::dedup {

TextKey KeyOf(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.low64, hash.high64};
}

}  // namespace owt::dedup
