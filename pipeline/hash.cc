#include "pipeline/hash.h"

#include <fmt/format.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>
#ifdef OWT_XXHASH_DISPATCH
#include <xxh_x86dispatch.h>  // the calls below then go to the widest vectors that there are
#endif

namespace owt {

uint64_t Hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string HexText(uint64_t hash) { return fmt::format("{:016x}", hash); }

struct StreamHash::State {
  XXH3_state_t xxh;
};

StreamHash::StreamHash() : state_(std::make_unique<State>()) { Reset(); }

StreamHash::~StreamHash() = default;
StreamHash::StreamHash(StreamHash&&) noexcept = default;
StreamHash& StreamHash::operator=(StreamHash&&) noexcept = default;

void StreamHash::Reset() { XXH3_64bits_reset(&state_->xxh); }

void StreamHash::Update(std::string_view bytes) {
  XXH3_64bits_update(&state_->xxh, bytes.data(), bytes.size());
}

uint64_t StreamHash::digest() const { return XXH3_64bits_digest(&state_->xxh); }

}  // namespace owt
