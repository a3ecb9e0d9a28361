#pragma once

namespace owt {

// After the first SIGINT or SIGTERM Cancelled() is true and the run finishes cleanly (exit 130,
// resumable); a second one ends the process at once. SIGPIPE is ignored: a closed stdout shows as
// a failed write.
void InstallSignalHandlers();
bool Cancelled();

}  // namespace owt
