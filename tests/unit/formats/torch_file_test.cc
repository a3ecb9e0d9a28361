#include "formats/torch_file.h"

#include <gtest/gtest.h>

#include <cmath>

#include "formats/stored_zip.h"
#include "pipeline/error.h"
#include "tests/support/torch_file_bytes.h"

namespace owt::formats {
namespace {

using namespace tests;

std::string Floats(size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes += LittleEndian(static_cast<float>(i));
  return bytes;
}

std::vector<float> Values(const TensorView& view) {
  uint64_t count = 0;
  EXPECT_TRUE(CountElements(view.shape, &count));
  std::vector<float> values(count);
  CopyAsFloats(view, values);
  return values;
}

template <class Work>
std::string Refusal(Work work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_EQ(error.file(), "test.pt");
    return error.message();
  }
  return "";
}

std::string TensorRefusal(const std::string& bytes) {
  return Refusal([&] {
    TorchFile file(bytes, "test.pt");
    ASSERT_TRUE(file.IsTensor(file.root()));
    file.Tensor(file.root());
  });
}

TEST(TorchFileTest, DictsAndTensors) {
  const std::string bytes = TorchFileBytes(
      PickleDict(
          {{"model", PickleDict({{"w", PickleTensor("0", "FloatStorage", 6, 0, {2, 3}, {3, 1})},
                                 {"t", PickleTensor("0", "FloatStorage", 6, 1, {2, 2}, {1, 3})}})},
           {"args", PickleNamespace({{"layers", PickleInteger(7)}, {"on", PickleFlag(true)}})},
           {"version", PickleReal(3)},
           {"name", PickleText("x")},
           {"strange", "cnumpy\nrandom\n)R"}}),
      {{"0", Floats(6)}});
  TorchFile file(bytes, "test.pt");
  const PickleId root = file.root();
  const PickleId model = file.Find(root, "model").value();
  EXPECT_EQ(Values(file.Tensor(file.Find(model, "w").value())),
            (std::vector<float>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(Values(file.Tensor(file.Find(model, "t").value())), (std::vector<float>{1, 4, 2, 5}));
  EXPECT_EQ(file.Integer(file.Find(root, "args").value(), "layers"), 7);
  EXPECT_EQ(file.Flag(file.Find(root, "args").value(), "on"), true);
  EXPECT_EQ(file.Real(root, "version"), 3.0);
  EXPECT_EQ(file.Text(root, "name"), "x");
  EXPECT_EQ(file.Integer(root, "name"), std::nullopt);
  EXPECT_FALSE(file.IsDict(file.Find(root, "strange").value()));
  EXPECT_FALSE(file.IsTensor(file.Find(root, "strange").value()));
}

TEST(TorchFileTest, TensorsOutsideOfTheirStorageAreRefused) {
  const auto with = [](int64_t elements, int64_t offset, const std::vector<int64_t>& shape,
                       const std::vector<int64_t>& strides) {
    return TensorRefusal(TorchFileBytes(
        PickleTensor("0", "FloatStorage", elements, offset, shape, strides), {{"0", Floats(6)}}));
  };
  const std::string begin = "no PyTorch file that can be read: ";
  EXPECT_EQ(with(6, 0, {2, 3}, {3, 1}), "");
  EXPECT_EQ(with(6, 6, {0, 3}, {3, 1}), "") << "an empty one";
  EXPECT_EQ(with(6, 1, {2, 3}, {3, 1}), begin + "a tensor lies outside of its storage");
  EXPECT_EQ(with(6, 0, {2, 3}, {4, 1}), begin + "a tensor lies outside of its storage");
  EXPECT_EQ(with(6, 0, {2, 3}, {int64_t{1} << 62, 1}),
            begin + "a tensor lies outside of its storage");
  EXPECT_EQ(with(6, INT64_MAX, {2}, {INT64_MAX}), begin + "a tensor lies outside of its storage");
  EXPECT_EQ(with(7, 0, {7}, {1}), begin + "its storage '0' has 24 bytes, but 7 elements");
  EXPECT_EQ(with(INT64_MAX, 0, {7}, {1}),
            begin + "its storage '0' has 24 bytes, but 9223372036854775807 elements");
  EXPECT_EQ(with(-1, 0, {1}, {1}), begin + "a reference to a storage is malformed");
  EXPECT_EQ(with(6, -1, {1}, {1}), begin + "a tensor is malformed");
  EXPECT_EQ(with(6, 0, {-1}, {1}), begin + "the shape of a tensor is malformed");
  EXPECT_EQ(with(6, 0, {2}, {1, 1}), begin + "the strides of a tensor are malformed");
  EXPECT_EQ(with(6, 0, {int64_t{1} << 40, int64_t{1} << 40}, {0, 0}),
            begin + "a tensor is too large");
  EXPECT_EQ(with(6, 0, std::vector<int64_t>(9, 1), std::vector<int64_t>(9, 1)),
            begin + "a tensor has more than 8 dimensions");
}

TEST(TorchFileTest, StoragesThatAreMissingOrDamagedAreRefused) {
  const std::string begin = "no PyTorch file that can be read: ";
  const std::string tensor = PickleTensor("0", "FloatStorage", 6, 0, {6}, {1});
  EXPECT_EQ(TensorRefusal(TorchFileBytes(tensor, {{"1", Floats(6)}})),
            begin + "its storage '0' is missing");
  EXPECT_EQ(TensorRefusal(TorchFileBytes(PickleTensor("0", "EvilStorage", 6, 0, {6}, {1}), {})),
            begin + "it has a storage of the unknown type 'EvilStorage'");
  std::string bytes = TorchFileBytes(tensor, {{"0", Floats(6)}});
  bytes[bytes.find(Floats(6)) + 9] ^= 1;
  EXPECT_EQ(TensorRefusal(bytes),
            begin +
                "its storage '0' is damaged: it does not have the archive's checksum; copy or "
                "download the file again");
}

TEST(TorchFileTest, OtherArchivesAreRefused) {
  const auto refusal = [](const ZipFiles& files) {
    const std::string bytes = StoredZipBytes(files);
    return Refusal([&] { TorchFile(bytes, "test.pt"); });
  };
  const std::string begin = "no PyTorch file that can be read: ", none = WholePickle("N");
  EXPECT_EQ(refusal({{"a/data.pkl", none}}), "");
  EXPECT_EQ(refusal({{"a/data", none}}), begin + "the archive has no data.pkl");
  EXPECT_EQ(refusal({{"a/data.pkl", none}, {"a/byteorder", "big"}}),
            begin + "its numbers are big endian");
  EXPECT_EQ(refusal({{"a/data.pkl", none}, {"a/constants.pkl", none}}),
            begin + "it is a TorchScript program; save its state_dict instead");
  EXPECT_EQ(refusal({{"a/data.pkl", none}, {"a/data/0", ""}, {"a/data/0", ""}}),
            begin + "'a/data/0' is in it twice");
  EXPECT_EQ(Refusal([] { TorchFile("hello", "test.pt"); }),
            begin + "it does not begin as torch.save begins a file");
}

// Cut or changed anywhere, an archive is refused or gives the same as before.
TEST(TorchFileTest, EveryCutAndEveryFlippedByte) {
  const std::string whole =
      TorchFileBytes(PickleDict({{"w", PickleTensor("0", "FloatStorage", 6, 0, {2, 3}, {3, 1})}}),
                     {{"0", Floats(6)}});
  const auto read = [](const std::string& bytes) {
    TorchFile file(bytes, "test.pt");
    for (const auto& [key, id] : file.Entries(file.root())) {
      if (file.IsTensor(id)) {
        EXPECT_EQ(Values(file.Tensor(id)), Values(file.Tensor(id)));
      }
    }
  };
  read(whole);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(Refusal([&] { read(whole.substr(0, size)); }), "") << size;
  }
  size_t refused = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x41);
    refused += Refusal([&] { read(changed); }) != "";
  }
  EXPECT_GT(refused, whole.size() / 3);
}

