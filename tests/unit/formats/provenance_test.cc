#include "formats/provenance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "formats/provenance_writer.h"
#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

struct Entry {
  uint64_t file, offset;
  std::string url;
};

std::string PathOf(uint64_t file) { return "in-" + std::to_string(file) + ".jsonl"; }

std::vector<Entry> RandomEntries(size_t count) {
  std::mt19937_64 random(7);
  std::vector<Entry> entries;
  Entry entry{2, 0, ""};
  for (size_t i = 0; i < count; ++i) {
    if (random() % 100 == 0) entry = {entry.file + 1 + random() % 3, 0, ""};
    entry.url.assign(random() % 40, static_cast<char>('a' + random() % 26));
    entries.push_back(entry);
    entry.offset += 1 + random() % (uint64_t{1} << 40);
  }
  return entries;
}

class ProvenanceTest : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::vector<Entry>& entries) {
    ProvenanceWriter writer(path);
    for (const Entry& e : entries) writer.Add(e.file, e.offset, e.url);
    writer.Commit(PathOf);
  }

  owt::tests::ScratchFolder folder_;
  const std::string path_ = folder_.File("x.provenance");
};

TEST_F(ProvenanceTest, GivesBackEveryDocument) {
  const auto entries = RandomEntries(200000);  // more than a block of each spool
  Write(path_, entries);
  const Provenance read(path_);
  ASSERT_EQ(read.num_documents(), entries.size());
  uint64_t url_bytes = 0, path_bytes = 0, last_file = ~uint64_t{0};
  for (size_t d = 0; d < entries.size(); ++d) {
    const auto origin = read.Of(d);
    ASSERT_EQ(origin.file, PathOf(entries[d].file)) << d;
    ASSERT_EQ(origin.offset, entries[d].offset) << d;
    ASSERT_EQ(origin.url, entries[d].url) << d;
    url_bytes += origin.url.size();
    if (last_file != entries[d].file) path_bytes += origin.file.size();
    last_file = entries[d].file;
  }
  EXPECT_THAT(read.Problems(), IsEmpty());
  EXPECT_EQ(owt::tests::ReadAll(path_).size(), 16 * entries.size() + 16 * read.num_files() +
                                                   path_bytes + url_bytes + kProvenanceTailBytes);
  EXPECT_THAT(folder_.Names(), ElementsAre("x.provenance"));
}

TEST_F(ProvenanceTest, TheBytesOfASmallFile) {
  Write(path_, {{0, 0, "http://a"}, {0, 30, ""}, {4, 7, "b"}});
  const auto u64 = [](uint64_t v) { return std::string(reinterpret_cast<const char*>(&v), 8); };
  EXPECT_EQ(owt::tests::ReadAll(path_),
            u64(0) + u64(8) + u64(30) + u64(8) + u64(7) + u64(9) +  // documents
                u64(0) + u64(10) + u64(2) + u64(20) +               // files
                "in-0.jsonlin-4.jsonlhttp://ab" + u64(3) + u64(2) + u64(20) + u64(9) + u64(1) +
                std::string("OWTPROV\0", 8));
}

TEST_F(ProvenanceTest, ARunGoesOnFromAnyCheckpointWithTheSameBytes) {
  const auto entries = RandomEntries(3000);
  Write(folder_.File("whole"), entries);
  for (const size_t checkpoint : {0u, 1u, 99u, 1500u, 3000u}) {
    ProvenanceState state;
    {
      std::vector<Fd> unsynced;
      ProvenanceWriter writer(path_);
      for (size_t d = 0; d < checkpoint; ++d) {
        writer.Add(entries[d].file, entries[d].offset, entries[d].url);
      }
      state = writer.Checkpoint(&unsynced);
      for (size_t d = checkpoint; d < entries.size(); ++d) writer.Add(99, d, "lost in the crash");
      writer.Checkpoint(&unsynced);
    }
    const auto parsed = ProvenanceState::Parse(state.Text());
    ASSERT_EQ(parsed, state);
    ASSERT_TRUE(ProvenanceWriter::CanResume(path_, *parsed));
    ProvenanceWriter writer(path_, *parsed);
    for (size_t d = checkpoint; d < entries.size(); ++d) {
      writer.Add(entries[d].file, entries[d].offset, entries[d].url);
    }
    writer.Commit(PathOf);
    ASSERT_EQ(owt::tests::ReadAll(path_), owt::tests::ReadAll(folder_.File("whole")));
  }
  EXPECT_FALSE(ProvenanceWriter::CanResume(path_, {10, 1, 1, 0}));
  EXPECT_THAT(folder_.Names(), ElementsAre("whole", "x.provenance"));
  for (const char* text : {"", "1", "1 1 1", "1 1 1 1 1", "1 2 1 1", "1 1 x 1"}) {
    EXPECT_FALSE(ProvenanceState::Parse(text).has_value()) << text;
  }
}

// Every byte of the numbers is looked at: a change is a problem or an error, or another answer that
// is in order too (an offset, a bound of a url), and never reads outside.
TEST_F(ProvenanceTest, DamageIsAnErrorOrAProblem) {
  Write(path_, {{0, 10, "http://a"}, {0, 30, "http://bc"}, {4, 7, "b"}});
  const std::string good = owt::tests::ReadAll(path_);
  const auto outcome = [&](const std::string& bytes) -> size_t {
    owt::tests::WriteAll(path_, bytes);
    try {
      const Provenance read(path_);
      for (uint64_t d = 0; d < read.num_documents(); ++d) read.Of(d);
      return read.Problems().size();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      return 1;
    }
  };
  EXPECT_EQ(outcome(good), 0u);
  for (size_t at = 0; at < good.size(); ++at) {
    EXPECT_GT(outcome(good.substr(0, at)), 0u) << "cut to " << at;
    std::string changed = good;
    changed[at] ^= static_cast<char>(0x80);
    const size_t num_problems = outcome(changed);
    const bool is_number = at < 5 * 16 || at >= good.size() - kProvenanceTailBytes;
    // A far larger offset of the last document of a file is an offset like another.
    const bool is_last_offset = (at >= 16 && at < 24) || (at >= 32 && at < 40);
    if (is_number && !is_last_offset) {
      EXPECT_GT(num_problems, 0u) << at;
    }
  }
}

TEST_F(ProvenanceTest, SaysWhatIsWrong) {
  owt::tests::WriteAll(path_, std::string(100, 'x'));
  EXPECT_THAT([&] { Provenance read(path_); }, ThrowsMessage<Error>(HasSubstr("OWTPROV")));
  Write(path_, {{0, 10, "a"}, {0, 10, "b"}});
  EXPECT_THAT(Provenance(path_).Problems(),
              ElementsAre(HasSubstr("x.provenance:16: document 1 stands before the one before")));
}

TEST(ProvenancePath, StandsBesideTheDataset) {
  for (const char* name : {"x_text_document", "x_text_document.bin", "x_text_document.idx",
                           "x_text_document.provenance"}) {
    EXPECT_EQ(ProvenancePath(name), "x_text_document.provenance");
  }
}

}  // namespace
}  // namespace owt::formats
