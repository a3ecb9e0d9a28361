#include "stages/convert/token_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "formats/end_of_text.h"
#include "pipeline/error.h"

namespace owt::convert {

using formats::TokenBytes;
using formats::TokenFormat;

TokenSource::TokenSource(RunContext& context, const std::vector<TokenInput>& inputs, uint32_t eot,
                         bool one_sequence)
    : context_(context),
      inputs_(inputs),
      eot_(eot),
      one_sequence_(one_sequence),
      batch_bytes_(static_cast<size_t>(
          std::min<uint64_t>(context.batch_bytes(), context.common.max_record_bytes))) {
  for (const InputRecord& input : context_.inputs) bytes_total_ += input.bytes;
}

void TokenSource::Open() {
  const TokenInput& input = inputs_[input_];
  file_ = std::make_unique<formats::TokenFile>(input.format, input.path);
  if (file_->type() != input.type) {
    throw Error(ErrorKind::kInput, "was changed during the run", input.path);
  }
  tokens_ = Fd::OpenRead(input.path);
  const uint64_t header = file_->header_bytes();
  hash_.Reset();
  hash_whole_ = offset_ == 0;
  if (hash_whole_ && header != 0) {
    std::string bytes(header, '\0');
    bytes.resize(tokens_.ReadAt(bytes.data(), bytes.size(), 0));
    hash_.Update(bytes);
  }
  next_token_ = offset_;
  if (file_->has_index()) {
    const uint64_t num_documents = file_->num_documents();
    next_token_ = offset_ < num_documents ? file_->Document(offset_).begin : file_->num_tokens();
  }
  tokens_.SeekTo(header + next_token_ * TokenBytes(input.type));
}

// Leaves the current input behind.
void TokenSource::Close() {
  const TokenInput& input = inputs_[input_];
  if (hash_whole_) {
    hashes_.push_back({input.file, hash_.digest()});
    if (file_->has_index()) {
      // The index was read where it was needed; this is one more look at what is in memory.
      const formats::MappedFile index(file_->index_path());
      hashes_.push_back({input.index_file, Hash64(index.bytes())});
    }
  }
  file_.reset();
  tokens_.Close();
  ++input_;
  offset_ = 0;
}

void TokenSource::Seek(const Position& position) {
  record_ = position.record;
  offset_ = position.offset;
  input_ = 0;
  while (input_ < inputs_.size() && inputs_[input_].file < position.file) ++input_;
  bytes_read_ = 0;
  for (uint32_t i = 0; i < position.file && i < context_.inputs.size(); ++i) {
    bytes_read_ += context_.inputs[i].bytes;
  }
}

bool TokenSource::Next(Batch* batch) {
  while (true) {
    batch->bytes.Clear();
    if (!hashes_.empty()) {
      const FileHash hash = hashes_.front();
      hashes_.pop_front();
      const Position next =
          segments_.empty()
              ? Position{input_ < inputs_.size() ? inputs_[input_].file
                                                 : static_cast<uint32_t>(context_.inputs.size()),
                         offset_, record_}
              : PositionAt(0);
      batch->sequence = sequence_++;
      batch->begin = {hash.file, 0, record_};
      batch->end = next;
      batch->file_xxh3 = hash.xxh3;
      return true;
    }
    if (input_ == inputs_.size() && carry_.empty()) return false;
    if (input_ < inputs_.size() && file_ == nullptr) Open();
    const bool indexed = carry_.empty() && file_->has_index();
    if (indexed && offset_ < file_->num_documents()) {
      FillIndexed(batch);
      batch->sequence = sequence_++;
      return true;
    }
    if (!indexed && FillStream(batch)) {
      batch->sequence = sequence_++;
      return true;
    }
    if (indexed) Close();
  }
}

void TokenSource::ReadTokens(uint64_t count, Buffer* bytes) {
  const size_t wanted = static_cast<size_t>(count * TokenBytes(file_->type()));
  const size_t held = bytes->size();
  bytes->Resize(held + wanted);
  for (size_t done = 0; done < wanted;) {
    const size_t got = tokens_.Read(bytes->data() + held + done, wanted - done);
    if (got == 0) throw Error(ErrorKind::kInput, "was cut short during the run", file_->path());
    done += got;
  }
  if (hash_whole_) hash_.Update(bytes->view().substr(held));
  next_token_ += count;
  bytes_read_ += wanted;
}

void TokenSource::FailTooLarge(uint64_t bytes) const {
  throw Error(ErrorKind::kInput,
              fmt::format("a document takes more than {} bytes of tokens; if that is right, raise "
                          "--max-record (and --memory); if not, --eot may name the wrong token",
                          bytes),
              inputs_[std::min(input_, inputs_.size() - 1)].path);
}

void TokenSource::FillIndexed(Batch* batch) {
  const TokenInput& input = inputs_[input_];
  const uint64_t width = TokenBytes(input.type);
  batch->begin = {input.file, offset_, record_};
  std::string lengths;
  uint64_t end = next_token_;
  while (offset_ < file_->num_documents()) {
    const auto span = file_->Document(offset_);
    if (span.begin != end) {
      throw Error(ErrorKind::kInput,
                  fmt::format("document {} does not begin where the one before it ends; owt verify "
                              "says more",
                              offset_),
                  file_->index_path());
    }
    if (one_sequence_ && span.num_sequences > 1) {
      throw Error(ErrorKind::kInput,
                  fmt::format("document {} has {} sequences, which cannot be kept apart; the other "
                              "formats take them joined",
                              offset_, span.num_sequences),
                  file_->index_path());
    }
    const uint64_t bytes = (span.end - span.begin) * width;
    if (bytes > context_.common.max_record_bytes) FailTooLarge(context_.common.max_record_bytes);
    const uint64_t held = (end - next_token_) * width + lengths.size();
    if (!lengths.empty() && held + bytes > batch_bytes_) break;
    const auto length = static_cast<int32_t>(span.end - span.begin);
    lengths.append(reinterpret_cast<const char*>(&length), sizeof(length));
    end = span.end;
    ++offset_;
    ++record_;
  }
  ReadTokens(end - next_token_, &batch->bytes);
  batch->bytes.Append(lengths);
  file_->DropPages();
  const bool done = offset_ == file_->num_documents();
  if (done && next_token_ != file_->num_tokens()) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("the last document ends at token {} of {}", next_token_, file_->num_tokens()),
        file_->index_path());
  }
  batch->end = {input.file, offset_, record_};
}

