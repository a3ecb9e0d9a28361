#include "formats/compressor.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr int kGzipLevel = 6;
constexpr int kBzip2BlockSize = 9;  // in units of 100 kB
constexpr uint32_t kXzPreset = 6;
constexpr int kZstdLevel = 3;

// zlib and bzip2 count in unsigned int.
constexpr size_t kMaxDeflateStep = size_t{1} << 30;

[[noreturn]] void FailLibrary(const char* library) {
  throw Error(ErrorKind::kInternal, std::string(library) + " refused to compress");
}

class Deflater {
 public:
  Deflater() {
    constexpr int kGzipWrapper = 16;
    constexpr int kMemLevel = 8;  // the default, of gzip as well
    if (deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, MAX_WBITS + kGzipWrapper, kMemLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }

  ~Deflater() { deflateEnd(&stream_); }

  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Compress(std::string_view plain, std::string* out) {
    deflateReset(&stream_);
    size_t end = out->size();
    out->resize(end + deflateBound(&stream_, plain.size()));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    int result = Z_OK;
    for (size_t left = plain.size(); result == Z_OK;) {
      const size_t step = std::min(left, kMaxDeflateStep);
      const size_t room = std::min(out->size() - end, kMaxDeflateStep);
      stream_.avail_in = static_cast<uInt>(step);
      stream_.next_out = reinterpret_cast<Bytef*>(out->data() + end);
      stream_.avail_out = static_cast<uInt>(room);
      result = deflate(&stream_, step == left ? Z_FINISH : Z_NO_FLUSH);
      left -= step - stream_.avail_in;
      end += room - stream_.avail_out;
    }
    if (result != Z_STREAM_END) FailLibrary("zlib");
    out->resize(end);
  }

 private:
  z_stream stream_{};
};

void CompressGzip(std::string_view plain, std::string* out) {
  thread_local Deflater deflater;
  deflater.Compress(plain, out);
}

void CompressBzip2(std::string_view plain, std::string* out) {
  bz_stream stream{};
  if (BZ2_bzCompressInit(&stream, kBzip2BlockSize, 0, 0) != BZ_OK) throw std::bad_alloc();
  const std::unique_ptr<bz_stream, int (*)(bz_stream*)> owner(&stream, BZ2_bzCompressEnd);
  size_t end = out->size();
  out->resize(end + plain.size() + plain.size() / 100 + 600);  // the manual's bound
  stream.next_in = const_cast<char*>(plain.data());
  int result = BZ_RUN_OK;
  for (size_t left = plain.size(); result == BZ_RUN_OK || result == BZ_FINISH_OK;) {
    const size_t step = std::min(left, kMaxDeflateStep);
    const size_t room = std::min(out->size() - end, kMaxDeflateStep);
    stream.avail_in = static_cast<unsigned int>(step);
    stream.next_out = out->data() + end;
    stream.avail_out = static_cast<unsigned int>(room);
    result = BZ2_bzCompress(&stream, step == left ? BZ_FINISH : BZ_RUN);
    left -= step - stream.avail_in;
    end += room - stream.avail_out;
  }
  if (result != BZ_STREAM_END) FailLibrary("bzip2");
  out->resize(end);
}

void CompressXz(std::string_view plain, std::string* out) {
  lzma_options_lzma options;
  if (lzma_lzma_preset(&options, kXzPreset)) FailLibrary("liblzma");
  // A window larger than the frame costs memory and gains nothing.
  const auto size = static_cast<uint32_t>(std::min<size_t>(plain.size(), options.dict_size));
  options.dict_size = std::max<uint32_t>(size, LZMA_DICT_SIZE_MIN);
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  size_t end = out->size();
  out->resize(end + lzma_stream_buffer_bound(plain.size()));
  const lzma_ret result = lzma_stream_buffer_encode(
      filters, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const uint8_t*>(plain.data()),
      plain.size(), reinterpret_cast<uint8_t*>(out->data()), &end, out->size());
  if (result == LZMA_MEM_ERROR) throw std::bad_alloc();
  if (result != LZMA_OK) FailLibrary("liblzma");
  out->resize(end);
}

using ZstdContext = std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)>;

ZstdContext NewZstdContext() {
  ZstdContext context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 1);
  return context;
}

void CompressZstd(std::string_view plain, std::string* out) {
  thread_local const ZstdContext context = NewZstdContext();
  const size_t begin = out->size();
  const size_t bound = ZSTD_compressBound(plain.size());
  out->resize(begin + bound);
  const size_t size =
      ZSTD_compress2(context.get(), out->data() + begin, bound, plain.data(), plain.size());
  if (ZSTD_isError(size)) FailLibrary("zstd");
  out->resize(begin + size);
}

}  // namespace

void CompressFrame(Compression compression, std::string_view plain, std::string* out) {
  switch (compression) {
    case Compression::kNone:
      out->append(plain);
      return;
    case Compression::kGzip:
      CompressGzip(plain, out);
      return;
    case Compression::kBzip2:
      CompressBzip2(plain, out);
      return;
    case Compression::kXz:
      CompressXz(plain, out);
      return;
    case Compression::kZstd:
      CompressZstd(plain, out);
      return;
  }
}

}  // namespace owt::formats
