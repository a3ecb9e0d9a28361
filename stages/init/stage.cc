// `owt init DIR`: a corpus directory. It holds owt.toml (what each stage reads and writes, and its
// options), a Makefile that runs the stages, and the folders where inputs belong.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "pipeline/stage.h"

namespace owt::data {
extern const std::string_view kCorpusToml;
extern const std::string_view kCorpusMakefile;
}  // namespace owt::data

namespace owt::stages {
namespace {

class Init : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options").Flag("force", &force_, "replace owt.toml and Makefile if they exist");
    options.Example("owt init corpus/", "makes corpus/owt.toml and corpus/Makefile");
  }

  void Run(RunContext& context) override {
    if (context.paths.size() != 1) {
      throw Error(ErrorKind::kUsage, "use: owt init DIR");
    }
    std::string folder = context.paths[0];
    if (!folder.ends_with('/')) folder += '/';
    std::error_code error;
    std::filesystem::create_directories(folder + "dumps", error);
    if (error)
      throw Error(ErrorKind::kOutput, "cannot make the folder: " + error.message(), folder);
    Write(folder + "owt.toml", data::kCorpusToml);
    Write(folder + "Makefile", data::kCorpusMakefile);
    context.Say(
        fmt::format("{0} is ready: put Reddit dumps into {0}dumps/ and run make -C {0}", folder));
  }

 private:
  void Write(const std::string& path, std::string_view content) const {
    if (FileExists(path) && !force_) {
      throw Error(ErrorKind::kUsage, "this file exists; --force replaces it", path);
    }
    WriteFileAtomically(path, content);
  }

  bool force_ = false;
};

}  // namespace

std::unique_ptr<Stage> MakeInit() { return std::make_unique<Init>(); }

}  // namespace owt::stages
