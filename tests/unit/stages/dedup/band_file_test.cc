#include "stages/dedup/band_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace owt::dedup {
namespace {

BandFileHeader TwoBands() {
  BandFileHeader header;
  header.bands = 2;
  header.rows = 8;
  header.seed = 7;
  return header;
}

// The records of documents [first, first + count) for two bands: keys 100 and 200 more.
std::string Records(uint32_t first, uint32_t count) {
  std::string records;
  for (uint64_t band = 1; band <= 2; ++band) {
    for (uint32_t document = first; document < first + count; ++document) {
      const uint64_t key = document + 100 * band;
      records.append(reinterpret_cast<const char*>(&key), 8);
      records.append(reinterpret_cast<const char*>(&document), 4);
    }
  }
  return records;
}

TEST(BandFileTest, HeaderIsOf64Bytes) {
  const std::string bytes = TwoBands().Bytes();
  ASSERT_EQ(bytes.size(), BandFileHeader::kBytes);
  EXPECT_EQ(bytes.substr(0, 8), "OWTBAND1");
  EXPECT_EQ(bytes.substr(16, 8), std::string("\2\0\0\0\10\0\0\0", 8));
  EXPECT_EQ(bytes[48], 7);
}

void AddSome(uint32_t first, BandWriter* writer) {
  for (uint32_t i = first; i < first + 3; ++i) writer->AddExact(i, {i + 1, i + 2});
  writer->SkipTo(first + 5);  // two that are no documents
  writer->AddBands(Records(first, 3));
}

TEST(BandFileTest, WritesWhatTheHeaderSays) {
  const tests::ScratchFolder folder;
  BandWriter writer(folder.File("x"), TwoBands());
  AddSome(0, &writer);
  std::vector<OutputRecord> outputs;
  writer.Commit(&outputs);
  EXPECT_EQ(folder.Names(), (std::vector<std::string>{"x.band-00", "x.band-01", "x.exact"}));
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(outputs[1].records, 3u);
  EXPECT_EQ(outputs[2].records, 5u);
  BandFileHeader header = TwoBands();
  header.band = 1;
  header.record_bytes = 12;
  EXPECT_EQ(tests::ReadAll(folder.File("x.band-01")), header.Bytes() + Records(0, 3).substr(36));
  const std::string exact = tests::ReadAll(folder.File("x.exact"));
  ASSERT_EQ(exact.size(), BandFileHeader::kBytes + 5 * 16);
  EXPECT_EQ(exact.substr(64 + 16, 16), std::string("\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16));
  EXPECT_EQ(exact.substr(64 + 48), std::string(32, '\0'));
}

TEST(BandFileTest, GoesOnWhereACheckpointWas) {
  const tests::ScratchFolder folder;
  {
    BandWriter whole(folder.File("whole"), TwoBands());
    AddSome(0, &whole);
    AddSome(5, &whole);
    std::vector<OutputRecord> outputs;
    whole.Commit(&outputs);
  }
  BandWriter::State state;
  std::vector<Fd> unsynced;
  {
    BandWriter first(folder.File("cut"), TwoBands());
    AddSome(0, &first);
    ASSERT_TRUE(BandWriter::State::Parse(first.Checkpoint(&unsynced).Text(), &state));
    AddSome(5, &first);  // lost
  }
  unsynced.clear();  // as they keep the files from another writer
  ASSERT_TRUE(BandWriter::CanResume(folder.File("cut"), TwoBands(), state));
  EXPECT_FALSE(BandWriter::CanResume(folder.File("other"), TwoBands(), state));
  BandWriter second(folder.File("cut"), TwoBands(), state);
  AddSome(5, &second);
  std::vector<OutputRecord> outputs;
  second.Commit(&outputs);
  for (const char* end : {".band-00", ".band-01", ".exact"}) {
    EXPECT_EQ(tests::ReadAll(folder.File(std::string("cut") + end)),
              tests::ReadAll(folder.File(std::string("whole") + end)));
  }
  for (const char* bad : {"", "1", "1,", ",1", "1,2,3", "a,b"}) {
    EXPECT_FALSE(BandWriter::State::Parse(bad, &state)) << bad;
  }
}

}  // namespace
}  // namespace owt::dedup
