#include "trainer/metrics/event_format.h"

#include <bit>
#include <cstring>
#include <optional>

#include "trainer/metrics/crc32c.h"

namespace owt::trainer {
namespace {

static_assert(std::endian::native == std::endian::little);

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

template <class T>
void AppendRaw(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

void AppendKey(uint32_t field, WireType type, std::string* out) {
  AppendVarint(field << 3 | type, out);
}

void AppendBytes(uint32_t field, std::string_view bytes, std::string* out) {
  AppendKey(field, kBytes, out);
  AppendVarint(bytes.size(), out);
  out->append(bytes);
}

// A CRC of data that holds CRCs would be weak; hence the rotation and the constant.
uint32_t MaskedCrc(std::string_view bytes) {
  const uint32_t crc = Crc32c(bytes);
  return std::rotr(crc, 15) + 0xA282EAD8U;
}

std::string Record(std::string_view event) {
  std::string record;
  AppendRaw(static_cast<uint64_t>(event.size()), &record);
  AppendRaw(MaskedCrc(record), &record);
  record.append(event);
  AppendRaw(MaskedCrc(event), &record);
  return record;
}

std::string BeginEvent(double wall_time, int64_t step) {
  std::string event;
  AppendKey(1, kFixed64, &event);
  AppendRaw(wall_time, &event);
  if (step != 0) {
    AppendKey(2, kVarint, &event);
    AppendVarint(static_cast<uint64_t>(step), &event);
  }
  return event;
}

template <class T>
T RawAt(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// Reads the fields of one message.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : rest_(message) {}

  // False at the end, and at what is no field.
  bool Next() {
    const std::optional<uint64_t> key = Varint();
    if (!key) return false;
    field_ = *key >> 3;
    switch (*key & 7) {
      case kVarint: {
        const std::optional<uint64_t> value = Varint();
        number_ = value.value_or(0);
        return value.has_value();
      }
      case kFixed64:
        return Skip(8);
      case kFixed32:
        return Skip(4);
      case kBytes: {
        const std::optional<uint64_t> size = Varint();
        if (!size || *size > rest_.size()) return false;
        bytes_ = rest_.substr(0, *size);
        rest_.remove_prefix(*size);
        return true;
      }
      default:
        return false;
    }
  }

  uint64_t field() const { return field_; }

  uint64_t number() const { return number_; }  // of a varint

  std::string_view bytes() const { return bytes_; }  // of a field of bytes

 private:
  std::optional<uint64_t> Varint() {
    uint64_t value = 0;
    for (size_t i = 0; i < rest_.size() && i < 10; ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return value;
      }
    }
    return std::nullopt;
  }

  bool Skip(size_t size) {
    if (size > rest_.size()) return false;
    rest_.remove_prefix(size);
    number_ = 0;
    bytes_ = {};
    return true;
  }

  std::string_view rest_, bytes_;
  uint64_t field_ = 0, number_ = 0;
};

// The bytes of the first field with that number, or none.
std::string_view FindBytes(std::string_view message, uint64_t field) {
  for (FieldReader reader(message); reader.Next();) {
    if (reader.field() == field) return reader.bytes();
  }
  return {};
}

bool IsBehind(std::string_view event, int64_t iteration, int64_t samples) {
  int64_t step = 0;
  std::string_view summary;
  for (FieldReader reader(event); reader.Next();) {
    if (reader.field() == 2) step = static_cast<int64_t>(reader.number());
    if (reader.field() == 5) summary = reader.bytes();
  }
  if (summary.empty()) return false;
  const std::string_view tag = FindBytes(FindBytes(summary, 1), 1);
  return step > (tag.ends_with(kVersusSamples) ? samples : iteration);
}

}  // namespace

std::string EventFileStart(double wall_time) {
  std::string event = BeginEvent(wall_time, 0);
  AppendBytes(3, "brain.Event:2", &event);
  return Record(event);
}

std::string ScalarEvent(double wall_time, int64_t step, std::span<const Scalar> scalars) {
  std::string event = BeginEvent(wall_time, step), summary;
  for (const Scalar& scalar : scalars) {
    std::string value;
    AppendBytes(1, scalar.tag, &value);
    AppendKey(2, kFixed32, &value);
    AppendRaw(static_cast<float>(scalar.value), &value);
    AppendBytes(1, value, &summary);
  }
  AppendBytes(5, summary, &event);
  return Record(event);
}

uint64_t KeptEventBytes(std::string_view file, int64_t iteration, int64_t samples) {
  constexpr size_t kHead = 12, kTail = 4;
  size_t kept = 0;
  while (file.size() - kept >= kHead + kTail) {
    const std::string_view rest = file.substr(kept);
    const auto size = RawAt<uint64_t>(rest, 0);
    if (MaskedCrc(rest.substr(0, 8)) != RawAt<uint32_t>(rest, 8)) break;
    if (size > rest.size() - kHead - kTail) break;
    const std::string_view event = rest.substr(kHead, size);
    if (MaskedCrc(event) != RawAt<uint32_t>(rest, kHead + size)) break;
    if (IsBehind(event, iteration, samples)) break;
    kept += kHead + size + kTail;
  }
  return kept;
}

}  // namespace owt::trainer
