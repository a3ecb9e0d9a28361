#include "stages/dedup/shingles.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "stages/dedup/datatrove_text.h"
#include "stages/dedup/shingle_hash.h"

namespace owt::dedup {
namespace {

constexpr size_t kBlock = WordFolder::kMaxWords;  // hashes at a time

bool BeginsChar(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

uint64_t Power(uint64_t base, size_t exponent) {
  uint64_t power = 1;
  for (size_t i = 0; i < exponent; ++i) power *= base;
  return power;
}

// HashBytes of a place behind which nothing may be read.
uint64_t HashAtEnd(std::string_view bytes) {
  if (bytes.size() > 16) return HashBytes(bytes.data(), bytes.size());
  std::array<char, 16> padded{};
  std::memcpy(padded.data(), bytes.data(), bytes.size());
  return HashBytes(padded.data(), bytes.size());
}

}  // namespace

// The polynomial of the last `size` words rolls: the oldest word's part is taken out as the new one
// comes in. Before the first word there are `size` zeros.
class Shingler::Runs {
 public:
  Runs(size_t size, const OnHashes& on_hashes)
      : size_(size), leaving_(Power(kRunBase, size)), on_hashes_(on_hashes) {
    std::fill_n(words_.begin(), size, 0);
  }

  // Where the next hashes of words go: kBlock at most, then Add says how many.
  uint64_t* room() { return words_.data() + size_; }

  void Add(size_t count) {
    const uint64_t leaving = leaving_;
    const size_t size = size_;
    uint64_t polynomial = polynomial_;
    for (size_t i = 0; i < count; ++i) {
      polynomial = polynomial * kRunBase + (words_[size + i] - words_[i] * leaving);
      runs_[i] = HashRun(polynomial, size);
    }
    polynomial_ = polynomial;
    std::memmove(words_.data(), words_.data() + count, size * sizeof(uint64_t));
    const uint64_t before = num_words_;
    num_words_ += count;
    if (num_words_ < size) return;
    const size_t first = before >= size - 1 ? 0 : size - 1 - before;
    on_hashes_(std::span(runs_).subspan(first, count - first));
  }

  // Returns the number of words. Fewer than `size` are one run.
  uint64_t Finish() {
    if (num_words_ > 0 && num_words_ < size_) {
      const uint64_t run = HashRun(polynomial_, num_words_);
      on_hashes_({&run, 1});
    }
    return num_words_;
  }

