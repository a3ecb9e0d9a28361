#include "stages/text/bpe_encoder.h"

#include <cstring>

namespace owt::text {
namespace {

// Room that is kept from text to text; what a huge one took is given back.
constexpr size_t kKeptBytes = size_t{4} << 20;

}  // namespace

BpeEncoder::BpeEncoder(const BpeModel& model, const Options& options)
    : model_(&model),
      kernel_(&TextKernelOf(options.tier)),
      cache_(options.cache_bytes),
      id_bytes_(formats::TokenBytes(model.token_type())) {}

void BpeEncoder::EncodePacked(std::string_view text, Buffer* packed) {
  packed_ = packed;
  if (text.empty()) return;
  char* const begin = MakeRoom(packed->data() + packed->size());
  char* const end = kernel_->encode(text, cache_, this, begin);
  packed->Resize(static_cast<size_t>(end - packed->data()));
}

void BpeEncoder::Encode(std::string_view text, std::vector<uint32_t>* ids) {
  scratch_.Clear();
  EncodePacked(text, &scratch_);
  const size_t count = scratch_.size() / id_bytes_;
  ids->reserve(ids->size() + count);
  for (size_t i = 0; i < count; ++i) {
    uint32_t id = 0;  // little-endian, as all of owt
    std::memcpy(&id, scratch_.data() + i * id_bytes_, id_bytes_);
    ids->push_back(id);
  }
  scratch_.ShrinkTo(kKeptBytes);
}

size_t BpeEncoder::CountTokens(std::string_view text) {
  scratch_.Clear();
  EncodePacked(text, &scratch_);
  const size_t count = scratch_.size() / id_bytes_;
  scratch_.ShrinkTo(kKeptBytes);
  return count;
}

char* BpeEncoder::MakeRoom(char* out) {
  const auto used = out == nullptr ? 0 : static_cast<size_t>(out - packed_->data());
  packed_->Resize(used);
  if (packed_->capacity() - used < kRoom) packed_->Reserve((used + kRoom) * 3 / 2);
  return packed_->data() + used;
}

char* BpeEncoder::Encode(std::string_view piece, const WordKey& key, CachedPair* pair, char* out) {
  if (piece.size() > WordKey::kMaxBytes) return EncodeLong(piece, out);
  if (const CachedWord* word = WordCache::FindSecond(pair, key)) {
    std::memcpy(out, word->ids, word->num_id_bytes);
    return out + word->num_id_bytes;
  }
  uint32_t ids[BpeModel::kShortBytes];
  char* const end = Pack(ids, model_->EncodeShort(piece, ids), out);
  const auto num_bytes = static_cast<size_t>(end - out);
  if (num_bytes <= CachedWord::kMaxIdBytes) WordCache::Insert(pair, key, out, num_bytes);
  return end;
}

char* BpeEncoder::EncodeLong(std::string_view piece, char* out) {
  const bool cacheable = piece.size() <= LongWordCache::kMaxBytes;
  if (cacheable) {
    const std::string_view known = long_cache_.Find(piece);
    if (!known.empty())
      return static_cast<char*>(std::memcpy(out, known.data(), known.size())) + known.size();
  }
  ids_.clear();
  model_->EncodePiece(piece, &ids_);
  const auto used = static_cast<size_t>(out - packed_->data());
  const size_t needed = used + ids_.size() * id_bytes_ + kRoom;
  packed_->Resize(used);
  if (packed_->capacity() < needed) packed_->Reserve(needed + needed / 2);
  const char* const begin = packed_->data() + used;
  out = Pack(ids_.data(), ids_.size(), packed_->data() + used);
  const auto num_bytes = static_cast<size_t>(out - begin);
  if (cacheable && num_bytes <= LongWordCache::kMaxIdBytes) {
    long_cache_.Insert(piece, {begin, num_bytes});
  }
  if (ids_.capacity() > kKeptBytes / sizeof(uint32_t)) ids_ = {};
  return out;
}

char* BpeEncoder::Pack(const uint32_t* ids, size_t count, char* out) const {
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(out, &ids[i], id_bytes_);
    out += id_bytes_;
  }
  return out;
}

}  // namespace owt::text
