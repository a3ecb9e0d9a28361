#include "stages/dedup/drop_list.h"

#include <gtest/gtest.h>

#include <set>
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

// Beyond its memory the ids come in the order of their hashes, each once.
TEST(DropListTest, StaysWithinItsMemory) {
  tests::ScratchFolder scratch;
  DropList small(scratch.File("."), 1 << 14);
  DropList large(scratch.File("."), 1 << 20);
  for (DropList* list : {&small, &large}) {
    for (int i = 0; i < 5000; ++i) list->Add("id" + std::to_string(i / 2), std::to_string(i));
    list->Finish();
  }
  EXPECT_TRUE(large.fits());
  ASSERT_FALSE(small.fits());
  DropList::Entry last{};
  std::string kept;
  std::set<std::string> names;
  for (DropList::Entry entry; small.Next(&entry); last = entry) {
    EXPECT_LT(last, entry);
    small.ReadName(entry[2], &kept);
    names.insert(kept);
  }
  std::set<std::string> expected;
  for (int i = 0; i < 2500; ++i) {
    expected.insert(std::to_string(2 * i));
    ASSERT_TRUE(large.Find("id" + std::to_string(i), &kept));
    EXPECT_EQ(kept, std::to_string(2 * i));
  }
  EXPECT_EQ(names, expected);
}

TEST(DropListTest, ReadsComponents) {
  tests::ScratchFolder scratch;
  const std::string path = scratch.File("components");
  tests::WriteAll(path, "p1:b\tp1:a\np1:c\tp1:c\np2:b\tp1:a\n");
  DropList all(scratch.File("."), 1 << 20);
  ReadComponents(path, "", &all);
  EXPECT_TRUE(all.Find("p1:b", nullptr));
  EXPECT_FALSE(all.Find("p1:c", nullptr));  // its own root
  DropList part(scratch.File("."), 1 << 20);
  ReadComponents(path, "p2:", &part);
  EXPECT_FALSE(part.Find("p1:b", nullptr));
  EXPECT_TRUE(part.Find("p2:b", nullptr));
}

TEST(DropListTest, ReadsGroups) {
  tests::ScratchFolder scratch;
  const std::string path = scratch.File("groups");
  tests::WriteAll(path,
                  "{\"0\": [\"a\", \"b\", \"c\"]}\n{\"5\": [\"d\"], \"6\": [\"b\", \"e\"]}\n");
  DropList list(scratch.File("."), 1 << 20);
  ReadGroups(path, &list);
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
