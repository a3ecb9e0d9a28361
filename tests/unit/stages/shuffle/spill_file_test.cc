#include "stages/shuffle/spill_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "pipeline/error.h"

namespace owt::shuffle {
namespace {

namespace fs = std::filesystem;

class SpillFileTest : public testing::Test {
 protected:
  SpillFileTest() {
    std::string name = testing::TempDir() + "spill-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/.out.shuffle";
  }

  ~SpillFileTest() override { fs::remove_all(folder_); }

  SpillFile::Extent Put(SpillFile* file, std::vector<std::string> texts) {
    std::vector<iovec> pieces;
    uint64_t length = 0;
    for (std::string& text : texts) {
      pieces.push_back({text.data(), text.size()});
      length += text.size();
    }
    const SpillFile::Extent extent = file->Reserve(length);
    file->Write(extent, pieces);
    return extent;
  }

  std::string Get(const SpillFile& file, SpillFile::Extent extent) {
    std::string text(extent.length, '\0');
    file.Read(extent, text.data());
    return text;
  }

  std::string folder_, path_;
};

TEST_F(SpillFileTest, NameIsHiddenBesideTheOutput) {
  EXPECT_EQ(SpillFile::NameBeside("a/b.jsonl"), "a/.b.jsonl.shuffle");
  EXPECT_EQ(SpillFile::NameBeside("b"), ".b.shuffle");
  EXPECT_EQ(SpillFile::NameBeside("/b"), "/.b.shuffle");
  EXPECT_EQ(SpillFile::NameBeside("a/parts/"), "a/.parts.shuffle");
}

TEST_F(SpillFileTest, ReadsBackWhatWasWritten) {
  SpillFile file(path_);
  EXPECT_FALSE(fs::exists(path_)) << "created before it is needed";
  std::vector<std::string> many;
  std::string joined;
  for (int i = 0; i < 3000; ++i) many.push_back(std::to_string(i));  // more than one system call
  for (const std::string& text : many) joined += text;
  const auto first = Put(&file, {"one", "", "two"});
  const auto second = Put(&file, many);
  EXPECT_EQ(Get(file, second), joined);
  EXPECT_EQ(Get(file, first), "onetwo");
  file.Release(second);
  EXPECT_EQ(Get(file, first), "onetwo");
}

TEST_F(SpillFileTest, LeavesNothingBehind) {
  {
    SpillFile file(path_);
    Put(&file, {"x"});
    EXPECT_TRUE(fs::exists(path_));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SpillFileTest, TakesOverWhatAKilledRunLeft) {
  std::ofstream(path_) << std::string(100000, 'o');
  {
    SpillFile file(path_);
    const auto extent = Put(&file, {"new"});
    EXPECT_EQ(fs::file_size(path_), 3u);
    EXPECT_EQ(Get(file, extent), "new");
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SpillFileTest, RefusesASecondRun) {
  SpillFile first(path_);
  const auto extent = Put(&first, {"mine"});
  {
    SpillFile second(path_);
    EXPECT_THROW(Put(&second, {"yours"}), Error);
  }
  EXPECT_EQ(Get(first, extent), "mine");
  EXPECT_TRUE(fs::exists(path_));
}

TEST_F(SpillFileTest, NeverFollowsALink) {
  const std::string victim = folder_ + "/victim";
  std::ofstream(victim) << "precious";
  fs::create_symlink(victim, path_);
  {
    SpillFile file(path_);
    EXPECT_THROW(Put(&file, {"x"}), Error);
  }
  EXPECT_EQ(fs::file_size(victim), 8u);
}

TEST_F(SpillFileTest, AFullDiskIsAnErrorWithThePath) {
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string message;
  try {
    SpillFile file(path_);
    Put(&file, {std::string(5000, 'x')});
  } catch (const Error& error) {
    message = error.what();
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(message.find(path_), std::string::npos) << message;
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(SpillFileTest, AFolderThatIsNotThereIsAnError) {
  SpillFile file(folder_ + "/none/.x.shuffle");
  EXPECT_THROW(Put(&file, {"x"}), Error);
}

}  // namespace
}  // namespace owt::shuffle
