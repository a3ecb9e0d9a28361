#include "formats/decoders.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include "formats/bzip2_input.h"
#include "pipeline/error.h"

// Each decoder fills the caller's buffer until it is full or the input ends. A library may hold
// output back after it took the last byte of input, so the end of the file is an error only once a
// call with no more input makes no progress.

namespace owt::formats {
namespace {

constexpr size_t kMaxStep = std::numeric_limits<unsigned int>::max();

class Decoder : public InputStream {
 public:
  explicit Decoder(std::unique_ptr<RawInput> raw) : raw_(std::move(raw)) {}

  uint64_t compressed_position() const override { return raw_->position(); }

 protected:
  [[noreturn]] void FailTruncated(const char* format) const {
    raw_->Fail(std::string(format) + " data ends in the middle; the file is truncated");
  }

  [[noreturn]] void FailCorrupt(const char* format, const char* why) const {
    raw_->Fail(std::string(format) + " data is corrupt (" + why + ")");
  }

  [[noreturn]] void FailTrailing(const char* format) const {
    raw_->Fail(std::string("what follows the ") + format + " data is not " + format);
  }

  std::unique_ptr<RawInput> raw_;
};

// --- gzip ----------------------------------------------------------------------------------------

class GzipDecoder : public Decoder {
 public:
  explicit GzipDecoder(std::unique_ptr<RawInput> raw) : Decoder(std::move(raw)) {
    constexpr int kGzipWrapper = 16;
    if (inflateInit2(&stream_, MAX_WBITS + kGzipWrapper) != Z_OK) throw std::bad_alloc();
  }

  ~GzipDecoder() override { inflateEnd(&stream_); }

  // What was decoded before a failure comes first: a web archive that was cut has all its records
  // but the last.
  size_t Read(char* out, size_t size) override {
    size = std::min(size, kMaxStep);
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(size);
    while (stream_.avail_out > 0 && failure_.empty()) {
      if (!in_member_ && !StartMember()) break;
      Step();
    }
    if (stream_.avail_out == size && !failure_.empty()) raw_->Fail(failure_);
    return size - stream_.avail_out;
  }

 private:
  // False at the end of the input and where something else follows.
  bool StartMember() {
    const std::string_view in = raw_->Peek();
    if (in.empty()) return false;
    if (in[0] == '\0') return SkipPadding();
    if (in[0] != '\x1F') return FailLater(kTrailing);
    inflateReset(&stream_);
    in_member_ = true;
    return true;
  }

  // Tapes and some copies pad with zeros to a whole block, as RFC 1952 readers accept.
  bool SkipPadding() {
    for (std::string_view in = raw_->Peek(); !in.empty(); in = raw_->Peek()) {
      const size_t zeros = std::min(in.find_first_not_of('\0'), in.size());
      raw_->Consume(zeros);
      if (zeros < in.size()) return FailLater(kTrailing);
    }
    return false;
  }

  void Step() {
    const std::string_view in = raw_->Peek();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    raw_->Consume(in.size() - stream_.avail_in);
    if (result == Z_STREAM_END) {
      in_member_ = false;
    } else if (result == Z_BUF_ERROR && in.empty()) {
      FailLater("gzip data ends in the middle; the file is truncated");
    } else if (result == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      const char* why = stream_.msg != nullptr ? stream_.msg : "unknown header";
      FailLater(std::string("gzip data is corrupt (") + why + ")");
    }
  }

  bool FailLater(std::string message) {
    failure_ = std::move(message);
    return false;
  }

  static constexpr const char* kTrailing = "what follows the gzip data is not gzip";

  std::string failure_;  // thrown by the Read that has nothing else to return
  z_stream stream_{};
  bool in_member_ = false;
};

// --- xz ------------------------------------------------------------------------------------------

class XzDecoder : public Decoder {
 public:
  explicit XzDecoder(std::unique_ptr<RawInput> raw) : Decoder(std::move(raw)) {
    if (lzma_stream_decoder(&stream_, kMaxXzMemory, LZMA_CONCATENATED) != LZMA_OK) {
      throw std::bad_alloc();
    }
  }

  ~XzDecoder() override { lzma_end(&stream_); }

  size_t Read(char* out, size_t size) override {
    stream_.next_out = reinterpret_cast<uint8_t*>(out);
    stream_.avail_out = size;
    while (stream_.avail_out > 0 && !finished_) Step();
    return size - stream_.avail_out;
  }

 private:
  void Step() {
    const std::string_view in = raw_->Peek();
    stream_.next_in = reinterpret_cast<const uint8_t*>(in.data());
    stream_.avail_in = in.size();
    const lzma_ret result = lzma_code(&stream_, in.empty() ? LZMA_FINISH : LZMA_RUN);
    raw_->Consume(in.size() - stream_.avail_in);
    switch (result) {
      case LZMA_OK:
        return;
      case LZMA_STREAM_END:
        finished_ = true;
        return;
      case LZMA_MEM_ERROR:
        throw std::bad_alloc();
      case LZMA_BUF_ERROR:
        FailTruncated("xz");
      case LZMA_FORMAT_ERROR:
        FailTrailing("xz");
      case LZMA_MEMLIMIT_ERROR:
        raw_->Fail("xz data asks for more than 1 GiB of memory");
      case LZMA_OPTIONS_ERROR:
        FailCorrupt("xz", "options that this liblzma does not know");
      default:
        FailCorrupt("xz", "bad block or checksum");
    }
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool finished_ = false;
};

// --- zstd ----------------------------------------------------------------------------------------

class ZstdDecoder : public Decoder {
 public:
  explicit ZstdDecoder(std::unique_ptr<RawInput> raw)
      : Decoder(std::move(raw)), context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    // Reddit's dumps are written with --long=31.
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, 31);
  }

  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }

  size_t Read(char* out, size_t size) override {
    ZSTD_outBuffer output{out, size, 0};
    while (output.pos < size) {
      const std::string_view in = raw_->Peek();
      if (in.empty() && !in_frame_) break;
      Step(in, &output);
    }
    return output.pos;
  }

 private:
  void Step(std::string_view in, ZSTD_outBuffer* output) {
    const size_t before = output->pos;
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    const size_t result = ZSTD_decompressStream(context_, output, &input);
    raw_->Consume(input.pos);
    if (ZSTD_isError(result)) FailCorrupt("zstd", ZSTD_getErrorName(result));
    in_frame_ = result != 0;
    if (in_frame_ && in.empty() && output->pos == before) FailTruncated("zstd");
  }

  ZSTD_DCtx* context_;
  bool in_frame_ = false;
};

}  // namespace

std::unique_ptr<InputStream> NewDecoder(Compression compression, std::unique_ptr<RawInput> raw,
                                        int workers) {
  switch (compression) {
    case Compression::kGzip:
      return std::make_unique<GzipDecoder>(std::move(raw));
    case Compression::kBzip2:
      return std::make_unique<Bzip2Input>(std::move(raw), workers);
    case Compression::kXz:
      return std::make_unique<XzDecoder>(std::move(raw));
    case Compression::kZstd:
      return std::make_unique<ZstdDecoder>(std::move(raw));
    case Compression::kNone:
      break;
  }
  throw Error(ErrorKind::kInternal, "no decoder for plain data");
}

}  // namespace owt::formats
