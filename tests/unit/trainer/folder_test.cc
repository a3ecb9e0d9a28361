#include "trainer/checkpoint/folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "tests/support/scratch_folder.h"

namespace owt::trainer {
namespace {

using tests::ReadAll;
using tests::ScratchFolder;
using tests::WriteAll;

CheckpointFile Put(const std::string& folder, const char* name, std::string_view bytes) {
  OutputFile file(folder + "/" + name);
  file.Write(bytes);
  file.Commit();
  return {name, file.bytes(), file.xxh3()};
}

std::string Publish(const std::string& save, int64_t iteration, std::string_view content) {
  return PublishCheckpoint(save, iteration, [&](const std::string& folder) {
    return std::vector{Put(folder, kModelFile, content), Put(folder, kOptimizerFile, "state")};
  });
}

TEST(CheckpointFolderTest, NewestWholeIsFound) {
  const ScratchFolder scratch;
  const std::string save = scratch.File("deep/save");
  EXPECT_EQ(FindCheckpoint(save).path, "");
  Publish(save, 9, "nine");
  const std::string ten = Publish(save, 10, "ten");
  EXPECT_EQ(ten, save + "/iter_0000010");
  EXPECT_EQ(FindCheckpoint(save).path, ten);
  EXPECT_EQ(ReadAll(save + "/latest_checkpointed_iteration.txt"), "10\n");
  EXPECT_EQ(ResolveCheckpoint(save), ten);
  EXPECT_EQ(ResolveCheckpoint(ten), ten);
}

TEST(CheckpointFolderTest, TheNewestAreKept) {
  const ScratchFolder scratch;
  const std::string save = scratch.File("save");
  for (const int64_t iteration : {5, 900, 10, 10000000, 20}) Publish(save, iteration, "x");
  std::filesystem::create_directory(save + "/iter_notes");
  std::filesystem::create_directory(save + "/.removing-iter_0000001");  // of a run that was killed
  RemoveOldCheckpoints(save, 2);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(save)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"iter_0000900", "iter_10000000", "iter_notes",
                                             "latest_checkpointed_iteration.txt"}));
  RemoveOldCheckpoints(save, 0);
  EXPECT_EQ(FindCheckpoint(save).path, save + "/iter_10000000");
}

TEST(CheckpointFolderTest, DamagedOnesArePassedOver) {
  const ScratchFolder scratch;
  const std::string save = scratch.File("save");
  const std::string first = Publish(save, 1, "one");
  const std::string damage[] = {"changed", "cut", "gone", "unlisted", "foreign"};
  for (int i = 0; i < 5; ++i) {
    const std::string path = Publish(save, 2 + i, "content");
    const std::string model = path + "/" + kModelFile, list = path + "/" + kChecksumsFile;
    if (i == 0) WriteAll(model, "konzent");
    if (i == 1) WriteAll(model, "conten");
    if (i == 2) std::filesystem::remove(model);
    if (i == 3) WriteAll(list, "");
    if (i == 4) WriteAll(list, ReadAll(list) + "00 0 ../../etc/passwd\n");
    EXPECT_NE(FindDamage(path), std::nullopt) << damage[i];
  }
  const FoundCheckpoint found = FindCheckpoint(save);
  EXPECT_EQ(found.path, first);
  EXPECT_EQ(found.damaged.size(), 5U);
  WriteAll(first + "/" + kModelFile, "x");
  EXPECT_EQ(FindCheckpoint(save).path, "");
  EXPECT_THROW(ResolveCheckpoint(save), Error);
  EXPECT_THROW(ResolveCheckpoint(first), Error);
}

TEST(CheckpointFolderTest, AFailedSaveLeavesNothing) {
  const ScratchFolder scratch;
  const std::string save = scratch.File("save");
  const std::string one = Publish(save, 1, "one");
  EXPECT_THROW(PublishCheckpoint(save, 2,
                                 [](const std::string& folder) -> std::vector<CheckpointFile> {
                                   Put(folder, kModelFile, "half");
                                   throw Error(ErrorKind::kOutput, "disk full");
                                 }),
               Error);
  EXPECT_EQ(FindCheckpoint(save).path, one);
  EXPECT_EQ(FindCheckpoint(save).damaged.size(), 0U);
  // What is left of it does not disturb the next one.
  EXPECT_EQ(Publish(save, 2, "two"), save + "/iter_0000002");
}

TEST(CheckpointFolderTest, TheSameIterationIsReplaced) {
  const ScratchFolder scratch;
  const std::string save = scratch.File("save");
  Publish(save, 1, "old");
  const std::string path = Publish(save, 1, "new");
  EXPECT_EQ(ReadAll(path + "/" + kModelFile), "new");
  EXPECT_EQ(FindDamage(path), std::nullopt);
}

TEST(CheckpointFolderTest, OtherNamesAreNoCheckpoints) {
  const ScratchFolder scratch;
  for (const char* name : {"iter_", "iter_x", "iter_-5", "iter_99999999999999999999", "other"}) {
    std::filesystem::create_directory(scratch.File(name));
  }
  EXPECT_EQ(FindCheckpoint(scratch.File("")).damaged.size(), 0U);
  EXPECT_THROW(ResolveCheckpoint(scratch.File("")), Error);
}

}  // namespace
}  // namespace owt::trainer
