#include "stages/verify/verify_provenance.h"

#include <fmt/format.h>

#include "formats/provenance.h"
#include "pipeline/error.h"

namespace owt::verify {

void CheckProvenance(const std::string& path, uint64_t num_documents, Finding* finding) {
  try {
    const formats::Provenance provenance(path);
    if (provenance.num_documents() != num_documents) {
      finding->Problem(fmt::format("{}: tells of {} documents, the dataset holds {}", path,
                                   provenance.num_documents(), num_documents));
    }
    for (std::string& problem : provenance.Problems()) finding->Problem(std::move(problem));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInput) throw;
    finding->Problem(error.what());
  }
}

}  // namespace owt::verify
