#include "stages/verify/verify_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "formats/end_of_text.h"
#include "formats/gpt2_vocab.h"
#include "formats/token_file.h"
#include "formats/token_range.h"
#include "pipeline/output_file.h"

namespace owt::verify {
namespace {

using formats::TokenBytes;
using formats::TokenFile;
using formats::TokenFormat;
using formats::TokenType;
using formats::TokenView;

constexpr size_t kBlockTokens = size_t{1} << 18;  // in the second-level cache
constexpr uint64_t kMaxMetadataBytes = 4096;

class TokensCheck {
 public:
  TokensCheck(const std::string& path, const DatasetRules& rules)
      : rules_(rules),
        file_(formats::ProbeTokenFormat(path).value_or(TokenFormat::kNanoGpt), path) {
    limit_ = rules.vocab_size != 0                ? static_cast<uint32_t>(rules.vocab_size)
             : file_.type() == TokenType::kUint16 ? formats::Gpt2Vocab::kGpt2Size
                                                  : formats::kAnyToken;
  }

  Finding Run() {
    const TokenView tokens = file_.tokens();
    for (size_t begin = 0; begin < tokens.size(); begin += kBlockTokens) {
      CheckBlock(begin, tokens.Part(begin, std::min(kBlockTokens, tokens.size() - begin)));
    }
    if (tokens.empty()) finding_.Problem(file_.path() + ": holds no token");
    uint64_t num_documents = num_eot_;
    if (file_.format() == TokenFormat::kLlmc) CheckHeader();
    if (file_.format() == TokenFormat::kNanoGpt) CheckEnd(tokens);
    if (file_.format() == TokenFormat::kDs) {
      num_documents = file_.num_documents();
      CheckIndex(tokens);
      CheckMetadata();
    }
    finding_.summary =
        fmt::format("{}, {} documents, {} times token {}, {} tokens of {} bytes, largest {}",
                    formats::TokenFormatName(file_.format()), num_documents, num_eot_, rules_.eod,
                    tokens.size(), TokenBytes(file_.type()), max_token_);
    return std::move(finding_);
  }

 private:
  void CheckBlock(uint64_t first, const TokenView& block) {
    num_eot_ += formats::CountToken(block, rules_.eod);
    const uint32_t largest = formats::LargestToken(block);
    max_token_ = std::max(max_token_, int64_t{largest});
    if (largest < limit_) return;
    const size_t i = formats::FindTokenFrom(block, limit_);  // one a block says enough
    finding_.Problem(fmt::format("{}:{}: token {} is {}, outside the vocabulary", file_.path(),
                                 file_.header_bytes() + (first + i) * TokenBytes(block.type()),
                                 first + i, static_cast<uint32_t>(block[i])));
  }

  void CheckHeader() {
    const formats::MappedFile raw(file_.path());
    const std::string_view rest = raw.bytes().substr(12, formats::LlmcHeader::kBytes - 12);
    const size_t at = rest.find_first_not_of('\0');
    if (at == rest.npos) return;
    finding_.Problem(fmt::format("{}:{}: the header is not zero behind its three fields",
                                 file_.path(), 12 + at));
  }

  void CheckEnd(const TokenView& tokens) {
    if (num_eot_ == 0) {
      finding_.notes.push_back(
          fmt::format("{}: token {} is not there: one document", file_.path(), rules_.eod));
    } else if (static_cast<uint32_t>(tokens[tokens.size() - 1]) != rules_.eod) {
      finding_.Problem(
          fmt::format("{}: the last document does not end with token {}; it was cut "
                      "short",
                      file_.path(), rules_.eod));
    }
  }

  // Where most documents end with <|endoftext|> all must: an end in the wrong place shows by that.
  void CheckIndex(const TokenView& tokens) {
    uint64_t begin = 0;
    uint64_t num_ended = 0;
    uint64_t num_filled = 0;
    uint64_t first_open = 0;
    for (uint64_t d = 0; d < file_.num_documents(); ++d) {
      const uint64_t end = file_.DsEnd(d);
      if (end < begin || end > tokens.size()) {
        finding_.Problem(fmt::format("{}:{}: document {} ends at token {}, but begins at {} of {}",
                                     file_.index_path(), d * sizeof(end), d, end, begin,
                                     tokens.size()));
        continue;
      }
      if (end > begin) {
        ++num_filled;
        const bool ends = static_cast<uint32_t>(tokens[end - 1]) == rules_.eod;
        if (!ends && num_filled - num_ended == 1) first_open = d;
        num_ended += ends ? 1 : 0;
      }
      begin = end;
    }
    if (num_ended == num_filled && num_eot_ != num_filled) {
      finding_.Problem(
          fmt::format("{}: {} documents that are not empty end with token {}, but it is "
                      "there {} times",
                      file_.index_path(), num_filled, rules_.eod, num_eot_));
    }
    if (num_ended != num_filled && num_ended * 2 > num_filled) {
      finding_.Problem(
          fmt::format("{}: document {} and {} others do not end with token {}, which "
                      "most do",
                      file_.index_path(), first_open, num_filled - num_ended - 1, rules_.eod));
    }
  }

  void CheckMetadata() {
    const std::string path = file_.path() + ".metadata";
    if (!FileExists(path)) {
      finding_.notes.push_back(path + ": is not there; nothing needs it");
      return;
    }
    const std::string text = ReadSmallFile(path, kMaxMetadataBytes);
    const size_t bar = text.find('|');
    const size_t line = text.find('\n');
    uint64_t width = 0;
    uint64_t tokens = 0;
    if (bar < line && line != text.npos) {
      const char* const end = text.data() + text.size();
      std::from_chars(text.data() + text.rfind('|', line) + 1, end, width);
      std::from_chars(text.data() + line + 1, end, tokens);
    }
    if (width == TokenBytes(file_.type()) && tokens == file_.num_tokens()) return;
    finding_.Problem(fmt::format("{}: says {} tokens of {} bytes, the files hold {} of {}", path,
                                 tokens, width, file_.num_tokens(), TokenBytes(file_.type())));
  }

  const DatasetRules& rules_;
  TokenFile file_;
  uint32_t limit_ = 0;
  int64_t max_token_ = -1;
  uint64_t num_eot_ = 0;
  Finding finding_;
};

}  // namespace

Finding VerifyTokens(const std::string& path, const DatasetRules& rules) {
  return TokensCheck(path, rules).Run();
}

}  // namespace owt::verify
