#pragma once

#include "fragscope/workload/application.h"

namespace fragscope {

/// Says what the thread has done so far: AccessesDone and TranslationsDone.
void publishProgress(const ApplicationThread& thread);

/// Counts a finished access of the thread; publishes now and then.
void countAccess(ApplicationThread& thread, const AccessRequest& request);

} // namespace fragscope
