#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "pipeline/error.h"
#include "pipeline/hash.h"
#include "pipeline/journal.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"
#include "pipeline/side_file.h"

namespace owt {
namespace {

namespace fs = std::filesystem;

// A fresh folder per test.
class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    std::string pattern = testing::TempDir() + "/owtXXXXXX";
    folder_ = std::string(mkdtemp(pattern.data())) + "/";
  }

  ~FolderTest() override { fs::remove_all(folder_); }

  size_t num_files() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  void Touch(const std::string& name) {
    fs::create_directories(fs::path(folder_ + name).parent_path());
    std::ofstream(folder_ + name) << "x";
  }

  std::string folder_;
};

using OutputFileTest = FolderTest;

TEST_F(OutputFileTest, ExistsOnlyAfterCommit) {
  const std::string path = folder_ + "a";
  OutputFile file(path);
  file.Write("hello");
  EXPECT_FALSE(FileExists(path));
  file.Commit();
  EXPECT_EQ(ReadSmallFile(path, 100), "hello");
  EXPECT_EQ(file.xxh3(), Hash64("hello"));
  EXPECT_EQ(num_files(), 1u);
}

TEST_F(OutputFileTest, LeavesNothingWhenAbandoned) {
  { OutputFile(folder_ + "a").Write("hello"); }
  EXPECT_EQ(num_files(), 0u);
}

TEST_F(OutputFileTest, GoesOnWhereAnEarlierRunStopped) {
  {
    OutputFile file(folder_ + "a");
    file.Write("hello, lost");
    std::vector<Fd> unsynced;
    file.Keep(&unsynced);
  }
  OutputFile file(folder_ + "a", 5);
  EXPECT_EQ(file.xxh3(), Hash64("hello"));
  file.Write(" world");
  file.Commit();
  EXPECT_EQ(ReadSmallFile(folder_ + "a", 100), "hello world");
  EXPECT_EQ(file.xxh3(), Hash64("hello world"));
}

TEST_F(OutputFileTest, RefusesAShorterPartialFile) {
  {
    OutputFile file(folder_ + "a");
    file.Write("hello");
    std::vector<Fd> unsynced;
    file.Keep(&unsynced);
  }
  EXPECT_THROW(OutputFile(folder_ + "a", 6), Error);
}

TEST_F(OutputFileTest, RefusesASecondWriter) {
  OutputFile first(folder_ + "a");
  first.Write("first");
  EXPECT_THROW(OutputFile(folder_ + "a"), Error);
  first.Commit();
  EXPECT_EQ(ReadSmallFile(folder_ + "a", 100), "first");
}

TEST_F(OutputFileTest, NamesTheFolderThatIsMissing) {
  try {
    OutputFile(folder_ + "none/a");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_NE(std::string(error.what()).find("none/"), std::string::npos);
  }
}

class JournalTest : public FolderTest {
 protected:
  Journal::Entry Entry(uint64_t offset) {
    Journal::Entry entry;
    entry.position = {2, offset, 7};
    entry.sink = "{\"state\": \"a\\tb\"}";
    entry.tally.in = 9;
    entry.tally.out = 8;
    entry.tally.Drop("short");
    entry.quarantine_bytes = 11;
    entry.file_hashes = {{0, ~uint64_t{0}}, {1, 5}};
    return entry;
  }

  std::string output() const { return folder_ + "out"; }

  std::string journal_path() const { return folder_ + ".out.owt-journal"; }
};

TEST_F(JournalTest, ReturnsTheLastEntry) {
  Journal journal(output(), "f");
  EXPECT_FALSE(journal.Load().has_value());
  journal.Append(Entry(100));
  journal.Append(Entry(200));
  const auto entry = Journal(output(), "f").Load();
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->position, (Position{2, 200, 7}));
  EXPECT_EQ(entry->sink, Entry(0).sink);
  EXPECT_EQ(entry->tally.dropped.at("short"), 1u);
  EXPECT_EQ(entry->quarantine_bytes, 11u);
  EXPECT_EQ(entry->file_hashes, Entry(0).file_hashes);
}

