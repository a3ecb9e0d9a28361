#include "stages/scrape/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include "stages/scrape/sha256.h"

namespace owt::scrape {
namespace {

namespace fs = std::filesystem;

class SpoolTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "owt-spool-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    folder_ = root_ + "/spool";
  }

  void TearDown() override { fs::remove_all(root_); }

  static std::string RecordOf(const Spool& spool, uint64_t ordinal) {
    std::string record;
    spool.Read(spool.Slots(ordinal, 1)[0], &record);
    return record;
  }

  std::string root_;
  std::string folder_;
};

TEST_F(SpoolTest, GivesBackWhatWasAdded) {
  Spool spool(folder_, "f");
  spool.Add(7, Reason::kNone, 200, "seven");
  spool.Add(2, Reason::kHttpStatus, 404, {});
  spool.Add(0, Reason::kNone, 200, "zero");
  spool.Sync();
  const auto slots = spool.Slots(0, 10);
  EXPECT_EQ(RecordOf(spool, 7), "seven");
  EXPECT_EQ(RecordOf(spool, 0), "zero");
  EXPECT_EQ(slots[2].reason, static_cast<uint16_t>(Reason::kHttpStatus));
  EXPECT_EQ(slots[2].status, 404);
  for (size_t i : {1, 3, 4, 5, 6, 8, 9}) EXPECT_FALSE(slots[i].is_known()) << i;
  spool.Remove();
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(SpoolTest, TakesUpWhatWasSyncedOnlyForTheSameRun) {
  {
    Spool spool(folder_, "run one");
    spool.Add(1, Reason::kNone, 200, "one");
    spool.Sync();
    spool.Add(2, Reason::kNone, 200, "lost");
  }
  {
    Spool spool(folder_, "run one");
    EXPECT_EQ(spool.num_recovered(), 1u);
    EXPECT_EQ(RecordOf(spool, 1), "one");
    EXPECT_FALSE(spool.Slots(2, 1)[0].is_known());
    spool.Add(2, Reason::kNone, 200, "two");
    spool.Sync();
  }
  {
    Spool spool(folder_, "run one");
    EXPECT_EQ(spool.num_recovered(), 2u);
    EXPECT_EQ(RecordOf(spool, 2), "two");
  }
  EXPECT_EQ(Spool(folder_, "run two").num_recovered(), 0u);
  EXPECT_EQ(Spool(folder_, "run one").num_recovered(), 0u);
}

TEST_F(SpoolTest, CanBeToldToStartOver) {
  {
    Spool spool(folder_, "f");
    spool.Add(1, Reason::kNone, 200, "one");
    spool.Sync();
  }
  EXPECT_EQ(Spool(folder_, "f", false).num_recovered(), 0u);
}

// A kill can leave any prefix of the journal, and pages without entries; a broken disk anything.
TEST_F(SpoolTest, AnyCutOrFlippedByteLosesOnlyWhatLiesBehind) {
  constexpr uint64_t kRecords = 50;
  const auto record = [](uint64_t i) {
    return fmt::format("record {} {}", i, std::string(i, 'x'));
  };
  const std::string journal = folder_ + "/journal";
  std::mt19937 random(3);
  for (int round = 0; round < 24; ++round) {
    fs::remove_all(folder_);
    {
      Spool spool(folder_, "f");
      for (uint64_t i = 0; i < kRecords; ++i) {
        spool.Add(i * 7 % kRecords, Reason::kNone, 200, record(i * 7 % kRecords));
        if (i % 10 == 0) spool.Sync();
      }
      spool.Sync();
    }
    const auto size = fs::file_size(journal);
    const auto header = size - kRecords * 32;
    const auto where = header + random() % (size - header);
    if (round % 2 == 0) {
      fs::resize_file(journal, where);
    } else {
      std::fstream file(journal, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(where));
      const char old = static_cast<char>(file.get());
      file.seekp(static_cast<std::streamoff>(where));
      file.put(static_cast<char>(old ^ 0x10));
    }
    const uint64_t intact = (where - header) / 32;
    Spool spool(folder_, "f");
    ASSERT_EQ(spool.num_recovered(), intact);
    for (uint64_t i = 0; i < kRecords; ++i) {
      const uint64_t ordinal = i * 7 % kRecords;
      if (i < intact) {
        ASSERT_EQ(RecordOf(spool, ordinal), record(ordinal));
      } else {
        ASSERT_FALSE(spool.Slots(ordinal, 1)[0].is_known());
        spool.Add(ordinal, Reason::kNone, 200, record(ordinal));
      }
    }
    spool.Sync();
    for (uint64_t i = 0; i < kRecords; ++i) ASSERT_EQ(RecordOf(spool, i), record(i));
  }
}

TEST_F(SpoolTest, EntriesBeyondTheEndOfPagesAreNotTrusted) {
  {
    Spool spool(folder_, "f");
    spool.Add(0, Reason::kNone, 200, "zero");
    spool.Add(1, Reason::kNone, 200, "one");
    spool.Sync();
  }
  fs::resize_file(folder_ + "/pages", 5);
  Spool spool(folder_, "f");
  EXPECT_EQ(spool.num_recovered(), 1u);
  EXPECT_EQ(RecordOf(spool, 0), "zero");
}

TEST_F(SpoolTest, AddWaitsForSyncWhenTooMuchIsUnsynced) {
  Spool spool(folder_, "f");
  const std::string big(8 << 20, 'x');
  std::thread writer([&] {
    for (uint64_t i = 0; i < 20; ++i) spool.Add(i, Reason::kNone, 200, big);
  });
  while (!spool.Slots(19, 1)[0].is_known()) {
    EXPECT_LE(spool.unsynced_bytes(), Spool::kMaxUnsyncedBytes + big.size() + 1024);
    spool.Sync();
  }
  writer.join();
  EXPECT_EQ(RecordOf(spool, 19), big);
}

// FIPS 180-4's examples, and lengths round the block size against sha256sum.
TEST(Sha256Test, Vectors) {
  EXPECT_EQ(Sha256Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(Sha256Hex(std::string(55, 'a')),
            "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(Sha256Hex(std::string(64, 'a')),
            "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

}  // namespace
}  // namespace owt::scrape
