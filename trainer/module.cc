#include "trainer/module.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>

#include "pipeline/error.h"

namespace owt::trainer {

const Api& LoadTrainer() {
  namespace fs = std::filesystem;
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  fs::path path = folder / kModuleFile;
  if (!fs::exists(path)) path = folder.parent_path() / "lib" / "owt" / kModuleFile;
  if (!fs::exists(path)) {
    throw Error(ErrorKind::kUsage,
                "this build has no trainer: it needs LibTorch 2.11; run trainer/fetch_libtorch.sh "
                "(or make deps) and build again");
  }
  // LibTorch's threads spin while they wait for each other, which beside any other busy process
  // takes several times the time. Must stand before its OpenMP is loaded; a user's choice stays.
  setenv("OMP_WAIT_POLICY", "PASSIVE", /*overwrite=*/0);
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    throw Error(ErrorKind::kUsage, fmt::format("the trainer cannot be loaded: {}", dlerror()));
  }
  const auto get = reinterpret_cast<decltype(&OwtTrainerApi)>(dlsym(module, "OwtTrainerApi"));
  const Api* api = get != nullptr ? get(OWT_VERSION) : nullptr;
  if (api == nullptr) {
    throw Error(ErrorKind::kUsage, "this trainer belongs to another version of owt", path.string());
  }
  return *api;
}

}  // namespace owt::trainer