TEST_F(JournalTest, IsNotForAnotherRun) {
  Journal(output(), "f").Append(Entry(100));
  EXPECT_FALSE(Journal(output(), "g").Load().has_value());
  Journal other(output(), "g");
  other.Append(Entry(300));
  EXPECT_EQ(Journal(output(), "g").Load()->position.offset, 300u);
  EXPECT_FALSE(Journal(output(), "f").Load().has_value());
}

// Cut or damaged at any byte it returns an entry that was written whole, or none; and it can be
// appended to.
TEST_F(JournalTest, SurvivesTruncationsAndFlips) {
  {
    Journal journal(output(), "f");
    journal.Append(Entry(100));
    journal.Append(Entry(200));
  }
  const std::string whole = ReadSmallFile(journal_path(), 1 << 20);
  for (size_t i = 0; i < 2 * whole.size(); i += 13) {
    std::string damaged = i < whole.size() ? whole.substr(0, i) : whole;
    if (i >= whole.size()) damaged[i - whole.size()] ^= 1;
    std::ofstream(journal_path(), std::ios::trunc) << damaged;
    const auto entry = Journal(output(), "f").Load();
    if (entry.has_value()) {
      EXPECT_TRUE(entry->position.offset == 100 || entry->position.offset == 200);
    }
    Journal(output(), "f").Append(Entry(300));
    ASSERT_EQ(Journal(output(), "f").Load()->position.offset, 300u) << i;
  }
}

using PathsTest = FolderTest;

TEST_F(PathsTest, FoldersAreReadSortedWithoutHiddenAndSideFiles) {
  for (const char* name :
       {"b", "a/z", "a.txt", ".hidden", "out.manifest.json", "x.quarantine.jsonl"}) {
    Touch(name);
  }
  std::vector<std::string> names;
  for (const InputRecord& input : ExpandInputs({folder_})) {
    names.push_back(input.path.substr(folder_.size()));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a.txt", "a/z", "b"}));
}

TEST_F(PathsTest, PatternsAreSortedAndMustMatch) {
  for (const char* name : {"2.txt", "10.txt", "1.txt", "3.md"}) Touch(name);
  const auto inputs = ExpandInputs({folder_ + "*.txt"});
  ASSERT_EQ(inputs.size(), 3u);
  EXPECT_EQ(inputs[0].path, folder_ + "1.txt");
  EXPECT_EQ(inputs[1].path, folder_ + "10.txt");
  EXPECT_THROW(ExpandInputs({folder_ + "*.csv"}), Error);
  EXPECT_THROW(ExpandInputs({folder_ + "none"}), Error);
}

TEST_F(PathsTest, AFolderOfAnUnfinishedRunIsRefused) {
  Touch("part-00000.jsonl");
  Touch(".owt-journal");
  EXPECT_THROW(ExpandInputs({folder_}), Error);
}

TEST(NameBesideTest, PutsTheStageBeforeTheSuffix) {
  EXPECT_EQ(NameBeside("a/merged.json", "dedup"), "a/merged.dedup.json");
  EXPECT_EQ(NameBeside("x.jsonl.zst", "dedup"), "x.dedup.jsonl.zst");
  EXPECT_EQ(NameBeside("plain", "dedup"), "plain.dedup");
  EXPECT_EQ(NameBeside("a/b/", "merge"), "a/b.merge");
}

TEST(SideLineTest, KeepsTextAsTextAndBytesAsBase64) {
  std::string out;
  AppendSideLine("s", "f", 3, "r", "a\"\n\x01", &out);
  EXPECT_EQ(out,
            "{\"stage\":\"s\",\"file\":\"f\",\"offset\":3,\"reason\":\"r\","
            "\"record\":\"a\\\"\\n\\u0001\"}\n");
  const std::pair<std::string, std::string> base64[] = {
      {"\xff", "/w=="}, {"\xff\xfe", "//4="}, {"\xff\xfe\xfd", "//79"}};
  for (const auto& [bytes, text] : base64) {
    out.clear();
    AppendSideLine("s", "f", 3, "r", bytes, &out);
    EXPECT_NE(out.find("\"record_base64\":\"" + text + "\""), std::string::npos) << out;
  }
}

}  // namespace
}  // namespace owt
