#include "formats/pickle.h"

#include <gtest/gtest.h>

#include "pipeline/error.h"
#include "tests/support/torch_file_bytes.h"

namespace owt::formats {
namespace {

using tests::LittleEndian;
using tests::PickleInteger;
using tests::PickleText;
using tests::WholePickle;

// Views of the tree point into `bytes`.
PickleTree Read(const std::string& bytes) {
  uint64_t position = 0;
  PickleTree tree = ReadPickle(bytes, &position, "test.pkl");
  EXPECT_EQ(position, bytes.size());
  return tree;
}

std::string PickleRefusal(const std::string& bytes) {
  try {
    uint64_t position = 0;
    ReadPickle(bytes, &position, "test.pkl");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_EQ(error.file(), "test.pkl");
    return error.message();
  }
  return "";
}

// pickle.dumps([1, -2, 300, 70000, -5000000000, 2**70, 1.5, True, False, None, "a", b"b"], 4)
TEST(PickleTest, Scalars) {
  const std::string bytes(
      "\x80\x04\x95\x3a\x00\x00\x00\x00\x00\x00\x00\x5d\x94\x28\x4b\x01\x4a\xfe\xff\xff\xff\x4d"
      "\x2c\x01\x4a\x70\x11\x01\x00\x8a\x05\x00\x0e\xfa\xd5\xfe\x8a\x09\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x40\x47\x3f\xf8\x00\x00\x00\x00\x00\x00\x88\x89\x4e\x8c\x01\x61\x94\x43\x01\x62"
      "\x94\x65\x2e",
      69);
  const PickleTree tree = Read(bytes);
  const std::vector<PickleId>& items = tree[tree.root()].items;
  ASSERT_EQ(items.size(), 12u);
  const int64_t integers[] = {1, -2, 300, 70000, -5000000000};
  for (size_t i = 0; i < std::size(integers); ++i) {
    EXPECT_EQ(tree[items[i]].kind, PickleKind::kInteger);
    EXPECT_EQ(tree[items[i]].integer, integers[i]);
  }
  EXPECT_EQ(tree[items[5]].kind, PickleKind::kLongInteger);
  EXPECT_EQ(tree[items[6]].real, 1.5);
  EXPECT_EQ(items[7], PickleTree::kTrueId);
  EXPECT_EQ(items[8], PickleTree::kFalseId);
  EXPECT_EQ(items[9], PickleTree::kNoneId);
  EXPECT_EQ(tree[items[10]].text, "a");
  EXPECT_EQ(tree[items[11]].kind, PickleKind::kBytes);
}

TEST(PickleTest, ListsThatHoldThemselves) {
  const PickleTree tree = Read(std::string("\x80\x02]q\0h\0a.", 9));
  ASSERT_EQ(tree[tree.root()].items.size(), 1u);
  EXPECT_EQ(tree[tree.root()].items[0], tree.root());
}

// What an attacker writes: it would run a command in Python. Here it is a name and a text.
TEST(PickleTest, CallsAreRecordedAndNeverMade) {
  const std::string bytes = WholePickle("cposix\nsystem\n" + PickleText("rm -rf /") + "\x85R");
  const PickleTree tree = Read(bytes);
  const PickleValue& call = tree[tree.root()];
  EXPECT_EQ(call.kind, PickleKind::kCall);
  EXPECT_EQ(tree[call.callee].text, "posix");
  EXPECT_EQ(tree[call.callee].name, "system");
  EXPECT_EQ(tree[tree[call.argument].items[0]].text, "rm -rf /");
}

TEST(PickleTest, WhatTorchDoesNotWriteIsRefused) {
  EXPECT_EQ(PickleRefusal("\x80\x02(lp0\n."),
            "no checkpoint that can be read: torch.save writes no instruction 0x70");
  EXPECT_EQ(PickleRefusal("I1\n."), "no checkpoint that can be read: no pickle of protocol 2 to 5");
  EXPECT_EQ(PickleRefusal("\x80\x06N."),
            "no checkpoint that can be read: no pickle of protocol 2 to 5");
}

TEST(PickleTest, DamageIsRefused) {
  const std::string start("\x80\x02", 2);
  const std::string cases[] = {
      "",
      "\x80",
      start,
      start + ".",                     // nothing on the stack
      start + "NN.",                   // two values
      start + "(N.",                   // a mark is left
      start + "0.",                    // pops from nothing
      start + "(0a.",                  // below a mark
      start + "t.",                    // no mark
      start + "(Nd.",                  // a key without a value
      start + "}(Nu.",                 //
      start + "Nb.",                   // no object
      start + "NNs.",                  // no dict
      start + std::string("h\0.", 3),  // an empty memo
      start + "Nr\xff\xff\xff\xff.",   // a memo of 4 billion
      start + "X\xff\xff\xff\xffx.",   // longer than the file
      start + "\x8d\xff\xff\xff\xff\xff\xff\xff\xffx.",
      start + "\x8b\xff\xff\xff\x7f.",
      start + "cmodule\nname",  // does not end
      start + "K\1K\2\x93.",    // a name of numbers
      start + "G123.",
  };
  for (const std::string& bytes : cases) EXPECT_NE(PickleRefusal(bytes), "") << bytes;
}

TEST(PickleTest, EveryCutIsRefused) {
  const std::string whole = WholePickle(tests::PickleDict(
      {{"a", PickleInteger(1)}, {"b", tests::PickleTensor("0", "FloatStorage", 4, 0, {4}, {1})}}));
  Read(whole);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(PickleRefusal(whole.substr(0, size)), "") << size;
  }
}

TEST(PickleTest, LimitsHold) {
  const std::string start("\x80\x02", 2);
  EXPECT_EQ(PickleRefusal(start + std::string(kMaxPickleValues + 1, ']')),
            "no checkpoint that can be read: it has too many values");
  EXPECT_EQ(PickleRefusal(start + std::string(kMaxPickleValues + 1, 'N')),
            "no checkpoint that can be read: it has too many values");
  EXPECT_EQ(PickleRefusal(start + std::string(kMaxPickleValues + 1, '(')),
            "no checkpoint that can be read: it has too many marks");
  std::string items = start + std::string("]q\0", 3);
  for (size_t i = 0; i <= kMaxPickleItems; ++i) items += std::string_view("h\0a", 3);
  EXPECT_EQ(PickleRefusal(items), "no checkpoint that can be read: it has too many items");
  EXPECT_EQ(PickleRefusal(start + "B" + LittleEndian(uint32_t{65} << 20) +
                          std::string(size_t{65} << 20, 'x') + "."),
            "no checkpoint that can be read: a pickle is cut short, or larger than 64 MiB");
}

}  // namespace
}  // namespace owt::formats