 private:
  const size_t size_;
  const uint64_t leaving_;
  const OnHashes& on_hashes_;
  uint64_t polynomial_ = 0;
  uint64_t num_words_ = 0;
  std::array<uint64_t, 64 + kBlock> words_;  // the last `size`, then the new ones
  std::array<uint64_t, kBlock> runs_;
};

Shingler::Shingler(ShingleRule rule, const text::BpeModel* tokens, text::SimdTier tier)
    : rule_(rule), size_(static_cast<size_t>(rule.size)), folder_(tier) {
  if (rule.unit != ShingleRule::Unit::kToken) return;
  text::BpeEncoder::Options options;
  options.tier = tier;
  encoder_ = std::make_unique<text::BpeEncoder>(*tokens, options);
}

std::string_view Shingler::Normalize(std::string_view text) {
  if (rule_.words == ShingleRule::Words::kDatatrove) {
    normalized_ = SimplifyText(text);
    return normalized_;
  }
  normalized_.clear();
  folder_.Start(text);
  while (folder_.Next()) {
    for (size_t i = 0; i < folder_.size(); ++i) {
      if (!normalized_.empty()) normalized_ += ' ';
      normalized_ += folder_.word(i);
    }
  }
  return normalized_;
}

void Shingler::HashWords(std::string_view text, const OnHashes& on_hashes) {
  Runs runs(size_, on_hashes);
  if (rule_.words == ShingleRule::Words::kOwn) {
    folder_.Start(text);
    while (folder_.Next()) {
      folder_.Hash(runs.room());
      runs.Add(folder_.size());
    }
  } else {
    const std::string_view content = FindUnits(text);
    for (size_t i = 0; i < units_.size(); ++i) {
      const Unit& unit = units_[i];
      runs.room()[0] = HashAtEnd(content.substr(unit.begin, unit.end - unit.begin));
      runs.Add(1);
    }
  }
  num_units_ = runs.Finish();
}

void Shingler::Encode(std::string_view text) {
  ids_.clear();
  encoder_->Encode(text, &ids_);
  num_units_ = ids_.size();
}

void Shingler::HashTokens(std::string_view text, const OnHashes& on_hashes) {
  Encode(text);
  Runs runs(size_, on_hashes);
  for (size_t i = 0; i < ids_.size(); i += kBlock) {
    const size_t count = std::min(kBlock, ids_.size() - i);
    for (size_t j = 0; j < count; ++j) runs.room()[j] = HashToken(ids_[i + j]);
    runs.Add(count);
  }
  runs.Finish();
}

// Windows of bytes.
void Shingler::HashWindows(std::string_view text, const OnHashes& on_hashes) {
  num_units_ = text.size();
  if (text.empty()) return;
  const size_t size = std::min(size_, text.size());
  const size_t count = text.size() - size + 1;
  hashes_.resize(kBlock);
  for (size_t i = 0; i < count; i += kBlock) {
    const size_t end = std::min(count - i, kBlock);
    const size_t safe = text.size() - i < 16 ? 0 : std::min(end, text.size() - i - 15);
    for (size_t j = 0; j < safe; ++j) hashes_[j] = HashBytes(text.data() + i + j, size);
    for (size_t j = safe; j < end; ++j) hashes_[j] = HashAtEnd(text.substr(i + j, size));
    on_hashes(std::span<const uint64_t>(hashes_).first(end));
  }
}

void Shingler::FindChars(std::string_view text) {
  units_.clear();
  for (uint32_t i = 0; i < text.size(); ++i) {
    if (!BeginsChar(text[i])) continue;
    if (!units_.empty()) units_.back().end = i;
    units_.push_back({i, 0});
  }
  if (!units_.empty()) units_.back().end = static_cast<uint32_t>(text.size());
  num_units_ = units_.size();
}

void Shingler::HashChars(std::string_view text, const OnHashes& on_hashes) {
  const std::string_view content = Normalize(text);
  const bool is_ascii = std::all_of(content.begin(), content.end(),
                                    [](char c) { return static_cast<signed char>(c) >= 0; });
  if (is_ascii) return HashWindows(content, on_hashes);
  FindChars(content);
  const size_t size = std::min(size_, units_.size());
  const size_t count = units_.size() - size + 1;
  hashes_.resize(kBlock);
  for (size_t i = 0; i < count; i += kBlock) {
    const size_t end = std::min(count - i, kBlock);
    for (size_t j = 0; j < end; ++j) {
      const uint32_t begin = units_[i + j].begin;
      hashes_[j] = HashAtEnd(content.substr(begin, units_[i + j + size - 1].end - begin));
    }
    on_hashes(std::span<const uint64_t>(hashes_).first(end));
  }
}

void Shingler::ForEachHash(std::string_view text, const OnHashes& on_hashes) {
  switch (rule_.unit) {
    case ShingleRule::Unit::kWord:
      return HashWords(text, on_hashes);
    case ShingleRule::Unit::kChar:
      return HashChars(text, on_hashes);
    case ShingleRule::Unit::kByte:
      return HashWindows(text, on_hashes);
    case ShingleRule::Unit::kToken:
      return HashTokens(text, on_hashes);
  }
}

const std::vector<uint64_t>& Shingler::Make(std::string_view text) {
  shingles_.clear();
  ForEachHash(text, [this](std::span<const uint64_t> hashes) {
    shingles_.insert(shingles_.end(), hashes.begin(), hashes.end());
  });
  return shingles_;
}

// Fills units_ and returns what they are places in.
std::string_view Shingler::FindUnits(std::string_view text) {
  units_.clear();
  std::string_view content = text;
  if (rule_.unit == ShingleRule::Unit::kByte) {
    for (uint32_t i = 0; i < text.size(); ++i) units_.push_back({i, i + 1});
  } else if (rule_.unit == ShingleRule::Unit::kToken) {
    Encode(text);
    for (uint32_t i = 0; i < ids_.size(); ++i) units_.push_back({4 * i, 4 * i + 4});
    content = {reinterpret_cast<const char*>(ids_.data()), 4 * ids_.size()};
  } else if (rule_.unit == ShingleRule::Unit::kChar) {
    content = Normalize(text);
    FindChars(content);
  } else {
    content = Normalize(text);
    for (size_t begin = 0; begin < content.size();) {
      const size_t end = std::min(content.find(' ', begin), content.size());
      units_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
      begin = end + 1;
    }
  }
  num_units_ = units_.size();
  return content;
}

void Shingler::ForEachText(std::string_view text, const OnText& on_text) {
  const std::string_view content = FindUnits(text);
  if (units_.empty()) return;
  const size_t size = std::min(size_, units_.size());
  for (size_t i = 0; i + size <= units_.size(); ++i) {
    on_text(content.substr(units_[i].begin, units_[i + size - 1].end - units_[i].begin));
  }
}

}  // namespace owt::dedup
