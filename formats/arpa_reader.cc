#include "formats/arpa_reader.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr size_t kArpaReadBytes = 1 << 16;
constexpr size_t kMaxArpaLine = 1 << 20;

bool IsArpaBlank(char c) { return c == ' ' || c == '\t'; }

// One line after the other; errors name the last one.
class ArpaLines {
 public:
  ArpaLines(InputStream& input, const std::string& file) : input_(input), file_(file) {}

  // The next line, without what ends it; valid until the next call. False at the end.
  bool Next(std::string_view* line) {
    size_t searched = 0;
    while (true) {
      const size_t end = buffer_.find('\n', begin_ + searched);
      if (end != buffer_.npos) return Take(end, end + 1, line);
      searched = buffer_.size() - begin_;
      if (searched > kMaxArpaLine) Malformed("it is longer than 1 MiB");
      if (!Fill()) break;
    }
    return begin_ < buffer_.size() && Take(buffer_.size(), buffer_.size(), line);
  }

  // The next line that holds more than blanks.
  bool NextFull(std::string_view* line) {
    while (Next(line)) {
      for (const char c : *line) {
        if (!IsArpaBlank(c)) return true;
      }
    }
    return false;
  }

  [[noreturn]] void Malformed(std::string_view what) const {
    throw Error(ErrorKind::kInput, fmt::format("no valid ARPA model: line {}: {}", number_, what),
                file_);
  }

 private:
  bool Take(size_t end, size_t next, std::string_view* line) {
    *line = std::string_view(buffer_).substr(begin_, end - begin_);
    if (line->ends_with('\r')) line->remove_suffix(1);
    begin_ = next;
    ++number_;
    return true;
  }

  bool Fill() {
    buffer_.erase(0, begin_);
    begin_ = 0;
    const size_t old = buffer_.size();
    buffer_.resize(old + kArpaReadBytes);
    const size_t got = input_.Read(buffer_.data() + old, kArpaReadBytes);
    buffer_.resize(old + got);
    return got > 0;
  }

  InputStream& input_;
  const std::string& file_;
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t number_ = 0;
};

// The next of the fields that blanks and tabs part; empty where there is none.
std::string_view TakeField(std::string_view* line) {
  size_t begin = 0;
  while (begin < line->size() && IsArpaBlank((*line)[begin])) ++begin;
  size_t end = begin;
  while (end < line->size() && !IsArpaBlank((*line)[end])) ++end;
  const std::string_view field = line->substr(begin, end - begin);
  line->remove_prefix(end);
  return field;
}

float ParseLog(const ArpaLines& lines, std::string_view field, std::string_view what) {
  float value = 0;
  auto result = std::from_chars(field.data(), field.data() + field.size(), value);
  if (result.ec == std::errc::result_out_of_range) {  // such as -1e-60
    double wide = 0;
    result = std::from_chars(field.data(), field.data() + field.size(), wide);
    value = static_cast<float>(wide);
  }
  if (field.empty() || result.ec != std::errc{} || result.ptr != field.data() + field.size() ||
      !std::isfinite(value)) {
    lines.Malformed(fmt::format("'{}' is no {}", field, what));
  }
  return value;
}

// The numbers of n-grams, by order.
std::vector<uint64_t> ReadCounts(ArpaLines& lines) {
  std::string_view line;
  do {
    if (!lines.NextFull(&line)) lines.Malformed(R"(there is no \data\)");
  } while (line.starts_with('#'));
  if (line != R"(\data\)") {
    lines.Malformed(
        fmt::format(R"('{}' stands where an ARPA file has \data\)", line.substr(0, 60)));
  }
  std::vector<uint64_t> counts;
  while (lines.Next(&line) && !line.empty() && !IsArpaBlank(line[0])) {
    const std::string wanted = fmt::format("ngram {}=", counts.size() + 1);
    uint64_t count = 0;
    const char* end = line.data() + line.size();
    const bool begins = line.starts_with(wanted);
    if (begins) line.remove_prefix(wanted.size());
    while (begins && line.starts_with(' ')) line.remove_prefix(1);
    const auto result = std::from_chars(line.data(), end, count);
    if (!begins || result.ec != std::errc{} || result.ptr != end) {
      lines.Malformed(fmt::format("it is not '{}' and a number", wanted));
    }
    counts.push_back(count);
    if (counts.size() > kMaxNgramOrder) {
      lines.Malformed(fmt::format("more than {} orders", kMaxNgramOrder));
    }
  }
  if (counts.size() < 2) {
    lines.Malformed("a model of words alone; n-grams of two words are the least");
  }
  return counts;
}

// One part: all n-grams of `words` words.
void ReadPart(ArpaLines& lines, size_t words, size_t order, uint64_t count, NgramBuilder* model) {
  std::string_view line;
  const std::string heading = fmt::format(R"(\{}-grams:)", words);
  if (!lines.NextFull(&line) || line != heading) {
    lines.Malformed(fmt::format("'{}' is missing", heading));
  }
  std::array<uint32_t, kMaxNgramOrder> ids{};
  for (uint64_t i = 0; i < count; ++i) {
    if (!lines.Next(&line)) lines.Malformed(fmt::format("it ends after {} {}-grams", i, words));
    NgramWeights weights{ParseLog(lines, TakeField(&line), "log10 of a probability"), -0.0f};
    if (weights.stored_probability > 0) lines.Malformed("a probability of more than 1");
    std::string_view word;
    for (size_t n = 0; n < words; ++n) {
      word = TakeField(&line);
      if (word.empty()) lines.Malformed(fmt::format("fewer than {} words", words));
      if (words > 1 && !model->FindWord(word, &ids[words - 1 - n])) {
        lines.Malformed(fmt::format("'{}' is in no 1-gram", word));
      }
    }
    if (const std::string_view field = TakeField(&line); !field.empty()) {
      weights.backoff = ParseLog(lines, field, "log10 of a backoff");
      if (weights.backoff == 0) weights.backoff = -0.0f;
      if (words == order && weights.backoff != 0) {
        lines.Malformed("an n-gram of the highest order has a backoff");
      }
      if (!TakeField(&line).empty()) lines.Malformed("there are more fields than the n-gram has");
    }
    if (words == 1 && !model->AddWord(word, weights)) lines.Malformed("too many words");
    if (words > 1 && !model->AddNgram(std::span(ids).first(words), weights)) {
      lines.Malformed(fmt::format("its first {} words are no {}-gram", words - 1, words - 1));
    }
  }
}

}  // namespace

NgramBuilder ReadArpa(InputStream& input, const std::string& file) {
  ArpaLines lines(input, file);
  const std::vector<uint64_t> counts = ReadCounts(lines);
  NgramBuilder model(counts);
  for (size_t n = 1; n <= counts.size(); ++n) {
    ReadPart(lines, n, counts.size(), counts[n - 1], &model);
    if (n > 1) continue;
    uint32_t id;
    for (const std::string_view word : {"<s>", "</s>"}) {
      if (!model.FindWord(word, &id)) lines.Malformed(fmt::format("no 1-gram is {}", word));
    }
  }
  std::string_view line;
  if (!lines.NextFull(&line) || line != R"(\end\)") lines.Malformed(R"(\end\ is missing)");
  if (lines.NextFull(&line)) lines.Malformed(R"(it stands behind \end\)");
  return model;
}

}  // namespace owt::formats
