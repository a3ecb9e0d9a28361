#include "stages/text/bpe_encoder.h"

#include <cstring>
#include <span>

namespace owt::text {
namespace {

// Room that is kept from text to text; what a huge one took is given back.
constexpr size_t kKeptBytes = size_t{4} << 20;

// Mostly a few bytes. May read and write 15 more.
char* CopyHits(const char* begin, const char* end, char* out) {
  for (; begin < end; begin += 16, out += 16) std::memcpy(out, begin, 16);
  return out - (begin - end);
}

}  // namespace

BpeEncoder::BpeEncoder(const BpeModel& model, const Options& options)
    : model_(&model),
      kernel_(&TextKernelOf(options.tier)),
      cache_(options.cache_bytes, kernel_->hash),
      missed_(std::make_unique_for_overwrite<Missed>()),
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

char* BpeEncoder::AddMissed(const PieceChunk& chunk, char* begin, char* end) {
  LookAt(chunk);
  const auto hits_bytes = static_cast<uint32_t>(end - begin);
  char* out = begin + chunk.missed[0].hits_bytes;
  const char* hits = missed_->hits;
  std::memcpy(missed_->hits, out, static_cast<size_t>(end - out));
  for (size_t i = 0; i < chunk.num_missed; ++i) {
    const MissedPiece& missed = chunk.missed[i];
    const uint32_t* const start = chunk.starts + missed.number;
    const std::string_view piece(chunk.text + start[0], start[1] - start[0]);
    if (piece.size() > WordKey::kMaxBytes) {
      out = EncodeLong(piece, missed_->long_hashes[i], out);
    } else if (has_fast_merges()) {
      const WordIds& word = missed_->words[i];
      std::memcpy(out, word.ids, sizeof(word.ids));  // there is room
      out += word.num_bytes;
    } else {
      auto* pair = PairAt(chunk.offsets[missed.number]);
      out = EncodeShort(piece, chunk.keys[missed.number], pair, out);
    }
    const bool last = i + 1 == chunk.num_missed;
    const uint32_t next_hits = last ? hits_bytes : chunk.missed[i + 1].hits_bytes;
    const char* const next = hits + (next_hits - missed.hits_bytes);
    out = CopyHits(hits, next, out);
    hits = next;
  }
  return out;
}

// Makes the ids of all missed words, where there are fast merges, and remembers them; asks for the
// memory that longer pieces will need.
void BpeEncoder::LookAt(const PieceChunk& chunk) {
  NewWords words;
  for (size_t i = 0; i < chunk.num_missed; ++i) {
    const uint32_t number = chunk.missed[i].number;
    const size_t size = chunk.starts[number + 1] - chunk.starts[number];
    if (size > WordKey::kMaxBytes) {
      if (size > LongWordCache::kMaxBytes) continue;
      missed_->long_hashes[i] = LongWordCache::HashOf({chunk.text + chunk.starts[number], size});
      long_cache_.Prefetch(missed_->long_hashes[i]);
      continue;
    }
    if (!has_fast_merges()) continue;
    const WordKey& key = chunk.keys[number];
    CachedPair* const pair = PairAt(chunk.offsets[number]);
    // The first place: the same word was missed a moment ago.
    const CachedWord* found = pair->first.key == key ? &pair->first : cache_.FindSecond(pair, key);
    if (found != nullptr) {
      std::memcpy(missed_->words[i].ids, found->ids, sizeof(found->ids));
      missed_->words[i].num_bytes = found->num_id_bytes;
      continue;
    }
    if (size <= WordMerges::kFewBytes) {
      MakeFew(key, pair, &missed_->words[i]);
      continue;
    }
    words.keys[words.count] = key;
    words.pairs[words.count] = pair;
    words.wanted[words.count++] = &missed_->words[i];
    if (words.count == NewWords::kMax) MakeWords(&words);
  }
  if (words.count > 0) MakeWords(&words);
}

void BpeEncoder::MakeFew(const WordKey& key, CachedPair* pair, WordIds* made) {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(&key);
  const unsigned count = model_->words()->EncodeFew(bytes, key.high >> 56, made->ids);
  made->num_bytes = static_cast<uint16_t>(count * sizeof(uint16_t));
  cache_.Insert(pair, key, reinterpret_cast<const char*>(made->ids), made->num_bytes);
}

void BpeEncoder::MakeWords(NewWords* words) {
  WordIds made[NewWords::kMax];
  kernel_->encode_words(*model_->words(), words->keys, words->count, made);
  for (size_t i = 0; i < words->count; ++i) {
    *words->wanted[i] = made[i];
    if (made[i].num_bytes > CachedWord::kMaxIdBytes) continue;
    CachedPair* const pair = words->pairs[i];
    const WordKey& key = words->keys[i];
    if (pair->first.key == key || pair->second.key == key) continue;  // twice in this group
    cache_.Insert(pair, key, reinterpret_cast<const char*>(made[i].ids), made[i].num_bytes);
  }
  words->count = 0;
}

char* BpeEncoder::EncodeShort(std::string_view piece, const WordKey& key, CachedPair* pair,
                              char* out) {
  const CachedWord* found = pair->first.key == key ? &pair->first : cache_.FindSecond(pair, key);
  if (found != nullptr) {
    std::memcpy(out, found->ids, CachedWord::kMaxIdBytes);  // there is room
    return out + found->num_id_bytes;
  }
  uint32_t ids[BpeModel::kShortBytes];
  char* const end = Pack(ids, model_->EncodeShort(piece, ids), out);
  const auto num_bytes = static_cast<size_t>(end - out);
  if (num_bytes <= CachedWord::kMaxIdBytes) cache_.Insert(pair, key, out, num_bytes);
  return end;
}

char* BpeEncoder::EncodeLong(std::string_view piece, uint64_t hash, char* out) {
  ids_.clear();
  if (piece.size() <= LongWordCache::kMaxBytes) {
    EncodePart(piece, hash, &ids_);
  } else {
    model_->EncodePiece(
        piece,
        [this](std::string_view part, std::vector<uint32_t>* ids) {
          if (part.size() > LongWordCache::kMaxBytes) return Merge(part, ids);
          EncodePart(part, LongWordCache::HashOf(part), ids);
        },
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

void BpeEncoder::EncodePart(std::string_view part, uint64_t hash, std::vector<uint32_t>* ids) {
  const std::span<const uint32_t> known = long_cache_.Find(part, hash);
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
  if (made.size() <= LongWordCache::kMaxIds) long_cache_.Insert(part, hash, made);
}

void BpeEncoder::Merge(std::string_view part, std::vector<uint32_t>* ids) const {
  if (part.size() > kMaxPartBytes || !has_fast_merges()) return model_->EncodePart(part, ids);
  uint16_t few[kMaxPartBytes + 8];
  const size_t count = kernel_->encode_part(*model_->words(), part, few);
  if (count == 0) return model_->EncodePart(part, ids);
  ids->insert(ids->end(), few, few + count);
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
