#include <vector>

#include "bin/model_table.h"
#include "pipeline/command_line.h"
#include "stages/table.h"

int main(int argc, char** argv) {
  std::vector<owt::StageEntry> stages;
  for (const owt::StageEntry& stage : owt::stages::Table()) stages.push_back(stage);
  for (const owt::StageEntry& stage : owt::ModelTable()) stages.push_back(stage);
  return owt::RunCommandLine(argc, argv, stages);
}
