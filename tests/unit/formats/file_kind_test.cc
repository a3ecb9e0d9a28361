#include "formats/file_kind.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

using ::owt::tests::ScratchFolder;
using ::owt::tests::WriteAll;

class FileKindTest : public ::testing::Test {
 protected:
  FileKind KindOf(const std::string& name, const std::string& content) {
    WriteAll(folder_.File(name), content);
    return ProbeFileKind(folder_.File(name));
  }

  ScratchFolder folder_;
};

TEST_F(FileKindTest, NamesDecideFirst) {
  EXPECT_EQ(KindOf("a.idx", "x"), FileKind::kIndexedDataset);
  EXPECT_EQ(KindOf("a.bin", "x"), FileKind::kIndexedDataset);
  EXPECT_EQ(ProbeFileKind(folder_.File("a")), FileKind::kIndexedDataset);
  EXPECT_EQ(KindOf("a.json.manifest.json", "{}"), FileKind::kManifest);
}

TEST_F(FileKindTest, FirstLinesDecideOtherwise) {
  EXPECT_EQ(KindOf("a", "{\n \"owt\": \"0.1\"\n}\n"), FileKind::kManifest);
  EXPECT_EQ(KindOf("b", "\r\n {\"text\":1}\n"), FileKind::kDocuments);
  EXPECT_EQ(KindOf("c", "{\"stage\":\"x\",\"file\":\"f\",\"offset\":0,\"reason\":\"r\"}"),
            FileKind::kSideLines);
  EXPECT_EQ(KindOf("d", "{\"stage\":\"dancing\",\"text\":\"t\"}"), FileKind::kDocuments);
  EXPECT_EQ(KindOf("e", "http://a/\n"), FileKind::kUrlList);
  EXPECT_EQ(KindOf("f", "see http://a/\n"), FileKind::kUnknown);
  EXPECT_EQ(KindOf("g", std::string(1 << 20, 'x')), FileKind::kUnknown);
}

TEST_F(FileKindTest, EmptyMissingAndDamagedFilesAreErrors) {
  EXPECT_THROW(KindOf("a", ""), Error);
  EXPECT_THROW(KindOf("b", " \n\n"), Error);
  EXPECT_THROW(KindOf("c", "\x1f\x8b\x08"), Error);
  EXPECT_THROW(ProbeFileKind(folder_.File("missing")), Error);
}

}  // namespace
}  // namespace owt::formats
