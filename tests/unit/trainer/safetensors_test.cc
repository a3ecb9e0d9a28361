#include "formats/safetensors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

using tests::ScratchFolder;
using tests::WriteAll;

std::vector<TensorInfo> TwoTensors() {
  return {{"a", TensorType::kF32, {2, 3}, 0, 0}, {"b", TensorType::kU8, {}, 0, 0}};
}

// A valid file with 25 bytes of data.
std::string SmallFile() {
  std::vector<TensorInfo> tensors = TwoTensors();
  std::string file = MakeSafetensorsHeader(tensors, {{"key", "a \"quoted\" \n value"}});
  for (int i = 0; i < 25; ++i) file.push_back(static_cast<char>(i));
  return file;
}

std::string FileOf(std::string_view json, size_t data_bytes) {
  const uint64_t length = json.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file.append(json) + std::string(data_bytes, 'x');
}

// The message with which `file` is refused, or empty.
std::string Refusal(const std::string& file) {
  const ScratchFolder folder;
  WriteAll(folder.File("t.safetensors"), file);
  try {
    SafetensorsReader reader(folder.File("t.safetensors"));
    for (const TensorInfo& tensor : reader.tensors()) {
      std::vector<std::byte> bytes(tensor.bytes);
      reader.Read(tensor, bytes);
    }
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.message();
  }
  return "";
}

TEST(SafetensorsTest, RoundTrip) {
  const ScratchFolder folder;
  WriteAll(folder.File("t"), SmallFile());
  const SafetensorsReader reader(folder.File("t"));
  ASSERT_EQ(reader.tensors().size(), 2U);
  EXPECT_EQ(reader.metadata().at("key"), "a \"quoted\" \n value");
  const TensorInfo* a = reader.Find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(a->bytes, 24U);
  EXPECT_EQ(a->offset % 8, 0U);
  const TensorInfo* b = reader.Find("b");
  ASSERT_NE(b, nullptr);
  std::vector<std::byte> bytes(1);
  reader.Read(*b, bytes);
  EXPECT_EQ(bytes[0], std::byte{24});
  EXPECT_EQ(reader.Find("c"), nullptr);
}

TEST(SafetensorsTest, ReadsTheSpecificationsExample) {
  // Any order of tensors and keys, spaces, and no metadata.
  EXPECT_EQ(Refusal(FileOf(R"( { "y" : {"shape":[2],"data_offsets":[8,12],"dtype":"F16"},
                                 "x" : {"dtype":"F64","shape":[],"data_offsets":[0,8]} } )",
                           12)),
            "");
  EXPECT_EQ(Refusal(FileOf("{}", 0)), "");
  EXPECT_EQ(Refusal(FileOf(R"({"e":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}})", 0)), "");
}

TEST(SafetensorsTest, EveryCutIsRefused) {
  const std::string file = SmallFile();
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(Refusal(file.substr(0, size)), "") << size;
  }
  EXPECT_NE(Refusal(file + "x"), "");
}

TEST(SafetensorsTest, RefusesLies) {
  const auto tensor = [](std::string_view type, std::string_view shape, std::string_view offsets) {
    return FileOf(fmt::format(R"({{"t":{{"dtype":"{}","shape":{},"data_offsets":{}}}}})", type,
                              shape, offsets),
                  8);
  };
  EXPECT_EQ(Refusal(tensor("F32", "[2]", "[0,8]")), "");
  for (const std::string& file : {
           tensor("F33", "[2]", "[0,8]"),
           tensor("F32", "[3]", "[0,8]"),
           tensor("F32", "[-2]", "[0,8]"),
           tensor("F32", "[2.0]", "[0,8]"),
           tensor("F32", "2", "[0,8]"),
           tensor("F32", "[2]", "[0,9]"),
           tensor("F32", "[2]", "[8,0]"),
           tensor("F32", "[1]", "[4,8]"),
           tensor("F32", "[1]", "[0,4]"),
           tensor("F32", "[2]", "[0,8,8]"),
           tensor("F32", "[2]", "[0]"),
           tensor("F32", "[2]", "\"0,8\""),
           tensor("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"),
           // Sizes whose product wraps around to 2.
           tensor("F32", "[4294967296,4294967296,2]", "[0,8]"),
           tensor("F32", "[9223372036854775809,2]", "[0,8]"),
           tensor("F32", "[2]", "[18446744073709551608,18446744073709551616]"),
       }) {
    EXPECT_NE(Refusal(file), "") << file;
  }
  EXPECT_EQ(Refusal(FileOf(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
                              "a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                           2)),
            "no valid safetensors file: 'a' occurs twice");
  EXPECT_EQ(Refusal(FileOf(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
                              "b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                           3)),
            "no valid safetensors file: 'b' does not start where the tensor before it ends");
  EXPECT_NE(Refusal(FileOf(R"({"__metadata__":{"n":1}})", 0)), "");
  EXPECT_NE(Refusal(FileOf(R"({"__metadata__":"text"})", 0)), "");
  EXPECT_NE(Refusal(FileOf("[1,2]", 0)), "");
  EXPECT_NE(Refusal(FileOf(R"({"a":1})", 0)), "");
  EXPECT_NE(Refusal(FileOf("{\"a\xff\":1}", 0)), "");
  EXPECT_NE(Refusal(FileOf(std::string(100000, '['), 0)), "");
  EXPECT_NE(Refusal(std::string(8, '\xff')), "");  // a header of 2^64 - 1 bytes
}

// Any byte of the header set to anything: refused or read, never worse.
TEST(SafetensorsTest, RandomDamage) {
  const std::string whole = SmallFile();
  std::mt19937 random(20240607);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string file = whole;
    for (uint32_t edits = 1 + random() % 4; edits > 0; --edits) {
      file[random() % (file.size() - 25)] = static_cast<char>(random());
    }
    refused += !Refusal(file).empty();
  }
  EXPECT_GT(refused, 2000);
}

}  // namespace
}  // namespace owt::formats
