#include "stages/text/bpe_encoder.h"

#include <cstring>
#include <span>

namespace owt::text {
namespace {

// Room that is kept from text to text; what a huge one took is given back.
constexpr size_t kKeptBytes = size_t{4} << 20;

}  // namespace

BpeEncoder::BpeEncoder(const BpeModel& model, const Options& options)
    : model_(&model),
      kernel_(&TextKernelOf(options.tier)),
      cache_(options.cache_bytes, kernel_->hash),
      id_bytes_(formats::TokenBytes(model.token_type())) {}

void BpeEncoder::EncodePacked(std::string_view text, Buffer* packed) {
  packed_ = packed;
  if (text.empty()) return;
  cache_.Grow();
  char* const begin = MakeRoom(packed->data() + packed->size());
  char* const end = kernel_->encode(text, model_->borders(), cache_, this, begin);
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
  if (const CachedWord* word = cache_.FindSecond(pair, key)) {
    std::memcpy(out, word->ids, CachedWord::kMaxIdBytes);  // there is room
    return out + word->num_id_bytes;
  }
  char* end;
  if (has_fast_merges()) {
    end = out + kernel_->encode_word(*model_->words(), key, out);
  } else {
    uint32_t ids[BpeModel::kShortBytes];
    end = Pack(ids, model_->EncodeShort(piece, ids), out);
  }
  const auto num_bytes = static_cast<size_t>(end - out);
  if (num_bytes <= CachedWord::kMaxIdBytes) cache_.Insert(pair, key, out, num_bytes);
  return end;
}

char* BpeEncoder::EncodeLong(std::string_view piece, char* out) {
  ids_.clear();
  if (piece.size() <= LongWordCache::kMaxBytes) {
    EncodePart(piece, &ids_);
  } else {
    model_->EncodePiece(
        piece, [this](std::string_view part, std::vector<uint32_t>* ids) { EncodePart(part, ids); },
        &ids_);
  }
  const auto used = static_cast<size_t>(out - packed_->data());
  const size_t needed = used + ids_.size() * id_bytes_ + kRoom;
  packed_->Resize(used);
  if (packed_->capacity() < needed) packed_->Reserve(needed + needed / 2);
  out = Pack(ids_.data(), ids_.size(), packed_->data() + used);
  if (ids_.capacity() > kKeptBytes / sizeof(uint32_t)) ids_ = {};
  return out;
}

void BpeEncoder::EncodePart(std::string_view part, std::vector<uint32_t>* ids) {
  if (part.size() > LongWordCache::kMaxBytes) return Merge(part, ids);
  const std::span<const uint32_t> known = long_cache_.Find(part);
  if (!known.empty()) {
    ids->insert(ids->end(), known.begin(), known.end());
    return;
  }
  const size_t before = ids->size();
  // From some length on windows pay. Theirs are not looked up: two tokens may be as long as this.
  if (part.size() > 2 * BpeModel::kShortBytes) {
    model_->EncodePiece(
        part, [this](std::string_view window, std::vector<uint32_t>* out) { Merge(window, out); },
        ids);
  } else {
    Merge(part, ids);
  }
  const std::span<const uint32_t> made = std::span(*ids).subspan(before);
  if (made.size() <= LongWordCache::kMaxIds) long_cache_.Insert(part, made);
}

void BpeEncoder::Merge(std::string_view part, std::vector<uint32_t>* ids) const {
  if (part.size() > kMaxPartBytes || !has_fast_merges()) return model_->EncodePart(part, ids);
  uint16_t few[kMaxPartBytes];
  ids->insert(ids->end(), few, few + kernel_->encode_part(*model_->words(), part, few));
}

char* BpeEncoder::Pack(const uint32_t* ids, size_t count, char* out) const {
  if (id_bytes_ == sizeof(uint32_t)) {
    std::memcpy(out, ids, count * sizeof(uint32_t));
    return out + count * sizeof(uint32_t);
  }
  for (size_t i = 0; i < count; ++i, out += sizeof(uint16_t)) {
    const auto id = static_cast<uint16_t>(ids[i]);
    std::memcpy(out, &id, sizeof(id));
  }
  return out;
}

}  // namespace owt::text