// PyTorch before 1.6: pickles in a row, then the storages.
std::string LegacyBytes(const std::string& value, const std::string& keys,
                        const std::string& storages) {
  return std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15) +
         WholePickle(std::string("M\xe9\x03", 3)) + WholePickle("}") + WholePickle(value) +
         WholePickle(keys) + storages;
}

TEST(TorchFileTest, FilesFromBefore16) {
  // There a reference ends with the view that a storage is of: None.
  std::string tensor = PickleTensor("94", "HalfStorage", 2, 0, {2}, {1});
  tensor.replace(tensor.find("tQ"), 2, "NtQ");
  const std::string storage =
      LittleEndian(uint64_t{2}) + LittleEndian(uint16_t{0x3c00}) + LittleEndian(uint16_t{0xc000});
  const std::string whole = LegacyBytes(tensor, "](" + PickleText("94") + "e", storage);
  TorchFile file(whole, "test.pt");
  EXPECT_EQ(Values(file.Tensor(file.root())), (std::vector<float>{1, -2}));
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    EXPECT_NE(Refusal([&] { TorchFile(cut, "test.pt"); }), "") << size;
  }
  const std::string more =
      LegacyBytes(tensor, "](" + PickleText("94") + "e", LittleEndian(uint64_t{1} << 63) + storage);
  EXPECT_EQ(Refusal([&] { TorchFile(more, "test.pt"); }),
            "no PyTorch file that can be read: it ends inside a tensor; the file is cut short");
}

