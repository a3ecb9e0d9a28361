#include "stages/dedup/drop_list.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"

namespace owt::dedup {
namespace {

TEST(DropListTest, FindsWhatWasAddedAndWhatStays) {
  tests::ScratchFolder scratch;
  DropList list(scratch.File("."), 1 << 20);
  for (int i = 0; i < 20000; ++i)
    list.Add("id" + std::to_string(i), "kept" + std::to_string(i / 7));
  list.Add("id5", "another");
  list.Finish();
  EXPECT_EQ(list.size(), 20000);
  std::string kept;
  for (int i = 0; i < 20000; ++i) {
    ASSERT_TRUE(list.Find("id" + std::to_string(i), &kept));
    ASSERT_EQ(kept, "kept" + std::to_string(i / 7));
  }
  EXPECT_FALSE(list.Find("id20000", &kept));
  EXPECT_FALSE(list.Find("", nullptr));
}

TEST(DropListTest, EmptyList) {
  tests::ScratchFolder scratch;
  DropList list(scratch.File("."), 1 << 20);
  list.Finish();
  EXPECT_FALSE(list.Find("a", nullptr));
}

TEST(DropListTest, StaysWithinItsMemory) {
  tests::ScratchFolder scratch;
  DropList list(scratch.File("."), 240);
  for (int i = 0; i < 10; ++i) list.Add(std::to_string(i), "x");
  EXPECT_THROW(list.Add("one more", "x"), Error);
}

TEST(DropListTest, ReadsComponents) {
  tests::ScratchFolder scratch;
  const std::string path = scratch.File("components");
  tests::WriteAll(path, "p1:b\tp1:a\np1:c\tp1:c\np2:b\tp1:a\n");
  DropList all(scratch.File("."), 1 << 20);
  ReadComponents(path, "", &all);
  EXPECT_EQ(all.size(), 2);
  EXPECT_FALSE(all.Find("p1:c", nullptr));  // its own root
  DropList part(scratch.File("."), 1 << 20);
  ReadComponents(path, "p2:", &part);
  EXPECT_EQ(part.size(), 1);
  EXPECT_TRUE(part.Find("p2:b", nullptr));
}

TEST(DropListTest, ReadsGroups) {
  tests::ScratchFolder scratch;
  const std::string path = scratch.File("groups");
  tests::WriteAll(path,
                  "{\"0\": [\"a\", \"b\", \"c\"]}\n{\"5\": [\"d\"], \"6\": [\"b\", \"e\"]}\n");
  DropList list(scratch.File("."), 1 << 20);
  ReadGroups(path, &list);
  EXPECT_EQ(list.size(), 3);
  std::string kept;
  ASSERT_TRUE(list.Find("e", &kept));
  EXPECT_EQ(kept, "b");
  ASSERT_TRUE(list.Find("b", &kept));
  EXPECT_EQ(kept, "a");
  EXPECT_FALSE(list.Find("a", nullptr));
  for (const char* bad :
       {"\n", "{\"0\": [\"a\"]}", "{\"0\": [1]}\n", "{\"0\": [\"a\", \"a\"]}\n"}) {
    tests::WriteAll(path, bad);
    DropList other(scratch.File("."), 1 << 20);
    EXPECT_THROW(ReadGroups(path, &other), Error) << bad;
  }
}

}  // namespace
}  // namespace owt::dedup