// Whether the document that is being read may go on in the next input.
bool TokenSource::StreamGoesOn() const {
  const TokenInput& input = inputs_[input_];
  return input.format == TokenFormat::kLlmc && input_ + 1 < inputs_.size() &&
         inputs_[input_ + 1].format == TokenFormat::kLlmc && inputs_[input_ + 1].type == input.type;
}

// More of the stream into *bytes; false at its end.
bool TokenSource::ReadStream(Buffer* bytes) {
  while (next_token_ == file_->num_tokens()) {
    const bool goes_on = StreamGoesOn();
    Close();
    if (!goes_on) return false;
    Open();
  }
  const uint64_t width = TokenBytes(file_->type());
  const size_t held = bytes->size();
  // A stream without boundaries doubles: linear work.
  const uint64_t wanted = held < batch_bytes_ ? batch_bytes_ - held : held;
  const uint64_t count =
      std::min(std::max<uint64_t>(wanted / width, 1), file_->num_tokens() - next_token_);
  if (segments_.empty() || segments_.back().input != input_) {
    segments_.push_back({held, input_, next_token_});
  }
  ReadTokens(count, bytes);
  offset_ = next_token_;
  return true;
}

// Byte behind which the last whole document ends; 0 where none does.
size_t TokenSource::LastBoundary(const Buffer& bytes, formats::TokenType type) const {
  const size_t width = TokenBytes(type);
  const formats::TokenView tokens(type, bytes.view());
  const bool ends = inputs_[segments_[0].input].format == TokenFormat::kNanoGpt;
  for (size_t i = tokens.size(); i-- > (ends ? 0 : 1);) {
    if (static_cast<uint32_t>(tokens[i]) == eot_) return (ends ? i + 1 : i) * width;
  }
  return 0;
}

Position TokenSource::PositionAt(size_t at) const {
  auto segment = segments_.begin();
  while (segment + 1 != segments_.end() && (segment + 1)->at <= at) ++segment;
  const TokenInput& input = inputs_[segment->input];
  return {input.file, segment->offset + (at - segment->at) / TokenBytes(input.type), record_};
}

// False where the stream has ended and nothing of it is left.
bool TokenSource::FillStream(Batch* batch) {
  Buffer& bytes = batch->bytes;
  bytes.Append(carry_);
  carry_.clear();
  size_t end = 0;
  while (true) {
    const bool more = file_ != nullptr && ReadStream(&bytes);
    if (!more) {
      if (bytes.size() == 0) return false;
      end = bytes.size();
      break;
    }
    if (bytes.size() >= batch_bytes_) {
      end = LastBoundary(bytes, inputs_[segments_[0].input].type);
      if (end > 0) break;
    }
    if (bytes.size() > context_.common.max_record_bytes) {
      FailTooLarge(context_.common.max_record_bytes);
    }
  }
  batch->begin = PositionAt(0);
  if (end == bytes.size()) {
    segments_.clear();
    batch->end = {input_ < inputs_.size() ? inputs_[input_].file
                                          : static_cast<uint32_t>(context_.inputs.size()),
                  offset_, record_};
  } else {
    batch->end = PositionAt(end);
    carry_.assign(bytes.view().substr(end));
    bytes.Resize(end);
    // What is left of the segments now counts from the beginning of carry_.
    const Position next = batch->end;
    std::vector<Segment> rest;
    for (const Segment& segment : segments_) {
      if (segment.at > end) rest.push_back({segment.at - end, segment.input, segment.offset});
      if (inputs_[segment.input].file == next.file) rest = {{0, segment.input, next.offset}};
    }
    segments_ = std::move(rest);
  }
  return true;
}

}  // namespace owt::convert