TEST(StoredZipTest, CompressedArchivesAreRefused) {
  std::string bytes = StoredZipBytes({{"a", "content"}});
  bytes[bytes.find("PK\1\2") + 10] = 8;
  EXPECT_NE(Refusal([&] { ReadStoredZip(bytes, "test.pt"); }).find("unzip it first"),
            std::string::npos);
}

TEST(TensorViewTest, OrdersOfDimensions) {
  const std::string bytes = Floats(24);
  const TensorView view = ContiguousView(TensorType::kF32, {6, 4}, bytes);
  const int64_t sizes[] = {2, 3};
  const int order[] = {2, 1, 0};
  const std::vector<float> values = Values(Permuted(Split(view, 0, sizes), order));
  size_t at = 0;
  for (int column = 0; column < 4; ++column) {
    for (int inner = 0; inner < 3; ++inner) {
      for (int outer = 0; outer < 2; ++outer) {
        EXPECT_EQ(values[at++], static_cast<float>((outer * 3 + inner) * 4 + column));
      }
    }
  }
  EXPECT_EQ(Values(Select(FirstRows(view, 2), 1)), (std::vector<float>{4, 5, 6, 7}));
  EXPECT_EQ(Values(ZeroView({2, 2})), std::vector<float>(4, 0));
}

// All halves: their values by the definition.
TEST(TensorViewTest, Halves) {
  std::string bytes;
  for (uint32_t half = 0; half < 65536; ++half) bytes += LittleEndian(static_cast<uint16_t>(half));
  const std::vector<float> values = Values(ContiguousView(TensorType::kF16, {65536}, bytes));
  for (uint32_t half = 0; half < 65536; ++half) {
    const int exponent = (half >> 10) & 31;
    const double fraction = half & 1023, sign = half & 0x8000 ? -1 : 1;
    if (exponent == 31) {
      EXPECT_EQ(std::isnan(values[half]), fraction != 0);
      EXPECT_EQ(std::isinf(values[half]), fraction == 0);
    } else {
      const double magnitude =
          exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
      EXPECT_EQ(values[half], sign * magnitude);
    }
  }
}

TEST(TensorViewTest, ToBf16RoundsToEven) {
  EXPECT_EQ(ToBf16(1.0f), 0x3f80);
  EXPECT_EQ(ToBf16(0x1.01p0f), 0x3f80) << "half-way, to even";
  EXPECT_EQ(ToBf16(0x1.03p0f), 0x3f82);
  EXPECT_EQ(ToBf16(0x1.0101p0f), 0x3f81);
  EXPECT_EQ(ToBf16(INFINITY), 0x7f80);
}

}  // namespace
}  // namespace owt::formats
