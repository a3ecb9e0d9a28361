#include "stages/table.h"

namespace owt::stages {

// Each is defined in its stage's folder.
std::unique_ptr<Stage> MakeInit();
std::unique_ptr<Stage> MakeShuffle();

namespace {

using enum PathRule;

// In the order of the road; a test walks it.
constexpr StageEntry kTable[] = {
    {"shuffle", "Data", "put lines into a random order", "lines", "lines", kInputsToOutput,
     MakeShuffle, ""},
    {"init", "Around", "make a corpus directory with its Makefile", "", "owt.toml, Makefile",
     kInputs, MakeInit, ""},
};

}  // namespace

std::span<const StageEntry> Table() { return kTable; }

}  // namespace owt::stages
